"""The investigation of a case: who called, what they held, what they say, what follows."""
