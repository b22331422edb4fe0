"""Sends the outbox's mails."""
