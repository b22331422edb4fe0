"""What each function is told by its environment: one model per function, in the module of its subject; see `base`.

A function imports its own model from that module and nothing else, since making a model takes a cold start's time.
`functions` knows all of them.
"""
