"""Routes of the sellers' API, a file per subject; importing one declares its routes on `wiring.app`."""
