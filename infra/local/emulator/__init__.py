"""The emulator of AWS (ministack, pinned) with the few fixes that our stacks need."""
