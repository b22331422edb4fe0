"""Taking in an existing registry: files in pieces, numbers in blocks, every refused line with its reason."""
