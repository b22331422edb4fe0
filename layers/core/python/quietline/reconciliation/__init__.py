"""Comparing the registry of record with what is published: differences are shown, never silently put right."""
