"""The steps of the state machine `investigate-case`."""
