"""The same list is the same bytes in any process, whatever its memory held before."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = """
import hashlib
from datetime import date
from pyroaring import BitMap
from quietline.lists import build, encode
from quietline.lists.model import Kind
from quietline.profiles import load_profile

rules, day = load_profile("us").rules, date(2026, 11, 9)
before = BitMap(range(2_000_000, 2_300_000, 3)) | BitMap(range(5_550_000, 5_560_000))
after = (before | BitMap(range(2_000_000, 2_100_000, 7))) - BitMap(range(5_551_000, 5_552_000))
snapshot = build.difference(before, after)
print("bitmap", hashlib.sha256(build.dump(snapshot.numbers)).hexdigest())
for kind in (Kind.FULL, Kind.CHANGES):
    for format_ in ("txt", "csv", "xml"):
        plain = hashlib.sha256()
        for piece in encode.file(kind, "818", snapshot, day, format_, rules=rules):
            plain.update(piece)
        zipped = build.zipped("list", encode.file(kind, "818", snapshot, day, format_, rules=rules))
        print(kind, format_, plain.hexdigest(), hashlib.sha256(zipped).hexdigest())
"""


def test_memory_that_was_not_cleared_never_shows_in_a_file() -> None:
    # glibc fills what is allocated with the inverse of this byte, so that reading it uninitialized changes the output
    running = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD],
            env=os.environ | {"MALLOC_PERTURB_": fill, "PYTHONPATH": str(ROOT / "layers/core/python")},
            stdout=subprocess.PIPE,
        )
        for fill in ("165", "90")
    ]
    made = [process.communicate(timeout=60)[0].decode().splitlines() for process in running]

    assert [process.returncode for process in running] == [0, 0]
    assert len(made[0]) == 7
    # line by line, so that a failure tells what differed: the bitmap, the list, or only its compression
    assert made[0] == made[1]
