"""Developer tools: what is generated from the code."""
