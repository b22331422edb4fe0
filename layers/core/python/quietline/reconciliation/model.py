"""What a comparison of the registry with a published list came to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class NumberState:
    """How the record of one number stood before an instant.

    Attributes:
        area: area key.
        subscriber: the number's bit in the area's bitmap.
        listed: after the record's last change before the instant.
        changed_at: when that change was, or None when there was none before the instant.

    """

    area: str
    subscriber: int
    listed: bool
    changed_at: datetime | None


@dataclass(frozen=True)
class AreaComparison:
    """One area: `published` and `rebuilt` count numbers.

    `missing` are in the registry and not on the list, `extra` the other way round. `damage` says why the published
    bitmap cannot be believed, where it cannot; it is empty where the bitmap is the one that the manifest names.
    """

    area: str
    published: int
    rebuilt: int
    missing: int
    extra: int
    damage: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the registry and the list say the same."""
        return not (self.missing or self.extra or self.damage)

    def to_payload(self) -> dict[str, Any]:
        """Return the comparison as a report spells it: counts only, no number."""
        return {
            "area": self.area,
            "published": self.published,
            "rebuilt": self.rebuilt,
            "missing": self.missing,
            "extra": self.extra,
            "damage": self.damage,
        }


def export_prefix(run: str) -> str:
    """Return where DynamoDB puts an export of the registry; all of it expires within a day."""
    return f"exports/{run}"


def segment_key(run: str, segment: int) -> str:
    """Return the key of what a segment's scan found: gzip of sorted records (see `service.RECORD`)."""
    return f"reconciliations/{run}/segments/{segment}.bin.gz"


def group_key(run: str, first_area: str) -> str:
    """Return the key of the comparisons of a group of areas."""
    return f"reconciliations/{run}/areas/{first_area}.json"


def differences_key(run: str, area: str) -> str:
    """Return the key of an area's differing numbers: gzip of CSV without a header, `area,number,missing|extra`."""
    return f"reconciliations/{run}/differences/{area}.csv.gz"


def report_key(run: str) -> str:
    """Return the key of a run's report."""
    return f"reconciliations/{run}/report.json"
