"""Tables of subscribers: organizations that held areas in a fiscal year, by type, areas and state.

As the FTC's data book tells them: who paid, who took no more than the free areas, who is exempt.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

from quietline.kernel.ids import is_sandbox
from quietline.orders.model import Entitlement
from quietline.profiles.profile import Profile
from quietline.statistics.cells import hidden_cells, hidden_places
from quietline.statistics.ports import Holder, Lists, Subscriptions
from quietline.statistics.table import UNKNOWN, Cell, Table

PAID, FREE, EXEMPT = "paid", "free", "exempt"
TYPES = (PAID, FREE, EXEMPT)
BANDS = ((1, 5), (6, 10), (11, 50), (51, 275), (276, None))
"""Areas that an organization held in the year: the first are those with free areas only, the last pay the maximum."""


@dataclass
class Held:
    """What an organization held in a year."""

    areas: set[str]
    paid: bool = False


@dataclass(frozen=True)
class SubscribersBook:
    """See `publish.Book`. A closed year is counted once: type and state are those of today, so that a count of later
    would restate it for every organization that moved.
    """

    subscriptions: Subscriptions
    lists: Lists
    profile: Profile
    name: str = "subscribers"
    again: int | None = 0

    def years(self, today: date) -> set[int]:
        """Return the years since the first list."""
        return years_since(self.lists, today, self.profile)

    def tables(self, year: int, first: date, last: date) -> tuple[Table, ...]:
        """Return the tables of a year."""
        del year
        held: dict[str, Held] = {}
        # a term is a year long (15 U.S.C. 6152): one that began before may reach into this one
        earliest = date(first.year - 1, first.month, 1)
        for organization_id, one in self.subscriptions.entitlements(earliest, last):
            if _counts(organization_id, one, first, last):
                known = held.setdefault(organization_id, Held(set()))
                known.areas |= one.areas
                known.paid |= one.amount > one.refunded
        holders = self.subscriptions.holders(held)
        return count(held, holders, self.profile)


def years_since(lists: Lists, today: date, profile: Profile) -> set[int]:
    """Return the fiscal years from the first published list to today; none before there is one."""
    of, published = profile.statistics.fiscal_year, lists.published()
    return set(range(of(published[0].date), of(today) + 1)) if published else set()


def _counts(organization_id: str, one: Entitlement, first: date, last: date) -> bool:
    overlaps = one.term.start <= last and one.term.end > first
    return overlaps and one.is_held and not is_sandbox(organization_id)


def count(held: Mapping[str, Held], holders: Mapping[str, Holder], profile: Profile) -> tuple[Table, ...]:
    """Return the tables of what organizations held; small cells are blank."""
    least = profile.open_data.min_cell
    types: Counter[str] = Counter(dict.fromkeys(TYPES, 0))
    areas_of: Counter[str] = Counter()
    bands: Counter[tuple[int, int | None]] = Counter(dict.fromkeys(BANDS, 0))
    states: Counter[str] = Counter()
    places: Counter[tuple[str, str]] = Counter()
    for organization_id, one in held.items():
        holder = holders.get(organization_id, Holder("", exempt=False))
        kind = EXEMPT if holder.exempt else PAID if one.paid else FREE
        types[kind] += 1
        areas_of[kind] += len(one.areas)
        bands[next(band for band in BANDS if band[1] is None or len(one.areas) <= band[1])] += 1
        state = profile.statistics.state_of.get(" ".join(holder.region.casefold().split()))
        states[state.name if state else UNKNOWN] += 1
        places.update((profile.state_of_area.get(area, UNKNOWN), area) for area in one.areas)
    by_type, by_band, by_state = (hidden_cells(cells, least) for cells in (types, bands, states))
    of_places, by_area = hidden_places(places, least)
    whole = len(held)
    too_few = any(one.total for one in (by_type, by_band, by_state)) or 0 < whole < least
    no_areas = too_few or of_places.total
    total: tuple[Cell, ...] = (None if too_few else whole, None if no_areas else sum(areas_of.values()))
    return (
        Table("total", ("subscribers", "areas"), (total,)),
        Table(
            "types",
            ("type", "subscribers", "areas"),
            tuple(
                (kind, None, None)
                if kind in by_type.cells
                else (kind, types[kind], None if no_areas else areas_of[kind])
                for kind in TYPES
            ),
        ),
        Table(
            "areas_held",
            ("from", "to", "subscribers"),
            tuple((*band, _shown(bands, by_band.cells, band)) for band in BANDS),
        ),
        Table(
            "states",
            ("state", "subscribers"),
            # a state is listed with its number or blank, whether or not anybody is there
            tuple((state, _shown(states, by_state.cells, state)) for state in sorted({*_names(profile), *states})),
        ),
        Table(
            "areas",
            ("state", "area", "subscribers"),
            tuple((*place, _shown(places, by_area, place)) for place in sorted(places)),
        ),
    )


def _names(profile: Profile) -> tuple[str, ...]:
    return tuple(state.name for state in profile.statistics.states)


def _shown[K: Hashable](sizes: Mapping[K, int], hidden: frozenset[K], key: K) -> int | None:
    return None if key in hidden else sizes.get(key, 0)
