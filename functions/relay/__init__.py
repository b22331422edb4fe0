"""Forwards what the tables' streams say must follow."""
