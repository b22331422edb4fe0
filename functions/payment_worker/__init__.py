"""Worker of the payments queue: the only function that talks to the payment server."""
