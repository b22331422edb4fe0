"""The data book: tables of a fiscal year, counted from what is published, versioned."""
