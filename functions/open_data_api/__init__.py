"""API of open data: reported calls, with the FTC's parameters."""
