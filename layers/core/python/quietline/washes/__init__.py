"""Washes: a caller's own list matched against the published one."""
