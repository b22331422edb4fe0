"""What batches need from outside."""

from typing import Protocol


class Sent(Protocol):
    """What reporters have sent."""

    def sent(self, code: str, client_reference: str) -> str:
        """Return the reference of the complaint that a reporter sent under its own name, or empty."""
        ...
