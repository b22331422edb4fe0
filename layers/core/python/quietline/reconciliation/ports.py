"""What a reconciliation needs of the world; adapters implement it with DynamoDB, tests in memory."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from quietline.reconciliation.model import NumberState


class RegistryScan(Protocol):
    """The whole registry of record, in segments that can be read side by side."""

    def states(self, segment: int, segments: int, before: datetime) -> Iterator[NumberState]:
        """Yield how the numbers of a segment stood before an instant; each number is in exactly one segment."""
        ...


class RegistryExports(Protocol):
    """Exports of the whole registry, in files."""

    def exported(self, manifest: str) -> RegistryScan:
        """Return the export that has this manifest.

        Raises:
            ConfigurationError: there is none.
        """
        ...
