"""Routes of the carriers' API; importing one declares its routes on `wiring.app`."""
