"""How the work of a publication grows: with the numbers on the list, with the changes of a day; and bits a number.

An area's build (yesterday's bitmap and the day's changes in, all files out) is timed for 1, 10 and 100 numbers and up
to the whole country; then for the whole country's planning of a day on which ever more areas changed, counting what is
written. Bits a number are compared with what no lossless format can go below.
"""

import argparse
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import measure, national
from bench.measure import timed
from bench.publish import ours

SIZES = (1, 10, 100, 10_000, 1_000_000, 10_000_000, 100_000_000, national.NUMBERS)
CHANGES = (0, 1, 3, 10, 100, 1_000, 10_000, 60_000)
PER_AREA = national.NUMBERS // national.AREAS


def by_numbers(scale: float, rounds: int) -> list[dict[str, Any]]:
    """Time whole publications of ever more numbers: one area up to a national area's size, then ever more areas."""
    from bench.publish import _in_processes, _prepare

    rows = []
    for size in SIZES:
        if size > max(1_000, national.NUMBERS * scale):
            continue
        count = max(1, round(size / PER_AREA))
        wanted = national.areas(size, count)
        with tempfile.TemporaryDirectory(prefix="quietline-growth-") as name:
            folder = Path(name)
            _in_processes(_prepare, folder, wanted)
            runs = [ours(folder, wanted) for _ in range(rounds)]
        best = min((run.seconds for run in runs), key=lambda seconds: seconds.cpu)
        rows.append({"numbers": size, "areas": count, **best.to_payload()})
        print(f"  {size:12,} numbers {best.wall:8.2f} s  {best.cpu:8.2f} s processor", flush=True)
    return rows


def by_changes(scale: float) -> list[dict[str, Any]]:
    """Publish a second day over a whole list: only areas with a change are built, the others are named again."""
    from quietline.kernel.clock import FixedClock, from_text
    from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
    from quietline.profiles import load_profile

    from bench import registry
    from bench.publish import _in_processes, _prepare

    wanted = national.areas(max(350, round(national.NUMBERS * scale)), max(1, round(national.AREAS * scale)))
    keys = tuple(area.key for area in wanted)
    base = load_profile("us")
    profile = type(base).model_validate(base.model_dump(by_alias=True) | {"areas": {"The country": keys}})
    rows = []
    with tempfile.TemporaryDirectory(prefix="quietline-growth-") as name:
        folder = Path(name)
        _in_processes(_prepare, folder, wanted)
        ours(folder, wanted)
        day, cutoff = registry.DAY + timedelta(days=1), registry.CUTOFF + timedelta(days=1)
        for changed in CHANGES:
            by_area = _changes(wanted, changed)
            table, objects = registry.first_day(folder, profile, keys), registry.Counting(folder)
            with timed() as seconds:
                clock, changes = FixedClock(cutoff + timedelta(hours=1)), registry.DayOfChanges(by_area)
                plan = PublishPlan(profile, clock, table, changes, objects, timedelta(0)).plan(day)
                builder = AreaBuild(profile, changes, objects)
                for item in plan["items"]:
                    for work in item["areas"]:
                        builder.build(
                            work["area"], work["base"], day, from_text(plan["since"]), from_text(plan["cutoff"])
                        )
                ManifestWriter(profile, table, objects, registry.Signer()).write(day)
            rows.append(
                {
                    "changes": changed,
                    "areas_changed": len(by_area),
                    "objects_written": objects.written,
                    "bytes_written": objects.size,
                    **seconds.to_payload(),
                }
            )
            print(
                f"  {changed:8,} changes, {len(by_area):4} areas  {seconds.cpu:6.2f} s processor, "
                f"{objects.written:5} objects, {objects.size / 1e6:7.1f} MB",
                flush=True,
            )
            (folder / "manifests" / f"{day.isoformat()}.jws").unlink()
    return rows


def _changes(wanted: list[national.Area], count: int) -> dict[str, list[Any]]:
    """Spread changes over areas in proportion to their size, as a whole number each."""
    import numpy as np

    from bench import registry

    chance = np.random.default_rng([national.SEED, count])
    shares = np.array([area.size for area in wanted], float)
    counts = chance.multinomial(count, shares / shares.sum())
    spans = national.FIRST, national.FIRST + national.BLOCKS * national.WIDTH
    # some are listed already and make no difference; their area is built all the same
    return {
        area.key: registry.changes_of(np.unique(chance.integers(*spans, n)).tolist(), (), days=1)
        for area, n in zip(wanted, counts, strict=True)
        if n
    }


def bits() -> dict[str, Any]:
    """Return bits a number of every format against the information in the list, on a few areas of all sizes."""
    from quietline.lists import build, encode
    from quietline.lists.model import Kind
    from quietline.profiles import load_profile

    from bench.registry import DAY

    wanted = national.areas()[::50]
    rules, totals, size = load_profile("us").rules, dict.fromkeys(("roar", "txt", "csv", "xml"), 0), 0
    clustered = uniform = 0.0
    for area in wanted:
        numbers = area.numbers()
        snapshot = build.Snapshot(numbers, build.load(None), build.load(None))
        totals["roar"] += len(build.dump(numbers))
        for format_ in ("txt", "csv", "xml"):
            pieces = encode.file(Kind.FULL, area.key, snapshot, DAY, format_, rules=rules)
            totals[format_] += len(build.zipped(f"full.{format_}", pieces))
        size += area.size
        clustered += area.entropy_bits()
        uniform += national.uniform_bits(area.size)
    return {
        "areas": len(wanted),
        "numbers": size,
        "information_uniform": round(uniform / size, 2),
        "information_clustered": round(clustered / size, 2),
        "formats": {name: round(total * 8 / size, 2) for name, total in totals.items()},
    }


def run(scale: float = 1.0, rounds: int = 3) -> dict[str, Any]:
    """Measure; `scale` is the part of the country at which growth stops, of `rounds` the cheapest counts."""
    result = {**measure.machine("numpy", "pyroaring", "isal"), "scale": scale, "rounds": rounds}
    result["bits_a_number"] = bits()
    print(f"  bits a number: {result['bits_a_number']}", flush=True)
    result["by_numbers"] = by_numbers(scale, rounds)
    result["by_changes"] = by_changes(scale)
    if scale == 1:
        measure.store("growth", result)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench growth")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the country, 0 to 1")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(sys.argv[2:])
    run(given.scale, given.rounds)


if __name__ == "__main__":
    main()
