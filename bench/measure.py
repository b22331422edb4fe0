"""What every benchmark shares: seconds of wall and processor, the machine and versions, the JSON with the result.

Wall time depends on who else uses the machine, processor time much less; both are kept. Contestants of one run take
turns on the same input, and figures are ratios within that run.
"""

import json
import os
import platform
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"


@dataclass
class Seconds:
    """Wall seconds and processor seconds, those of finished child processes included."""

    wall: float = 0.0
    cpu: float = 0.0

    def to_payload(self) -> dict[str, float]:
        return {"wall_s": round(self.wall, 3), "cpu_s": round(self.cpu, 3)}


def _cpu() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


@contextmanager
def timed() -> Iterator[Seconds]:
    seconds = Seconds()
    wall, cpu = time.perf_counter(), _cpu()
    yield seconds
    seconds.wall, seconds.cpu = time.perf_counter() - wall, _cpu() - cpu


def peak_mib() -> float:
    """The most memory this process ever held; `ru_maxrss` would also count what its parent held when it was made."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def machine(*packages: str) -> dict[str, Any]:
    """Where a result comes from, without naming the machine."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load_at_start": round(os.getloadavg()[0], 1),
        "packages": found,
    }


def store(name: str, result: dict[str, Any]) -> None:
    """Write `bench/results/<name>.json`."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def load(name: str) -> dict[str, Any]:
    """Read a stored result.

    Raises:
        FileNotFoundError: the benchmark has not been run.
    """
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found
