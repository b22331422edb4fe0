"""Open data: reported calls in the FTC's daily files and behind its API's questions, never who reported them."""
