"""Sends outbound webhooks."""
