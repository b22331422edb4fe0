"""A generated page: written, or compared with the committed one."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]


def put(target: Path, wanted: str, command: str, *, check: bool) -> int:
    """Write the page, or with `check` only compare it; return the exit code."""
    if not check:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(wanted, encoding="utf-8")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"{target.name} is out of date; run `{command}`.\n")
    return 1


def main(description: str | None, arguments: list[str] | None, run: Callable[[bool], int]) -> int:
    """Read `[--check]` and run; return the exit code."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="fail when a committed page differs, write nothing")
    return run(parser.parse_args(arguments).check)
