"""A table of the data book, and how states are ranked in one."""

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from quietline.profiles.opendata import Statistics

UNKNOWN = ""
"""State, area or subject of what has no place that is told."""

type Cell = str | int | float | None
"""None is a blank cell: not known, or too small to be told."""


@dataclass(frozen=True)
class Table:
    """A table: its name, its columns and rows in a fixed order."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def without(self, columns: Collection[str]) -> "Table":
        """Return the table without some of its columns."""
        kept = [place for place, name in enumerate(self.columns) if name not in columns]
        rows = tuple(tuple(row[place] for place in kept) for row in self.rows)
        return Table(self.name, tuple(self.columns[place] for place in kept), rows)

    def to_json(self) -> dict[str, Any]:
        """Return the table as one JSON object."""
        return {"table": self.name, "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows]}

    def to_csv(self) -> bytes:
        """Return the table as CSV; the same rows make the same bytes."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue().encode("utf-8")


@dataclass(frozen=True)
class Ranked:
    """A state's place: events per 100,000 residents, and its rank by that; states with the same rate share a rank."""

    state: str
    residents: int
    rate: float
    rank: int


def ranked(counts: Mapping[str, int], rules: Statistics, leave: frozenset[str] = frozenset()) -> list[Ranked]:
    """Return every state of the jurisdiction except those in `leave`, by rank.

    Args:
        counts: state → how many; a state without any has the rate 0.
        rules: residents by state.
        leave: states whose number is not told.
    """
    rates = {
        state.name: round(counts.get(state.name, 0) * 100_000 / state.population, 2)
        for state in rules.states
        if state.name not in leave
    }
    residents = {state.name: state.population for state in rules.states}
    return [
        Ranked(name, residents[name], rate, 1 + sum(other > rate for other in rates.values()))
        for name, rate in sorted(rates.items(), key=lambda item: (-item[1], item[0]))
    ]
