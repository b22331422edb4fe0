"""Webhook of the payment server."""
