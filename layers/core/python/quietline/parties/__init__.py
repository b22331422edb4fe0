"""Trusted parties with machine clients: carriers, and reporters who send complaints in batches."""
