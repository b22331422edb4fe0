"""Quietline: a national do-not-call registry. Features decide, adapters store, http speaks, functions plug in."""
