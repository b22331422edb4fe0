"""`quietline pull` by changes against a pull in full: bytes that cross the wire, and seconds of the client's work.

The registry is in this process: the product's own `Downloads`, `Renderer` and manifests over a folder of real files,
behind an HTTP transport without a network. So seconds are those of verifying, applying, rendering and writing, with no
line in between; what a line adds follows from the bytes and is given for 100 Mbit/s. Change lists are rendered before
the clock starts, as S3 would have them after the first who asked.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pyroaring import BitMap
from quietline.lists import build, encode
from quietline.lists.model import AreaEntry, Kind, ListFile, Manifest, Published, area_key, manifest_key
from quietline.profiles import load_profile

from bench import measure, national
from bench.measure import timed
from cli.api import Api
from cli.config import Config
from cli.folder import Folder
from cli.pull import bring_up_to_date
from tests.fakes.lists import MemoryEntitlements, MemoryObjects, sha256
from tests.fakes.registry import API, TOKENS, FakeRegistry

DAYS = 30
LINE_BITS = 100_000_000
SCALE = 0.1
FORMATS = ("roar", "txt")


class Files(MemoryObjects):
    """The bucket as a folder; what is known of an object besides its bytes stays in memory."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root

    def get(self, key: str) -> bytes | None:
        path = self.root / key
        return path.read_bytes() if path.is_file() else None

    def put(self, key: str, body: bytes, content_type: str, facts: Mapping[str, str] | None = None) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        self.kept_facts[key] = dict(facts or {})


@dataclass
class Country:
    """A registry with the lists of some days; only days that somebody holds or gets have files."""

    registry: FakeRegistry
    areas: list[national.Area]
    first: date

    def publish(self, day: date, bitmaps: Mapping[str, BitMap] | None) -> None:
        """Publish a day; without bitmaps only its manifest, as long as a real one, for the chain."""
        newest = self.registry.store.newest()
        previous = (newest.date, newest.sha256) if newest else None
        entries = tuple(self._entry(area.key, day, bitmaps[area.key] if bitmaps else None) for area in self.areas)
        cutoff = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        signed = self.registry.signer.sign(Manifest("us", day, cutoff, previous, entries).to_payload()).encode()
        self.registry.objects.put(manifest_key(day), signed, "application/jose")
        self.registry.store.lists[day] = Published(
            day, cutoff, manifest_key(day), sha256(signed), len(entries), sum(one.count for one in entries), 0, 0
        )

    def _entry(self, area: str, day: date, numbers: BitMap | None) -> AreaEntry:
        bodies = {(Kind.BITMAP, "roar", "bitmap.roar"): build.dump(numbers) if numbers is not None else b""}
        text = encode.full(area, numbers, day, "txt", self.registry.profile.rules) if numbers is not None else []
        bodies[Kind.FULL, "txt", "full.txt.zip"] = build.zipped(f"{area}.txt", text)
        bodies[Kind.CHANGES, "txt", "changes.txt.zip"] = b""
        files = []
        for (kind, format_, leaf), body in bodies.items():
            key = area_key(area, day, leaf)
            if numbers is not None:
                self.registry.objects.put(key, body, "")
            # hashes that differ from day to day, as real ones do
            files.append(ListFile(kind, format_, key, len(body), sha256(body + key.encode() * (numbers is None))))
        return AreaEntry(area, day, len(numbers) if numbers is not None else 0, 0, 0, tuple(files))


def _country(root: Path, scale: float) -> tuple[Country, dict[date, dict[str, BitMap]]]:
    """Make a registry whose newest list, the day before and the month before are real."""
    profile = load_profile("us")
    areas = national.areas()[: max(1, round(national.AREAS * scale))]
    today = datetime.now(UTC).date()
    registry = FakeRegistry(profile, today)
    registry.profile, registry.objects = profile, Files(root)
    registry.entitlements = MemoryEntitlements(acme={area.key for area in areas})
    days = {day: {} for day in (today - timedelta(days=DAYS), today - timedelta(days=1), today)}
    month_ago, yesterday, newest = days
    for area in areas:
        numbers = area.numbers()
        days[month_ago][area.key] = numbers
        for day, since in ((yesterday, DAYS - 1), (newest, 1)):
            again = national.Area(area.key, area.seed + 1000 * since, area.size)
            added, removed = national.changes(again, numbers, national.CHANGES_A_DAY * since)
            numbers = (numbers | added) - removed
            days[day][area.key] = numbers
    return Country(registry, areas, month_ago), days


def _pull(country: Country, folder: Path, format_: str) -> dict[str, Any]:
    client = Api(Config(API, "us-east-1", "", token_url=TOKENS), country.registry.client())
    with timed() as seconds:
        report = bring_up_to_date(client, Folder(folder), None, format_)
    how = [area["how"] for area in report["areas"]]
    return {
        "bytes": report["bytes_fetched"],
        **seconds.to_payload(),
        "line_s": round(report["bytes_fetched"] * 8 / LINE_BITS, 2),
        "areas": {name: how.count(name) for name in sorted(set(how))},
    }


def run(scale: float = SCALE) -> dict[str, Any]:
    """Measure pulls of a day's and a month's changes, and in full, with and without writing the flat text."""
    os.environ |= {"QUIETLINE_CLIENT_ID": "machine-1", "QUIETLINE_CLIENT_SECRET": "hush"}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        country, days = _country(root / "bucket", scale)
        month_ago, yesterday, newest = days
        country.publish(month_ago, days[month_ago])
        for format_ in FORMATS:  # what is held before the clock starts
            _pull(country, root / f"month-{format_}", format_)
        for offset in range(1, DAYS - 1):
            country.publish(month_ago + timedelta(days=offset), None)
        country.publish(yesterday, days[yesterday])
        for format_ in FORMATS:
            _pull(country, root / f"day-{format_}", format_)
        country.publish(newest, days[newest])
        manifest = country.registry.store.lists[newest]
        _pull(country, _copy(root / "day-roar"), "roar")  # change lists are rendered now
        _pull(country, _copy(root / "month-roar"), "roar")
        result: dict[str, Any] = {
            "what": "quietline pull; registry in this process over real files, no network in between",
            "scale": scale,
            "areas": len(country.areas),
            "numbers": manifest.numbers,
            "changes_a_day": round(national.CHANGES_A_DAY * scale),
            "days": DAYS,
            **measure.machine("pyroaring", "numpy", "isal", "httpx", "cryptography"),
        }
        flat = sum(file.size for entry in _newest(country).areas for file in entry.files if file.kind is Kind.FULL)
        result["flat_text_zipped_bytes"] = flat
        for format_ in FORMATS:
            made = {
                "full": _pull(country, root / f"full-{format_}", format_),
                "month": _pull(country, root / f"month-{format_}", format_),
                "day": _pull(country, root / f"day-{format_}", format_),
            }
            _same(root, format_)
            result[format_] = made | {
                f"full_to_{name}": {
                    key: round(made["full"][key] / max(made[name][key], 1e-9), 1)
                    for key in ("bytes", "cpu_s", "wall_s")
                }
                for name in ("month", "day")
            }
    if scale == 1:
        measure.store("pull", result)
    return result


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-copy"), dirs_exist_ok=True))


def _newest(country: Country) -> Manifest:
    from quietline.lists.publish import read_manifest

    newest = country.registry.store.newest()
    assert newest is not None
    return read_manifest(country.registry.objects, newest)


def _same(root: Path, format_: str) -> None:
    """Whichever way it came, it must be the same list."""
    pattern = "*.zip" if format_ == "txt" else "bitmaps/*.roar"
    ways = [
        sorted((path.name, path.read_bytes()) for path in (root / f"{way}-{format_}").glob(pattern))
        for way in ("full", "month", "day")
    ]
    assert ways[0]
    assert ways[0] == ways[1] == ways[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench pull")
    parser.add_argument("--scale", type=float, default=SCALE, help="part of the country's areas, 0 to 1")
    given = parser.parse_args(sys.argv[2:])
    result = run(given.scale)
    print(f"{result['numbers']:,} numbers in {result['areas']} areas, {result['changes_a_day']:,} changes a day")
    for format_ in FORMATS:
        for name in ("full", "month", "day"):
            row = result[format_][name]
            print(
                f"{format_:5} {name:6} {row['bytes']:14,} bytes {row['cpu_s']:8.2f} s cpu {row['wall_s']:8.2f} s wall "
                f"+ {row['line_s']:6.2f} s line"
            )
