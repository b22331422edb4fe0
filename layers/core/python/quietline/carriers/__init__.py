"""Carriers: what they report about telephone lines, and what that does to the list."""
