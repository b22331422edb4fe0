"""Tables of registrations: counted from the signed manifests of the lists, one of each day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quietline.lists.model import Published
from quietline.profiles.profile import Profile
from quietline.statistics.cells import hidden_places
from quietline.statistics.ports import Lists
from quietline.statistics.table import UNKNOWN, Cell, Table, ranked


@dataclass(frozen=True)
class RegistrationsBook:
    """See `publish.Book`. Active are the numbers on the last list of the year, or on today's while it runs."""

    lists: Lists
    profile: Profile
    name: str = "registrations"
    again: int | None = 2

    def years(self, today: date) -> set[int]:
        """Return the years that have a list."""
        del today
        return {self.profile.statistics.fiscal_year(one.date) for one in self.lists.published()}

    def tables(self, year: int, first: date, last: date) -> tuple[Table, ...]:
        """Return the tables of a year."""
        del year
        lists = [one for one in self.lists.published() if first <= one.date <= last]
        newest = lists[-1]
        areas = {entry.area: entry.count for entry in self.lists.manifest(newest).areas}
        return (_total(lists), _months(lists), *_places(areas, self.profile))


def _total(lists: Sequence[Published]) -> Table:
    added, removed = sum(one.added for one in lists), sum(one.removed for one in lists)
    columns = ("first_list", "last_list", "active", "added", "removed")
    row = (lists[0].date.isoformat(), lists[-1].date.isoformat(), lists[-1].numbers, added, removed)
    return Table("total", columns, (row,))


def _months(lists: Sequence[Published]) -> Table:
    """Return by month of the list: what its last list held, and what all its lists added and removed."""
    months: dict[str, list[int]] = {}
    for one in lists:
        cell = months.setdefault(one.date.isoformat()[:7], [0, 0, 0])
        cell[0] = one.numbers
        cell[1] += one.added
        cell[2] += one.removed
    rows: tuple[tuple[Cell, ...], ...] = tuple((month, *cell) for month, cell in sorted(months.items()))
    return Table("months", ("month", "active", "added", "removed"), rows)


def _places(counts: Mapping[str, int], profile: Profile) -> tuple[Table, Table]:
    """Return the tables by state and by area; a number's state is that of its area, for the registry knows no other."""
    areas = {(profile.state_of_area.get(area, UNKNOWN), area): count for area, count in counts.items()}
    states: dict[str, int] = {}
    for (state, _area), count in areas.items():
        states[state] = states.get(state, 0) + count
    hidden, blank = hidden_places(areas, profile.open_data.min_cell)
    known = {state.name for state in profile.statistics.states}
    rows: list[tuple[Cell, ...]] = [
        (one.state, states.get(one.state, 0), one.residents, one.rate, one.rank)
        for one in ranked(states, profile.statistics, hidden.cells)
    ]
    residents = {state.name: state.population for state in profile.statistics.states}
    rows += [(state, None, residents[state], None, None) for state in sorted(hidden.cells & known)]
    # toll-free codes, and what lies outside the states of the census
    rows += [
        (state, None if state in hidden.cells else count, None, None, None)
        for state, count in sorted(states.items())
        if state not in known
    ]
    return (
        Table("states", ("state", "active", "residents", "per_100000", "rank"), tuple(rows)),
        Table(
            "areas",
            ("state", "area", "active"),
            tuple((*place, None if place in blank else count) for place, count in sorted(areas.items())),
        ),
    )
