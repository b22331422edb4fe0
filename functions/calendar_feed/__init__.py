"""The feeds of organizations' deadlines."""
