"""Looking numbers up in an area's bitmap, many at a time: the wash's bits against roaring, a set, and binary search."""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
from quietline.lists import build
from quietline.washes.bits import dense_bytes, fill

from bench import measure, national
from bench.measure import timed

LOOKUPS = 20_000_000
SLOW_LOOKUPS = 2_000_000
TARGETS = {"lookups_per_s": 20_000_000}
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench lookup")
    parser.add_argument("benchmark", nargs="?")
    parser.add_argument("--scale", type=float, default=1.0)
    run(parser.parse_args().scale)


def run(scale: float = 1.0) -> dict[str, Any]:
    """Look the same numbers up in every way; a third of them is on the list."""
    numbers = national.areas()[100].numbers()
    published = build.dump(numbers)
    bits = np.zeros(dense_bytes(10**7), np.uint8)
    with timed() as loading:
        fill(bits, published)
    chance = np.random.default_rng(1)
    listed = numbers.to_array()
    wanted = chance.integers(2_000_000, 10_000_000, round(LOOKUPS * scale), np.uint32)
    some = chance.random(len(wanted)) < 1 / 3
    wanted[some] = chance.choice(listed, int(some.sum()))
    few = wanted[: round(SLOW_LOOKUPS * scale)]
    as_set, as_list = set(np.asarray(listed).tolist()), few.tolist()
    sorted_numbers = np.asarray(listed)

    def by_search(values: Any) -> Any:
        places = np.minimum(np.searchsorted(sorted_numbers, values), len(sorted_numbers) - 1)
        return sorted_numbers[places] == values

    ways: dict[str, tuple[Callable[[Any], Any], Any]] = {
        "bits": (lambda values: (bits[values >> 3] >> (values & 7).astype(np.uint8)) & 1, wanted),
        "numpy searchsorted": (by_search, few),
        "roaring, one by one": (lambda values: [value in numbers for value in values], as_list),
        "Python set": (lambda values: [value in as_set for value in values], as_list),
    }
    found = {name: _measured(way, values) for name, (way, values) in ways.items()}
    hits = {name: np.asarray(way(values))[: len(few)].astype(bool) for name, (way, values) in ways.items()}
    if any((hit != hits["bits"]).any() for hit in hits.values()):
        raise AssertionError("The ways disagree.")
    best = found["bits"]["lookups_per_cpu_s"]
    result = {
        "machine": measure.machine("numpy", "pyroaring"),
        "scale": scale,
        "targets": TARGETS,
        "numbers_on_list": len(numbers),
        "load_s": round(loading.wall, 4),
        "ways": found,
        "times_slower": {name: round(best / one["lookups_per_cpu_s"], 1) for name, one in found.items()},
    }
    for name, one in found.items():
        print(f"  {name:24} {one['lookups_per_s'] / 1e6:7.1f} M/s, × {result['times_slower'][name]} processor")
    if scale == 1:
        measure.store("lookup", result)
    return result


def _measured(way: Callable[[Any], Any], values: Any) -> dict[str, float]:
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        with timed() as seconds:
            way(values)
        if not best or seconds.wall < best["wall_s"]:
            best = {
                "wall_s": round(seconds.wall, 4),
                "lookups_per_s": round(len(values) / seconds.wall),
                "lookups_per_cpu_s": round(len(values) / max(seconds.cpu, 1e-6)),
            }
    return best


if __name__ == "__main__":
    main()
