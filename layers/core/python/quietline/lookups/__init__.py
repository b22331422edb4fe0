"""Lookups: which of a few numbers are on the published list."""
