"""Processes that die between two writes."""

from typing import Any

WRITES = frozenset({"put_item", "update_item", "delete_item", "transact_write_items"})


class Crash(Exception):
    """The process died."""


class CrashingClient:
    """A DynamoDB client whose process dies before a write once it is armed."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.left: int | None = None
        self.writes = 0

    def arm(self, left: int | None) -> None:
        """Die after so many more writes; None: never."""
        self.left = left

    def __getattr__(self, name: str) -> Any:
        if name in WRITES:
            if self.left == 0:
                raise Crash
            self.left = None if self.left is None else self.left - 1
            self.writes += 1
        return getattr(self.client, name)
