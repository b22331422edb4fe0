"""Pages rendered on the server: what the hosted site and the portal share, namely layout, parts of forms, words."""
