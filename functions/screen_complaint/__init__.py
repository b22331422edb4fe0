"""The steps of the state machine `screen-complaint`."""
