"""Washing messy call lists: ours against DuckDB, polars, SQLite and a Python set, on the same rows and lists.

Every contestant answers the same file into a file of the same columns, and the answers must agree in every count. Each
has a process of its own, in which it prepares its form of the list (not counted, but told); then they take turns, and
each contestant's best round counts. Ours opens the published bitmaps within the time that is counted.
"""

import argparse
import tempfile
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench import calls, measure, national, washers
from bench.measure import timed

FAST = ("quietline", "quietline, all cores", "DuckDB")
SLOW = ("SQLite", "Python set")
"""Row by row: of the large call list they wash one round only."""
TARGETS = {"rows_per_cpu_s": 1_000_000, "DuckDB": 5}
SOME = 30
"""Areas of a seller who calls in several states: a twelfth of the country."""
MANY = 5_000_000
"""More rows than this are a large call list."""
PARTLY = {"340", "670", "671", "684"}
"""Areas of islands, of whose exchanges only some exist: ours knows which, the peers do not; nobody calls them."""

_wash: Any = None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench wash")
    parser.add_argument("benchmark", nargs="?")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", type=int, choices=(1, 2, 3), help="run this case only and keep the others' results")
    arguments = parser.parse_args()
    run(arguments.scale, arguments.rounds, arguments.case)


def run(scale: float = 1.0, rounds: int = 3, case: int | None = None) -> dict[str, Any]:
    """Run the cases; below full scale the whole country is left out and nothing is stored."""
    all_areas = national.areas(round(national.NUMBERS * min(1.0, scale * 10)))
    some = all_areas[:: len(all_areas) // SOME][:SOME]
    million = round(1_000_000 * scale)
    cases = {
        "1 M rows, 30 areas": (some, million, tuple(washers.CONTESTANTS)),
        "10 M rows, 30 areas": (some, 10 * million, tuple(washers.CONTESTANTS)),
        "1 M rows, the whole country": (all_areas, million, FAST),
    }
    chosen = [list(cases)[case - 1]] if case else list(cases) if scale == 1 else list(cases)[:2]
    result: dict[str, Any] = {
        "formats_percent": [[form or "empty", share] for form, share in (*calls.FORMATS, *calls.JUNK)],
        "targets": TARGETS,
        "cases": measure.load("wash")["cases"] if case and (measure.RESULTS / "wash.json").is_file() else {},
    }
    with tempfile.TemporaryDirectory() as name:
        for title in chosen:
            machine = measure.machine("numpy", "pyroaring", "phonenumberslite", "duckdb", "polars")
            result["cases"][title] = {"machine": machine} | _case(Path(name), *cases[title], rounds)
            _show(title, result["cases"][title])
            if scale == 1:
                measure.store("wash", result)
    return result


def _case(
    root: Path, areas: list[national.Area], rows: int, contestants: tuple[str, ...], rounds: int
) -> dict[str, Any]:
    lists = root / f"{len(areas)}"
    bitmaps = _published(lists, areas)
    source = root / f"calls-{len(areas)}-{rows}.csv"
    calls.write(source, rows, {area: numbers for area, numbers in bitmaps.items() if area not in PARTLY})
    with ExitStack() as stack:
        context = get_context("spawn")
        pools = {name: stack.enter_context(ProcessPoolExecutor(1, context)) for name in contestants}
        # one prepares at a time, and nobody while others are measured
        prepared = {name: pool.submit(_prepare, name, lists).result() for name, pool in pools.items()}
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
        # there and back: what one contestant leaves behind (its caches, memory the system must tidy) hits no one always
        for turn in range(rounds):
            for name in list(pools)[:: -1 if turn % 2 else 1]:
                if turn and rows > MANY and name in SLOW:
                    continue
                taken: Future[dict[str, float]] = pools[name].submit(_turn, source, root / f"{name}.csv")
                runs[name].append(taken.result())
    counts = {name: washers.counted(root / f"{name}.csv") for name in contestants}
    if any(found != counts["quietline"] for found in counts.values()):
        raise AssertionError(f"The answers differ: {counts}")
    best = {name: min(found, key=lambda one: one["wall_s"]) | prepared[name] for name, found in runs.items()}
    for name, one in best.items():
        one["rounds"] = len(runs[name])
        one["rows_per_s"] = round(rows / one["wall_s"])
        one["rows_per_cpu_s"] = round(rows / one["cpu_s"])
    return {
        "rows": rows,
        "bytes": source.stat().st_size,
        "areas": len(areas),
        "numbers_on_list": sum(len(numbers) for numbers in bitmaps.values()),
        "answers": counts["quietline"],
        "contestants": best,
        "times_slower": {
            name: {
                "wall": round(one["wall_s"] / best["quietline, all cores"]["wall_s"], 2),
                "wall_with_preparation": round(
                    (one["wall_s"] + one["prepare_s"]) / best["quietline, all cores"]["wall_s"], 2
                ),
                "cpu": round(one["cpu_s"] / best["quietline"]["cpu_s"], 2),
            }
            for name, one in best.items()
        },
    }


def _published(folder: Path, areas: list[national.Area]) -> dict[str, Any]:
    """Write the lists as they are published, bitmap and flat text; return the bitmaps."""
    from quietline.lists import build, encode
    from quietline.profiles import load_profile

    found = {}
    known = folder.is_dir()
    folder.mkdir(exist_ok=True)
    for area in areas:
        numbers = build.load((folder / f"{area.key}.roar").read_bytes()) if known else area.numbers()
        found[area.key] = numbers
        if not known:
            (folder / f"{area.key}.roar").write_bytes(build.dump(numbers))
            text = encode.full(area.key, numbers, date(2026, 11, 9), "txt", load_profile("us").rules)
            (folder / f"{area.key}.txt").write_bytes(b"".join(bytes(piece) for piece in text))
    return found


def _prepare(name: str, lists: Path) -> dict[str, float]:
    global _wash  # noqa: PLW0603 (the process's own contestant)
    with timed() as seconds:
        _wash = washers.CONTESTANTS[name](lists)
    return {"prepare_s": round(seconds.wall, 3), "prepare_cpu_s": round(seconds.cpu, 3)}


def _turn(source: Path, out: Path) -> dict[str, float]:
    with timed() as seconds:
        _wash(source, out)
    return seconds.to_payload() | {"peak_mib": round(measure.peak_mib())}


def _show(title: str, case: dict[str, Any]) -> None:
    print(f"  {title} ({case['bytes'] / 1e6:.0f} MB, {case['numbers_on_list'] / 1e6:.1f} M numbers on the list)")
    for name, one in case["contestants"].items():
        slower = case["times_slower"][name]
        print(
            f"    {name:22} {one['wall_s']:8.2f} s, {one['cpu_s']:7.2f} s of processor, "
            f"{one['rows_per_s'] / 1e6:5.2f} M rows/s, {one['peak_mib']:6.0f} MiB, "
            f"× {slower['wall']} wall, × {slower['cpu']} processor, prepared in {one['prepare_s']:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
