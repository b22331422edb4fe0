"""Sessions of the portal: who is signed in in which browser, and for how long."""
