"""The area picker: what is chosen, by state, on a list and on a map of tiles. The page around it is `pages.areas`."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from quietline.pages.maps import map_of
from quietline.profiles.profile import Profile

SEPARATORS = re.compile(r"[\s,;]+")
MAX_CODES = 1000
MAX_CODE = 20


@dataclass(frozen=True)
class Selection:
    """What a form holds.

    Attributes:
        areas: the areas chosen that can be ordered, sorted.
        unknown: what was typed as an area and is none.
        added: the areas that were typed and are now chosen, or are held already.
        opened: the state whose list stays open, empty for none.

    """

    areas: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    opened: str = ""


def select(
    profile: Profile, checked: Iterable[str], held: Collection[str], *, typed: str = "", toggled: str = ""
) -> Selection:
    """Return what is chosen after one press of a button.

    Args:
        profile: the jurisdiction.
        checked: areas whose boxes are checked; what is no area of the profile is dropped, for no page offers it.
        held: areas that cannot be chosen, because the organization has them.
        typed: areas as people type them, separated by blanks, commas or semicolons.
        toggled: a state whose button was pressed: with all its areas chosen it loses them, otherwise it gets them.
    """
    known = profile.state_of_area
    chosen = {area for area in checked if area in known and area not in held}
    codes = [code for code in SEPARATORS.split(typed) if code][:MAX_CODES]
    unknown = tuple(dict.fromkeys(code[:MAX_CODE] for code in codes if code not in known))
    added = tuple(dict.fromkeys(code for code in codes if code in known))
    chosen.update(area for area in added if area not in held)
    opened = ""
    if toggled in profile.areas:
        offered = {area for area in profile.areas[toggled] if area not in held}
        chosen = chosen - offered if offered <= chosen else chosen | offered
        opened = toggled
    return Selection(tuple(sorted(chosen)), unknown, added, opened)


def states(
    profile: Profile, language: str, chosen: Collection[str], held: Collection[str], opened: str = ""
) -> list[dict[str, Any]]:
    """Return the states as the page lists them, by name in the page's language.

    Each is `{key, id, name, total, chosen, held, state, open, areas, tile}`: `state` says of the areas that can be
    chosen whether `none`, `some` or `all` are, or `held` when there are none left; `areas` are `{code, chosen, held}`;
    `tile` is `{code, column, row}` or None.
    """
    known = map_of(profile.name)
    found = []
    for key, areas in profile.areas.items():
        tile = known.get(key)
        marked = [{"code": area, "chosen": area in chosen, "held": area in held} for area in sorted(areas)]
        count, kept = sum(bool(one["chosen"]) for one in marked), sum(bool(one["held"]) for one in marked)
        offered = len(marked) - kept
        state = "held" if not offered else "all" if count == offered else "some" if count else "none"
        found.append(
            {
                "key": key,
                "id": "state-" + re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-"),
                "name": (tile or {}).get(language, key),
                "total": len(marked),
                "chosen": count,
                "held": kept,
                "state": state,
                "open": key == opened or state == "some",
                "areas": marked,
                "tile": tile,
            }
        )
    return sorted(found, key=lambda one: str(one["name"]))


def tiles(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the states that have a place on the map, row by row: the order in which a keyboard walks them."""
    placed = [one for one in found if one["tile"]]
    return sorted(placed, key=lambda one: (one["tile"]["row"], one["tile"]["column"]))


def call_list(text: str) -> dict[str, int]:
    """Return how many numbers of a call list each area has, from what the browser counted: `202:1200,301:7`.

    Raises:
        ValueError: it is of another form.
    """
    counts = {}
    for pair in text.split(",") if text else ():
        area, _, count = pair.partition(":")
        if not (
            area.isalnum() and area.isascii() and count.isascii() and count.isdigit() and len(count) < MAX_CODE // 2
        ):
            raise ValueError("not counts by area")
        counts[area] = int(count)
    return counts
