"""Taking a registry in: lines read a second, blocks made a second, and what the nation's import asks of DynamoDB.

`python -m bench imports [--scale 1.0]`: at 1.0 ten areas of 738,571 numbers each (258.5 million in 350 areas).
"""

import json
import sys
import time
from typing import Any

import numpy as np
from quietline.imports.model import Layout, LayoutKind
from quietline.imports.parse import parse
from quietline.kernel import phone
from quietline.kernel.blocks import pack
from quietline.lists.build import blocks_of
from quietline.profiles import load_profile

from bench import measure

NATION, AREAS = 258_500_000, 350
WRITE_UNIT_DOLLARS = 0.625 / 1_000_000
"""DynamoDB on demand, us-east-1, November 2026."""
COLD_TABLE_UNITS = 4_000
"""Write units a second that a new on-demand table takes at once; it doubles from there."""


def run(scale: float = 1.0) -> dict[str, Any]:
    machine, rules = measure.machine("numpy", "pyroaring", "phonenumberslite"), load_profile("us").rules
    random = np.random.default_rng(2003)
    per_area = max(1_000, round(NATION / AREAS * scale))
    texts = [_area(area, per_area, random) for area in sorted(rules.areas)[:10]]
    data = b"".join(texts)
    flat = Layout(kind=LayoutKind.AREA_AND_SUBSCRIBER, delimiter=",")
    parse(data[:200_000], flat, rules)
    cold = _seconds(lambda: parse(data, flat, rules))
    warm = _seconds(lambda: parse(data, flat, rules))
    made = parse(data, flat, rules)
    sample = [line.replace(",", "") for line in data[:130_000].decode().splitlines()[:10_000]]
    slow = _seconds(lambda: [phone.parse(text, rules) for text in sample]) / len(sample)
    started = time.perf_counter()
    blocks = [block for numbers in made.numbers.values() for block in blocks_of(numbers).values()]
    packed = [pack(block) for block in blocks]
    building = time.perf_counter() - started
    # a write unit is a kilobyte of item: key, area and attribute names take about a hundred bytes
    units = sum(-(-(len(one) + 120) // 1024) for one in packed)
    nation = units / made.accepted * NATION
    result = {
        "machine": machine,
        "numbers": made.accepted,
        "lines_a_second": round(made.lines / warm),
        "lines_a_second_cold": round(made.lines / cold),
        "kernel_parse_a_second": round(1 / slow),
        "times_kernel_parse": round(slow * made.lines / warm),
        "blocks": len(blocks),
        "bytes_a_block": round(sum(map(len, packed)) / len(packed)),
        "numbers_built_a_second": round(made.accepted / building),
        "nation": {
            "blocks": round(len(blocks) / made.accepted * NATION),
            "write_units": round(nation),
            "dollars": round(nation * WRITE_UNIT_DOLLARS, 2),
            "seconds_at_4000_units": round(nation / COLD_TABLE_UNITS),
            "as_an_item_a_number": {
                "write_units": 2 * NATION,
                "dollars": round(2 * NATION * WRITE_UNIT_DOLLARS),
                "seconds_at_4000_units": round(2 * NATION / COLD_TABLE_UNITS),
            },
        },
    }
    if scale == 1:
        measure.store("imports", result)
    return result


def _area(area: str, count: int, random: np.random.Generator) -> bytes:
    """Return one area's flat text: numbers in two thirds of the exchanges, some much fuller than others."""
    exchanges = random.choice(np.arange(200, 1000), 530, replace=False)
    weights = random.gamma(1.5, 1.0, len(exchanges))
    chosen = random.choice(exchanges, 2 * count, p=weights / weights.sum()) * 10_000
    numbers = np.unique(chosen + random.integers(0, 10_000, 2 * count))
    numbers = np.sort(random.choice(numbers, min(count, len(numbers)), replace=False))
    return "".join(f"{area},{number:07d}\n" for number in numbers.tolist()).encode()


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    given = sys.argv[sys.argv.index("--scale") + 1] if "--scale" in sys.argv else "1.0"
    print(json.dumps(run(float(given)), indent=2))
