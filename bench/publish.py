"""Publishing the whole country: our worker, area by area in two processes, against DuckDB and `sort | gzip`.

Ours is the product's own code (`AreaBuild`, `ManifestWriter`): yesterday's bitmap and the day's changes in; bitmap,
full list, change list, their SHA-256 and the signed manifest out, on disk. The peers get the same numbers in the order
people registered them (that is, in none), as Parquet and as text, and write the full list alone: DuckDB one sorted
gzip file an area, `sort | gzip` one file in all. A third peer has only to write: DuckDB from rows that lie sorted.
"""

import argparse
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench import measure, national
from bench.measure import Seconds, timed

WORKERS = 2
PEER_SCALE = 0.1
"""Part of the country that is published by every contestant, round by round."""
ROUNDS = 2
PARTS = ("whole", "race", "whole_race")
TARGETS = {"wall_s": 15, "worker_mib": 512, "duckdb": 15, "sort_gzip": 25}


@dataclass
class Run:
    """One publication: its time, its workers' memory, its manifest."""

    seconds: Seconds
    worker_mib: float
    manifest_areas: list[Any]


def _prepare(folder: Path, wanted: list[national.Area]) -> int:
    """Write yesterday's bitmaps; return the numbers in them."""
    for area in wanted:
        numbers = area.numbers()
        (folder / f"{area.key}.roar").write_bytes(national.build.dump(numbers))
        added, removed = national.changes(area, numbers)
        (folder / f"{area.key}.changes").write_bytes(added.serialize() + b"\n--\n" + removed.serialize())
    return sum(area.size for area in wanted)


def _in_processes(work: Any, folder: Path, wanted: list[national.Area]) -> list[Any]:
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        return list(pool.map(work, [folder] * WORKERS, [wanted[i::WORKERS] for i in range(WORKERS)]))


def _work(folder: Path, wanted: list[national.Area]) -> tuple[float, int]:
    """Build areas one after the other, as one worker's life; return its peak memory and what it built."""
    from pyroaring import BitMap
    from quietline.lists.publish import AreaBuild
    from quietline.profiles import load_profile

    from bench import registry

    profile, objects = load_profile("us"), registry.Folder(folder)
    built = 0
    for area in wanted:
        added, _, removed = (folder / f"{area.key}.changes").read_bytes().partition(b"\n--\n")
        changed = registry.changes_of(BitMap.deserialize(added), BitMap.deserialize(removed))
        builder = AreaBuild(profile, registry.DayOfChanges({area.key: changed}), objects)
        base = {"key": f"{area.key}.roar", "sha256": _digest(folder / f"{area.key}.roar")}
        built += builder.build(area.key, base, registry.DAY, registry.SINCE, registry.CUTOFF)
    return measure.peak_mib(), built


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def ours(folder: Path, wanted: list[national.Area]) -> Run:
    """Publish the areas from the bitmaps and changes that lie in the folder."""
    from quietline.lists.model import Publication
    from quietline.lists.publish import ManifestWriter, read_manifest
    from quietline.profiles import load_profile

    from bench import registry

    shutil.rmtree(folder / "areas", ignore_errors=True)
    shutil.rmtree(folder / "manifests", ignore_errors=True)
    with timed() as seconds:
        peaks = _in_processes(_work, folder, wanted)
        objects = registry.Folder(folder)
        keys = tuple(sorted(area.key for area in wanted))
        table = registry.Table(Publication(registry.DAY, registry.SINCE, registry.CUTOFF, None, keys, ()))
        ManifestWriter(load_profile("us"), table, objects, registry.Signer()).write(registry.DAY)
    published = table.newest()
    assert published is not None
    assert published.numbers == sum(built for _, built in peaks)
    areas = read_manifest(objects, published).areas
    return Run(seconds, max(peak for peak, _ in peaks), list(areas))


def _rows(folder: Path, wanted: list[national.Area]) -> None:
    """Write the numbers the peers start from: what ours publishes, in no order; Parquet, text, and Parquet sorted."""
    import duckdb
    import numpy as np

    connection = duckdb.connect()
    connection.execute(f"SET threads = {WORKERS}; SET preserve_insertion_order = true")
    values = np.empty(sum(area.size for area in wanted) * 2, np.int64)
    end = 0
    for area in wanted:
        with zipfile.ZipFile(_full(folder, area)) as archive:
            data = archive.read(archive.namelist()[0])
        digits = np.frombuffer(data, np.uint8).reshape(-1, 12)[:, 4:11].astype(np.int64) - ord("0")
        bits = digits @ (10 ** np.arange(6, -1, -1))
        values[end : end + len(bits)] = int(area.key) * 10**7 + bits
        end += len(bits)
    for name, rows in (("sorted", values[:end]), ("shuffled", values[:end].copy())):
        if name == "shuffled":
            np.random.default_rng(national.SEED).shuffle(rows)
        select = "SELECT (column0 // 10000000)::SMALLINT AS area, (column0 % 10000000)::INTEGER AS number FROM rows"
        connection.execute(f"COPY ({select}) TO '{folder}/{name}.parquet' (FORMAT parquet)")
    connection.execute(f"COPY (FROM '{folder}/shuffled.parquet') TO '{folder}/shuffled.txt' (FORMAT csv, HEADER false)")


def _full(folder: Path, area: national.Area) -> Path:
    from bench.registry import DAY

    return folder / "areas" / area.key / DAY.isoformat() / "full.txt.zip"


def _duckdb(folder: Path, rows: str, order: str) -> Seconds:
    """Time DuckDB in a process of its own."""
    target = folder / "duckdb"
    shutil.rmtree(target, ignore_errors=True)
    program = (
        "import duckdb; c = duckdb.connect(); "
        f"c.execute(\"SET threads = {WORKERS}; SET temp_directory = '{folder}/spill'\"); "
        'c.execute("SET enable_progress_bar = false"); '
        f"c.execute(\"COPY (FROM '{folder}/{rows}.parquet' {order}) TO '{target}' "
        '(FORMAT csv, HEADER false, COMPRESSION gzip, PARTITION_BY (area), WRITE_PARTITION_COLUMNS true)")'
    )
    with timed() as seconds:
        subprocess.run([sys.executable, "-c", program], check=True)
    return seconds


def _sort_gzip(folder: Path, level: str) -> Seconds:
    """Time `sort | gzip` with the plain byte order, two threads and memory enough for all of it."""
    command = f"sort --parallel={WORKERS} -S 4G -T {folder} {folder}/shuffled.txt | gzip {level} > {folder}/sorted.gz"
    with timed() as seconds:
        subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], check=True, env=os.environ | {"LC_ALL": "C"})
    return seconds


def _check(folder: Path, wanted: list[national.Area]) -> None:
    """Every contestant wrote the same lines, or the comparison means nothing."""
    reference = {}
    for area in wanted:
        with zipfile.ZipFile(_full(folder, area)) as archive:
            reference[area.key] = archive.read(archive.namelist()[0])
    for area in wanted[:: max(1, len(wanted) // 5)]:
        parts = sorted((folder / "duckdb" / f"area={area.key}").glob("*"))
        lines = b"".join(gzip.decompress(part.read_bytes()) for part in parts).splitlines(keepends=True)
        assert b"".join(sorted(lines)) == reference[area.key], area.key
    with gzip.open(folder / "sorted.gz") as file:
        digest = hashlib.file_digest(io.BufferedReader(file), "sha256").hexdigest()  # type: ignore[arg-type]
    assert digest == hashlib.sha256(b"".join(reference[key] for key in sorted(reference))).hexdigest()


def _race(folder: Path, wanted: list[national.Area], rounds: int, peers: set[str] | None = None) -> dict[str, Any]:
    """Let every contestant, or those named, publish the same areas, in turns; the best round of each counts."""
    _prepare(folder, wanted)
    ours(folder, wanted)
    _rows(folder, wanted)
    contestants = {
        "ours": lambda: ours(folder, wanted).seconds,
        "duckdb": lambda: _duckdb(folder, "shuffled", "ORDER BY area, number"),
        "duckdb_sorted_input": lambda: _duckdb(folder, "sorted", ""),
        "sort_gzip": lambda: _sort_gzip(folder, ""),
        "sort_gzip_fastest": lambda: _sort_gzip(folder, "-1"),
    }
    contestants = {name: run for name, run in contestants.items() if not peers or name in peers | {"ours"}}
    runs: dict[str, list[Seconds]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            runs[name].append(run())
            print(f"  {name:20} {runs[name][-1].wall:8.2f} s  {runs[name][-1].cpu:8.2f} s processor", flush=True)
    _check(folder, wanted)
    wall = {name: min(one.wall for one in done) for name, done in runs.items()}
    cpu = {name: min(one.cpu for one in done) for name, done in runs.items()}
    return {
        "areas": len(wanted),
        "numbers": sum(area.size for area in wanted),
        "rounds": rounds,
        "contestants": {
            name: {
                "wall_s": round(wall[name], 2),
                "cpu_s": round(cpu[name], 2),
                "ratio_wall": round(wall[name] / wall["ours"], 1),
                "ratio_cpu": round(cpu[name] / cpu["ours"], 1),
            }
            for name in contestants
        },
    }


def _whole(folder: Path, wanted: list[national.Area], rounds: int) -> dict[str, Any]:
    print("  making the country …", flush=True)
    numbers = sum(_in_processes(_prepare, folder, wanted))
    runs = []
    for _ in range(rounds):
        runs.append(ours(folder, wanted))
        print(f"  ours {runs[-1].seconds.wall:.2f} s, {runs[-1].seconds.cpu:.2f} s processor", flush=True)
    last = runs[-1].manifest_areas
    unlike = sorted(
        {
            f"{before.area} {one.kind.value}.{one.format}: {one.size} {one.sha256[:8]}, {two.size} {two.sha256[:8]}"
            for run in runs
            for before, after in zip(run.manifest_areas, last, strict=True)
            for one, two in zip(before.files, after.files, strict=True)
            if one != two
        }
    )
    for line in unlike:
        print(f"  not the same bytes: {line}", flush=True)
    best = min(runs, key=lambda run: run.seconds.wall)
    sizes: dict[str, int] = {}
    for entry in last:
        for file in entry.files:
            name = f"{file.kind.value}.{file.format}"
            sizes[name] = sizes.get(name, 0) + file.size
    return {
        "areas": len(wanted),
        "numbers": numbers,
        "published": sum(entry.count for entry in last),
        "changes": sum(entry.added + entry.removed for entry in last),
        "workers": WORKERS,
        "rounds": rounds,
        **best.seconds.to_payload(),
        "worker_peak_mib": round(max(run.worker_mib for run in runs)),
        "million_numbers_a_second": round(numbers / best.seconds.wall / 1e6, 1),
        "bytes": sizes,
        "same_bytes_every_round": rounds > 1 and not unlike,
        "sha256_of_hashes": hashlib.sha256(
            "".join(f"{file.key} {file.sha256}\n" for entry in last for file in entry.files).encode()
        ).hexdigest(),
    }


def _programs() -> dict[str, str]:
    """Return what the machine's own programs say of their versions."""
    found = {}
    for program in ("sort", "gzip"):
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        found[program] = told.split("\n")[0]
    return found


def run(scale: float = 1.0, rounds: int = ROUNDS, parts: tuple[str, ...] = PARTS) -> dict[str, Any]:
    """Measure; `scale` is the part of the country that is published, and below 1 nothing is stored.

    Of `parts`, `whole` is ours alone; `race` is a tenth of the country, published by everybody; `whole_race` all of it
    by ours, DuckDB and `sort | gzip`, once, in a quarter of an hour. Parts that are not run stay as they were stored.
    """
    country = national.areas()
    tenth = max(1, round(len(country) * scale * PEER_SCALE))
    some = country[: max(1, round(len(country) * scale))]
    measured = {
        "whole": lambda folder: _whole(folder, some, rounds),
        "race": lambda folder: _race(folder, country[:: len(country) // tenth][:tenth], rounds),
        "whole_race": lambda folder: _race(folder, some, 1, {"duckdb", "sort_gzip"}),
    }
    stored = measure.load("publish") if (measure.RESULTS / "publish.json").is_file() else {}
    result: dict[str, Any] = {"targets": TARGETS} | {name: stored[name] for name in PARTS if name in stored}
    for name in parts:
        print(f"  {name}:", flush=True)
        machine = measure.machine("duckdb", "numpy", "pyroaring", "isal") | {"programs": _programs()}
        with tempfile.TemporaryDirectory(prefix="quietline-publish-") as folder:
            result[name] = {"machine": machine} | measured[name](Path(folder))
        if scale == 1:
            measure.store("publish", result)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench publish")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the country, 0 to 1")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=PARTS, help="one part; the others stay as they were stored")
    given = parser.parse_args(sys.argv[2:])
    run(given.scale, given.rounds, (given.only,) if given.only else PARTS)


if __name__ == "__main__":
    main()
