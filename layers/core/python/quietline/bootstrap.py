"""The composition root: builds each feature's use cases from a function's settings, once per container.

A function's handler calls e.g. `registrations(settings)`; tests pass fakes to the services instead. Each builder
imports what it needs inside, so that a function loads only its own features.
"""
