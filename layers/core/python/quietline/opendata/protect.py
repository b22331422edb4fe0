"""Small cells: whoever reads the data shall not tell one person from all others by where they live (ADR 0038)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

from quietline.opendata.model import Row


def protect(rows: Sequence[Row], least: int) -> list[Row]:
    """Blank what names a place in which fewer than `least` people complained: the city, then the area, then the state.

    People are counted by `complainant`, so that one who complains often makes no crowd. What stays in the file names
    a place that at least so many of the file's people share.

    Args:
        rows: the registry's own rows of one file.
        least: the profile's `open_data.min_cell`.
    """
    cities = _crowds(((row.state, row.area, row.city), row) for row in rows)
    areas = _crowds(((row.state, row.area), row) for row in rows)
    states = _crowds((row.state, row) for row in rows)
    kept = []
    for row in rows:
        city, area, state = row.city, row.area, row.state
        if states[state] < least:
            city = area = state = ""
        elif areas[state, area] < least:
            city = area = ""
        elif cities[state, area, city] < least:
            city = ""
        kept.append(replace(row, city=city, area=area, state=state))
    return kept


def _crowds(cells: Iterable[tuple[Hashable, Row]]) -> dict[Hashable, int]:
    people: dict[Hashable, set[str]] = defaultdict(set)
    for cell, row in cells:
        people[cell].add(row.complainant)
    return {cell: len(found) for cell, found in people.items()}
