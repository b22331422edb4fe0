"""Complaints: what a consumer reports of one call, and what the law says of it."""
