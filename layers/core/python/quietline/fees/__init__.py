"""Fees: what areas cost, as pure functions over the profile's table."""
