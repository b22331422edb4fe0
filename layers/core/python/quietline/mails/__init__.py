"""Mails: their texts, the outbox item that asks for one, addresses and the links in them."""
