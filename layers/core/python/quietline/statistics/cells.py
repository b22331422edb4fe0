"""Small cells of a table: blank, and not to be found again by subtraction (ADR 0043)."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Hidden[K: Hashable]:
    """Which cells of a table are blank, and whether the table's total must be as well."""

    cells: frozenset[K]
    total: bool


def hidden_cells[K: Hashable](sizes: Mapping[K, int], least: int, must: Collection[K] = ()) -> Hidden[K]:
    """Return the cells to leave blank in a table whose total is published.

    A cell of 1 to `least` - 1 is blank. Whoever subtracts what is shown from the total finds the sum of the blank
    ones; so there are at least two of them, together at least `least`: the next smallest join until it is so. Where
    even all cells together are too few, the total is blank too. A cell of nothing is shown: nobody is in it.

    Args:
        sizes: people or organizations of each cell.
        least: the profile's `open_data.min_cell`.
        must: cells that another table makes blank.

    >>> sorted(hidden_cells({"a": 2, "b": 90, "c": 7, "d": 0}, 5).cells)
    ['a', 'c']
    >>> hidden_cells({"a": 2, "b": 0}, 5).total
    True
    """
    filled = sorted((size, str(key), key) for key, size in sizes.items() if size)
    hidden = {key for size, _name, key in filled if size < least or key in must}
    if not hidden:
        return Hidden(frozenset(), total=False)
    for _size, _name, key in filled:
        if _safe(hidden, sizes, least):
            break
        hidden.add(key)
    return Hidden(frozenset(hidden), total=not _safe(hidden, sizes, least))


def _safe[K: Hashable](hidden: set[K], sizes: Mapping[K, int], least: int) -> bool:
    return len(hidden) > 1 and sum(sizes[key] for key in hidden) >= least


def hidden_places(areas: Mapping[tuple[str, str], int], least: int) -> tuple[Hidden[str], frozenset[tuple[str, str]]]:
    """Return which states and which areas (state, area) are blank, where both tables and the total are published.

    A state whose blank areas could be found from its own number is blank with all its areas.

    >>> states, places = hidden_places({("A", "1"): 3, ("B", "2"): 50, ("B", "3"): 70, ("C", "4"): 60}, 5)
    >>> sorted(states.cells), sorted(places)
    (['A', 'C'], [('A', '1'), ('C', '4')])
    """
    of_state: dict[str, dict[tuple[str, str], int]] = {}
    for (state, area), size in areas.items():
        of_state.setdefault(state, {})[state, area] = size
    found = {state: hidden_cells(sizes, least) for state, sizes in of_state.items()}
    must = frozenset(state for state, one in found.items() if one.total)
    sums = {state: sum(sizes.values()) for state, sizes in of_state.items()}
    states = hidden_cells(sums, least, must)
    blank = {place for one in found.values() for place in one.cells}
    blank |= {place for place, size in areas.items() if size and place[0] in states.cells}
    return states, frozenset(blank)
