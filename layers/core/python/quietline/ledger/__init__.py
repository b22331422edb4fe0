"""The ledger: what every order's money did, in double entry, append-only."""
