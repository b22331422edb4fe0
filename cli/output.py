"""What goes to the terminal: tables for people, JSON for scripts; progress and failures on standard error."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from cli.errors import CliError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

MAX_WIDTH = 1000
"""Columns of the widest table."""


def emit(value: Any, stream: TextIO | None = None) -> None:
    """Print one JSON value on standard output, or elsewhere."""
    print(json.dumps(value, ensure_ascii=False, indent=2), file=stream or sys.stdout)


def say(line: str, style: str = "", stream: TextIO | None = None) -> None:
    """Print one line on standard output, or elsewhere; `style` is rich's."""
    _console(stream).print(line, style=style or None, highlight=False, soft_wrap=True, markup=False)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], styles: Sequence[str] = ()) -> None:
    """Print rows under headers, each row one line however narrow the terminal; `styles[i]` colours the i-th row."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        made.add_column(header, no_wrap=True)
    for index, row in enumerate(rows):
        made.add_row(*row, style=styles[index] if index < len(styles) else None)
    console = _console()
    # a terminal wraps a long line; rich would cut its columns down to nothing, the area of a difference with them
    console.width = max(console.width, console.measure(made, options=console.options.update_width(MAX_WIDTH)).maximum)
    console.print(made, soft_wrap=True)


def progress(*, quiet: bool) -> "Progress":
    """Return progress bars on standard error: bytes, rate and time left; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
        transient=True,
    )


def steps(*, quiet: bool) -> "Progress":
    """Return progress bars that count instead."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
        transient=True,
    )


def private_file(path: Path) -> Path:
    """Make a file that only its owner reads, or make it so; what it holds is personal data."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path


@contextmanager
def private_write(path: Path) -> Iterator[BinaryIO]:
    """Write a file that only its owner reads; what was there before stays until the new one is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with private_file(part).open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def counted(count: int, noun: str) -> str:
    """Return a count and what is counted, e.g. `1 row`, `1,200 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def money(amount: dict[str, Any]) -> str:
    """Return an amount of the API for people."""
    from quietline.kernel.money import Money

    return Money(int(amount["minor"]), amount["currency"]).text()


def size(count: int) -> str:
    """Return bytes as people read them, e.g. `1.4 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"


def fail(error: CliError, *, as_json: bool) -> None:
    """Tell a failure on standard error."""
    if as_json:
        print(json.dumps(error.to_json(), ensure_ascii=False), file=sys.stderr)
        return
    print(f"quietline: {error}", file=sys.stderr)
    for line in error.details:
        print(f"  {line}", file=sys.stderr)


def _console(stream: TextIO | None = None) -> "Console":
    from rich.console import Console

    return Console(file=stream or sys.stdout)
