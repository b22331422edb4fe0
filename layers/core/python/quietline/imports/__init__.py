"""Taking in an existing registry: files in chunks, numbers in blocks, every refused line with its reason."""
