"""Makes the bundle of a case."""
