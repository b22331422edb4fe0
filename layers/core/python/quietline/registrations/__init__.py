"""Registrations: consumers ask for numbers to be listed and prove it by a mailed link; the numbers' own history."""
