"""Trusted reporters: organizations that pass on complaints of many consumers, in batches."""
