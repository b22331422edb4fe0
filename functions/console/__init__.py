"""The console: pages for investigators and supervisors, rendered on the server, with sessions of its own."""
