"""Tells organizations of lists."""
