"""Messy call lists, made from a seed: the same seed makes the same bytes."""

import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pyroaring import BitMap

SEED = 20031001

FORMATS = (
    ("(%s) %s-%s", 33),
    ("%s-%s-%s", 20),
    ("%s%s%s", 20),
    ("+1 %s.%s.%s", 6),
    ("1-%s-%s-%s", 6),
    ("%s.%s.%s", 4),
    ("+1%s%s%s", 3),
    ("%s%s%s.0", 3),
    ("(%s) %s-%s ext 7", 1.5),
    ("%s %s %s", 1),
    ("(%s)\u00a0%s-%s", 0.5),
    ("%s-%s-%s x123", 0.5),
    ("tel:+1-%s-%s-%s", 0.5),
)
"""Spellings of a number and their share in percent."""
JUNK = (("", 0.5), ("N/A", 0.2), ("%s-%s", 0.2), ("(%s) %s", 0.1))
"""What is no number: nothing, a word, seven digits with and without the look of an area."""
LISTED_SHARE = 1 / 3
"""So many rows are drawn from the list; of the others some are on it by chance."""

FIRST = ("James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "María José", "Zoë")
LAST = ("Smith", "Johnson", "Williams", "Brown", "Jones", "García", "Miller", "Davis", '"O""Neil, Jr."', '"Lee, K."')
CITIES = ("Washington", "New York", "Los Angeles", "Dallas", "Philadelphia", "Denver", "Miami", "Chicago")
PIECE = 100_000


def write(path: Path, rows: int, lists: Mapping[str, BitMap]) -> None:
    """Write a call list of id, first and last name (a fifth of them quoted), phone, city and date."""
    chance = random.Random(SEED)
    listed = {area: np.asarray(numbers.to_array()) for area, numbers in lists.items()}
    areas = [area for area, numbers in listed.items() if len(numbers)]
    kinds = [form for form, _ in (*FORMATS, *JUNK)]
    weights = [share for _, share in (*FORMATS, *JUNK)]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,first_name,last_name,phone,city,created\n")
        for start in range(0, rows, PIECE):
            forms = chance.choices(kinds, weights, k=min(PIECE, rows - start))
            file.writelines(_line(row, form, areas, listed, chance) for row, form in enumerate(forms, start))


def _line(
    row: int,
    form: str,
    areas: list[str],
    listed: Mapping[str, "np.ndarray[tuple[int], np.dtype[np.uint32]]"],
    chance: random.Random,
) -> str:
    area = areas[int(chance.random() * len(areas))]
    known = listed[area]
    if chance.random() < LISTED_SHARE:
        number = int(known[int(chance.random() * len(known))])
    else:
        number = 2_000_000 + int(chance.random() * 8_000_000)
    parts = (area, f"{number // 10_000:03d}", f"{number % 10_000:04d}")
    phone = form % parts[3 - form.count("%s") :] if "%" in form else form
    return f"{row},{FIRST[row % 10]},{LAST[row // 10 % 10]},{phone},{CITIES[row // 7 % 8]},2026-10-{row % 28 + 1:02d}\n"
