"""Telling organizations: that a list is published, that theirs grows old, and a calendar of their deadlines."""
