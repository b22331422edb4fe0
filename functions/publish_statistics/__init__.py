"""Publishes the data book: its tables and the pages that show them."""
