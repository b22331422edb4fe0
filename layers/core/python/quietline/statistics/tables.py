"""Tables of reported calls: counted from the daily files' sums, so that anybody can count them again from the files."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from quietline.opendata.summary import entries
from quietline.profiles.opendata import Statistics

UNKNOWN = ""
"""State, area or subject of calls whose place is not told or blank."""

type Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A table: its name, its columns and rows in a fixed order."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

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


def reported_calls(
    summaries: Iterable[Mapping[str, Any]], first: date, last: date, rules: Statistics
) -> tuple[Table, ...]:
    """Return the tables of the reports of a year.

    A file belongs to the year of the day before its date, the newest day that it covers.

    Args:
        summaries: of the year's files.
        first: the year's first day.
        last: its last day.
        rules: residents by state.
    """
    months: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    states: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    areas: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    subjects: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    topics: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for summary in summaries:
        for (day,), calls, robocalls in entries(summary, "created"):
            _add(months, day[:7], calls, robocalls)
        for (state, area), calls, robocalls in entries(summary, "places"):
            _add(states, state, calls, robocalls)
            _add(areas, (state, area), calls, robocalls)
        for (state, subject), calls, robocalls in entries(summary, "subjects"):
            _add(subjects, subject, calls, robocalls)
            _add(topics, (state, subject), calls, robocalls)
    counted = ("complaints", "robocalls", "robocall_percent")
    total = [sum(cell[place] for cell in months.values()) for place in (0, 1)]
    return (
        Table(
            "total",
            ("from", "to", *counted),
            ((first.isoformat(), last.isoformat(), *_counts(total)),),
        ),
        Table("months", ("month", *counted), tuple((month, *_counts(cell)) for month, cell in sorted(months.items()))),
        Table(
            "states",
            ("state", *counted, "residents", "per_100000", "rank"),
            _ranked(states, rules),
        ),
        Table(
            "areas",
            ("state", "area", *counted),
            tuple((state, area, *_counts(cell)) for (state, area), cell in sorted(areas.items())),
        ),
        Table(
            "subjects",
            ("subject", *counted),
            tuple((subject, *_counts(cell)) for subject, cell in sorted(subjects.items(), key=_most)),
        ),
        Table(
            "state_subjects",
            ("state", "subject", *counted),
            tuple(
                (state, subject, *_counts(cell))
                for (state, subject), cell in sorted(topics.items(), key=lambda item: (item[0][0], *_most(item)))
            ),
        ),
    )


def _add(cells: dict[Any, list[int]], key: Any, calls: int, robocalls: int) -> None:
    cell = cells[key]
    cell[0] += calls
    cell[1] += robocalls


def _counts(cell: Sequence[int]) -> tuple[int, int, float | None]:
    return cell[0], cell[1], round(100 * cell[1] / cell[0], 1) if cell[0] else None


def _most(item: tuple[Any, list[int]]) -> tuple[int, Any]:
    return -item[1][0], item[0]


def _ranked(states: Mapping[str, list[int]], rules: Statistics) -> tuple[tuple[Cell, ...], ...]:
    """Return every state's row, by rank of complaints per 100,000 residents; states with the same rate share a rank."""
    rates = {
        state.name: round(states[state.name][0] * 100_000 / state.population, 2) if state.name in states else 0.0
        for state in rules.states
    }
    rows: list[tuple[Cell, ...]] = []
    for state in sorted(rules.states, key=lambda one: (-rates[one.name], one.name)):
        rate = rates[state.name]
        rank = 1 + sum(other > rate for other in rates.values())
        rows.append((state.name, *_counts(states.get(state.name, [0, 0])), state.population, rate, rank))
    if UNKNOWN in states:
        rows.append((UNKNOWN, *_counts(states[UNKNOWN]), None, None, None))
    return tuple(rows)
