"""API of carriers: what they report of telephone lines."""
