"""Routes of open data; importing one declares its routes on `wiring.app`."""
