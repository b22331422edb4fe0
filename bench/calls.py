"""Call lists and published lists for benchmarks, made from a seed: the same seed makes the same bytes."""

import random
from pathlib import Path

import numpy as np
from pyroaring import BitMap

AREAS = (
    "202", "212", "213", "214", "215", "303", "305", "312", "313", "404", "415", "469", "480", "503", "512",
    "602", "617", "619", "646", "678", "702", "704", "713", "718", "773", "786", "818", "832", "917", "972",
)  # fmt: skip
"""Thirty areas: more than most sellers order, a twelfth of the country."""
NUMBERS_AN_AREA = 738_000
"""The country's 258.5 M numbers over its 350 areas."""

FORMATS = (
    ("(%s) %s-%s", 34),
    ("%s-%s-%s", 20),
    ("%s%s%s", 20),
    ("+1 %s.%s.%s", 6),
    ("1-%s-%s-%s", 6),
    ("%s.%s.%s", 4),
    ("+1%s%s%s", 3),
    ("%s%s%s.0", 3),
    ("(%s) %s-%s ext 7", 1.5),
    ("%s %s %s", 1),
    ("%s-%s-%s x123", 0.5),
)
"""Spellings and their share in percent; the rest to 100 is what is no number."""
JUNK = (("", 0.5), ("N/A", 0.2), ("%s-%s", 0.2), ("(%s) %s", 0.1))

FIRST = ("James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "María José", "Zoë")
LAST = ("Smith", "Johnson", "Williams", "Brown", "Jones", "García", "Miller", "Davis", '"O""Neil, Jr."', '"Lee, K."')
CITIES = ("Washington", "New York", "Los Angeles", "Dallas", "Philadelphia", "Denver", "Miami", "Chicago")


def published(seed: int = 1, size: int = NUMBERS_AN_AREA) -> dict[str, BitMap]:
    """Return a bitmap an area: exchanges are filled unevenly, as real ones are."""
    chance = np.random.default_rng(seed)
    made = {}
    for area in AREAS:
        weights = chance.gamma(0.5, size=800)
        exchanges = chance.choice(800, size=size * 2, p=weights / weights.sum()) + 200
        numbers = np.unique(exchanges * 10_000 + chance.integers(0, 10_000, size * 2))
        chosen = chance.permutation(numbers)[:size]
        made[area] = BitMap(np.sort(chosen).astype(np.uint32))
    return made


def call_list(path: Path, rows: int, lists: dict[str, BitMap], seed: int = 2) -> None:
    """Write a messy call list: id, first and last name, phone, city, date; a third of its numbers are listed."""
    chance = random.Random(seed)
    listed = {area: np.asarray(numbers.to_array()) for area, numbers in lists.items()}
    areas = list(listed)
    kinds = [form for form, _ in (*FORMATS, *JUNK)]
    weights = [share for _, share in (*FORMATS, *JUNK)]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,first_name,last_name,phone,city,created\n")
        for start in range(0, rows, 100_000):
            count = min(100_000, rows - start)
            forms = chance.choices(kinds, weights, k=count)
            lines = []
            for row, form in enumerate(forms, start):
                area = areas[int(chance.random() * len(areas))]
                known = listed[area]
                if chance.random() < 1 / 3:
                    number = int(known[int(chance.random() * len(known))])
                else:
                    number = 2_000_000 + int(chance.random() * 8_000_000)
                parts = (area, f"{number // 10_000:03d}", f"{number % 10_000:04d}")
                phone = form % parts[3 - form.count("%s") :] if "%" in form else form
                name, city, day = f"{FIRST[row % 10]},{LAST[row // 10 % 10]}", CITIES[row // 7 % 8], row % 28 + 1
                lines.append(f"{row},{name},{phone},{city},2026-10-{day:02d}\n")
            file.writelines(lines)
