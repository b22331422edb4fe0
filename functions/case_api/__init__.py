"""The investigators' API: cases and decisions."""
