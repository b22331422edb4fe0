"""How much an account asks: metering of different numbers, and what tells use from enumeration."""
