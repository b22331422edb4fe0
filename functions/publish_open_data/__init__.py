"""Publishes the daily files of reported calls."""
