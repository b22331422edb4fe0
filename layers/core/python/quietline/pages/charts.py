"""Charts as templates draw them (inline SVG without a style): a map of tiles, and bars by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from quietline.pages.maps import map_of

TILE = 44
"""Side of a tile, with its gap; at 320 px the whole map of eleven columns is still readable."""
LEVELS = 4
"""Shades of a tile besides none."""
WIDTH = 600
HEIGHT = 120
MOST_BARS = 60
"""So many bars can be told apart on a phone; a longer time is shown by weeks, or longer spans."""


@dataclass(frozen=True)
class Map:
    """A map of tiles; `tiles` are {code, name, count, level, x, y, middle, base}, row by row."""

    width: int
    height: int
    tiles: list[dict[str, Any]]


@dataclass(frozen=True)
class Columns:
    """Columns side by side; `columns` are {x, y, width, height, middle, value}, the value None where it is not told."""

    columns: list[dict[str, Any]]

    @property
    def line(self) -> list[str]:
        """The points of a line over the columns' tops, a piece for each run without a gap."""
        pieces: list[list[str]] = [[]]
        for one in self.columns:
            if one["value"] is None:
                pieces.append([])
            else:
                pieces[-1].append(f"{one['middle']},{one['y']}")
        return [" ".join(piece) for piece in pieces if piece]


@dataclass(frozen=True)
class Bars:
    """Bars by day, or by spans of `days` days; `bars` are {first, last, count, x, y, width, height}, oldest first."""

    days: int
    most: int
    bars: list[dict[str, Any]]


def state_map(profile_name: str, language: str, counts: Mapping[str, int | float]) -> Map | None:
    """Return the map of a jurisdiction with what each state has; None where nobody drew one."""
    known = map_of(profile_name)
    if not known:
        return None
    most = max(counts.values(), default=0)
    tiles = []
    for name, tile in known.items():
        count = counts.get(name, 0)
        x, y = (tile["column"] - 1) * TILE, (tile["row"] - 1) * TILE
        tiles.append(
            {
                "code": tile["code"],
                "name": tile.get(language, name),
                "count": count,
                # rounded up, so that one complaint is never the colour of none
                "level": int(-(-count * LEVELS // most)) if most else 0,
                "x": x,
                "y": y,
                "middle": x + (TILE - 2) // 2,
                "base": y + TILE * 2 // 3,
            }
        )
    tiles.sort(key=lambda one: (one["y"], one["x"]))
    width = max(tile["x"] for tile in tiles) + TILE - 2
    return Map(width, max(tile["y"] for tile in tiles) + TILE - 2, tiles)


def day_bars(counts: Mapping[date, int]) -> Bars | None:
    """Return a bar for each day from the first to the last, also for those without anything; None without any."""
    if not counts:
        return None
    first, last = min(counts), max(counts)
    span = (last - first).days + 1
    days = 1 if span <= MOST_BARS else 7 * -(-span // (7 * MOST_BARS))
    number = -(-span // days)
    sums = [0] * number
    for day, count in counts.items():
        sums[(day - first).days // days] += count
    most = max(sums)
    room = WIDTH / number
    bars = []
    for index, count in enumerate(sums):
        begins = first + timedelta(days=index * days)
        height = round(HEIGHT * count / most, 1) if most else 0
        bars.append(
            {
                "first": begins,
                "last": min(last, begins + timedelta(days=days - 1)),
                "count": count,
                "x": round(index * room + room * 0.1, 1),
                "y": round(HEIGHT - height, 1),
                "width": round(room * 0.8, 1),
                "height": height,
            }
        )
    return Bars(days, most, bars)


def columns(values: Sequence[int | float | None]) -> Columns:
    """Return a column for each value, from zero; one that is not told has no height.

    A value below zero stands at the axis: its number says it.
    """
    most = max((value for value in values if value is not None), default=0)
    room = WIDTH / max(1, len(values))
    made = []
    for index, value in enumerate(values):
        height = round(HEIGHT * max(0, value or 0) / most, 1) if most > 0 else 0
        made.append(
            {
                "x": round(index * room + room * 0.1, 1),
                "y": round(HEIGHT - height, 1),
                "width": round(room * 0.8, 1),
                "height": height,
                "middle": round((index + 0.5) * room, 1),
                "value": value,
            }
        )
    return Columns(made)


def shares(values: Sequence[int | float | None]) -> list[float]:
    """Return each value's length as a percentage of the longest."""
    most = max((value for value in values if value is not None), default=0)
    return [round(100 * max(0, value or 0) / most, 1) if most > 0 else 0.0 for value in values]
