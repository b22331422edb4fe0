"""Payments: webhooks of the payment server, verified and stored once."""
