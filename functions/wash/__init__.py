"""Washes uploaded call lists."""
