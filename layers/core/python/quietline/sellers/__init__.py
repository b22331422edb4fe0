"""Sellers: organizations, certifications, SANs and machine clients."""
