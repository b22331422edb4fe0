"""API of sellers: organizations, certification, orders, entitlements, downloads, lookups."""
