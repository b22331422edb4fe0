"""What an import needs of the world; adapters implement it with DynamoDB and S3, tests in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from quietline.imports.model import AddedToArea, ImportRecord


class ImportStore(Protocol):
    """Records of imports, and the blocks they add to the registry."""

    def begin(self, record: ImportRecord) -> ImportRecord:
        """Keep the record of a first run; a repeat returns what the first run kept."""
        ...

    def get(self, import_id: str) -> ImportRecord | None:
        """Return the record, or None."""
        ...

    def finish(self, import_id: str, summary: Mapping[str, Any]) -> None:
        """Note that an import is done."""
        ...

    def write_blocks(self, import_id: str, area: str, blocks: Mapping[int, bytes]) -> None:
        """Write an import's blocks of an area; they count only once `commit` has named them."""
        ...

    def commit(
        self, import_id: str, made: AddedToArea, blocks: Sequence[int], at: datetime, since: datetime | None
    ) -> bool:
        """Make an area's blocks count, from the instant `at` on, unless they do already; return whether it did."""
        ...

    def added(self, import_id: str, area: str) -> AddedToArea | None:
        """Return what an import did to an area, or None while it is not done with it."""
        ...
