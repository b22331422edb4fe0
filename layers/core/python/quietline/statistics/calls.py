"""Tables of reported calls: counted from the daily files' sums, so that anybody can count them again from the files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from quietline.opendata.ports import Releases
from quietline.opendata.summary import entries
from quietline.profiles.opendata import Statistics
from quietline.statistics.table import UNKNOWN, Cell, Table, ranked


@dataclass(frozen=True)
class ReportedCallsBook:
    """See `publish.Book`. Every year is counted each time: its sums are small, and files are restated."""

    releases: Releases
    rules: Statistics
    name: str = "reported-calls"
    again: int | None = None

    def years(self, today: date) -> set[int]:
        """Return the years that have a file."""
        del today
        return set(self._summaries())

    def tables(self, year: int, first: date, last: date) -> tuple[Table, ...]:
        """Return the tables of a year."""
        return reported_calls(self._summaries()[year], first, last, self.rules)

    def _summaries(self) -> dict[int, list[Mapping[str, Any]]]:
        years: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        for release in self.releases.all():
            years[self.rules.fiscal_year(release.date - timedelta(days=1))].append(release.summary)
        return years


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
            ("first_day", "last_day", *counted),
            ((first.isoformat(), last.isoformat(), *_counts(total)),),
        ),
        Table("months", ("month", *counted), tuple((month, *_counts(cell)) for month, cell in sorted(months.items()))),
        Table(
            "states",
            ("state", *counted, "residents", "per_100000", "rank"),
            _states(states, rules),
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


def _states(states: Mapping[str, list[int]], rules: Statistics) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = [
        (one.state, *_counts(states.get(one.state, [0, 0])), one.residents, one.rate, one.rank)
        for one in ranked({state: cell[0] for state, cell in states.items()}, rules)
    ]
    if UNKNOWN in states:
        rows.append((UNKNOWN, *_counts(states[UNKNOWN]), None, None, None))
    return tuple(rows)
