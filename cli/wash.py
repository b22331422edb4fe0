"""`quietline wash`: a call list against the pulled copy. No number leaves the machine."""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import typer

from cli import output
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import UsageError
from cli.jurisdiction import profile_of
from cli.local_copy import LocalCopy, open_copy
from cli.stop_requests import Kept, kept_in

if TYPE_CHECKING:
    from quietline.washes.report import WashSummary

STDIO = Path("-")
MAX_THREADS = 4
THREADS = 2
"""More hardly help: splitting the file into rows and putting answers in are one thread's work."""


@command(app, "wash")
def wash(
    file: Annotated[Path, typer.Argument(help="The call list: CSV, also gzipped or zipped; `-` reads standard input.")],
    *,
    column: Annotated[str, typer.Option(help="The column of the numbers, by name or place from 1; else found.")] = "",
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether line 1 is names; else found.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the answer goes; .gz packs it; `-` is standard output.")
    ] = None,
    folder: Annotated[
        Path, typer.Option(envvar="QUIETLINE_LISTS", help="The folder that lists were pulled into.")
    ] = Path(),
    threads: Annotated[int | None, typer.Option(min=1, max=MAX_THREADS, help="How many work on it; else two.")] = None,
    cloud: Annotated[bool, typer.Option("--cloud", help="Let the registry wash it; the file is uploaded.")] = False,
    reference: Annotated[
        str, typer.Option(help="With --cloud: your name for this wash; the same again fetches the same answer.")
    ] = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Answer a call list: its own columns, and status (listed, clear, unknown), reason, list date and valid-until.

    Works offline against the pulled copy, which must be provable and not too old. Only clear rows may be called; a row
    that the list cannot answer is unknown. What was washed against which list is kept in the folder's washes/.
    A number whose owner told your organization to stop is not clear: pull these with `quietline stop-requests pull`.

    With --cloud the registry washes the uploaded file against its newest list and signs a receipt. Run the same command
    again when it was interrupted: it goes on where it stands.
    """
    if cloud:
        from cli.wash_cloud import CloudWash, wash_in_cloud

        wanted = CloudWash(file, out or answer_path(file), column, header, reference)
        wash_in_cloud(wanted, api, json_output=json_output)
        return
    copy = open_copy(folder)
    if file != STDIO and not file.is_file():
        raise UsageError(f"There is no file {file}.")
    target = out or (STDIO if file == STDIO else answer_path(file))
    if STDIO not in {target, file} and target.resolve() == file.resolve():
        raise UsageError("The answer would replace the call list. Give another file with --out.")
    workers = threads or min(THREADS, os.process_cpu_count() or 1)
    options = {"column": column or None, "header": header, "threads": workers}
    stops = kept_in(folder)
    report = _keep(copy, file, target, _run(copy, file, target, options, stops=stops, quiet=json_output), stops)
    shown = sys.stderr if target == STDIO else sys.stdout
    if json_output:
        output.emit(report, shown)
    else:
        _show(report, shown)


def answer_path(file: Path) -> Path:
    """Return where the answer goes when nothing is said: `leads.csv.gz` becomes `leads.washed.csv` beside it."""
    stem = file.name
    for suffix in (".gz", ".zip"):
        stem = stem.removesuffix(suffix)
    plain = Path(stem)
    return file.with_name(f"{plain.stem}.washed{plain.suffix or '.csv'}")


class Hashed:
    """A stream that knows the SHA-256 and the size of what went through it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read and note."""
        data = self.stream.read(size)
        self._note(data)
        return data

    def write(self, data: bytes, /) -> int:
        """Write and note."""
        self._note(data)
        return self.stream.write(data)

    def flush(self) -> None:
        """Flush."""
        self.stream.flush()

    def _note(self, data: bytes) -> None:
        self.digest.update(data)
        self.size += len(data)

    def facts(self) -> dict[str, Any]:
        """Return size and hash."""
        return {"bytes": self.size, "sha256": self.digest.hexdigest()}


@dataclass(frozen=True)
class Washed:
    """What a wash did, with size and hash of what went in and of what came out."""

    summary: "WashSummary"
    call_list: dict[str, Any]
    answer: dict[str, Any]


def _run(
    copy: LocalCopy, file: Path, target: Path, options: dict[str, Any], *, stops: Kept | None, quiet: bool
) -> "Washed":
    """Wash; the answer appears under its name only when it is whole.

    Raises:
        UsageError: the call list cannot be washed as it is.
    """
    from quietline.kernel.errors import InvalidInputError
    from quietline.washes import engine

    stopped = stops.numbers if stops else ()
    view = engine.ListsView(copy.list_date, copy.valid_until, copy.bitmap_of, copy.why_not, stopped)
    chosen = engine.WashOptions(profile_of(copy.profile), **options)
    with _source(file) as source, _sink(target) as (sink, outgoing), output.progress(quiet=quiet) as bars:
        bar = bars.add_task(file.name, total=None if file == STDIO else file.stat().st_size)
        incoming = Hashed(source)
        try:
            summary = engine.wash(cast(BinaryIO, incoming), sink, view, chosen, lambda size: bars.advance(bar, size))
        except InvalidInputError as error:
            raise UsageError(str(error), _help(error)) from error
        while incoming.read(1 << 20):
            pass
    return Washed(summary, incoming.facts(), outgoing.facts())


def _help(error: Any) -> tuple[str, ...]:
    about_column = any(field.pointer == "/column" for field in error.fields)
    return ("Name it: quietline wash FILE --column phone, or by its place: --column 3.",) if about_column else ()


@contextmanager
def _source(file: Path) -> Iterator[BinaryIO]:
    if file == STDIO:
        yield sys.stdin.buffer
        return
    with file.open("rb") as source:
        yield source


@contextmanager
def _sink(target: Path) -> Iterator[tuple[BinaryIO, Hashed]]:
    """Yield where to write, and what knows the bytes that end up in the file."""
    if target == STDIO:
        outgoing = Hashed(sys.stdout.buffer)
        yield cast(BinaryIO, outgoing), outgoing
        sys.stdout.buffer.flush()
        return
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent}.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            outgoing = Hashed(file)
            if target.suffix == ".gz":
                from isal import igzip

                # no name and no time in it: the same answer is the same bytes
                packed: Any = igzip.IGzipFile("", "wb", 1, outgoing, mtime=0)  # type: ignore[no-untyped-call]
                with packed:
                    yield packed, outgoing
            else:
                yield cast(BinaryIO, outgoing), outgoing
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _keep(copy: LocalCopy, file: Path, target: Path, washed: Washed, stops: Kept | None) -> dict[str, Any]:
    """Write the record of the wash: which list was used must be kept for five years (16 CFR 310.5)."""
    from quietline.kernel.clock import to_text
    from quietline.kernel.ids import new_ulid

    now = datetime.now(UTC)
    record_id = new_ulid(now)
    counts = asdict(washed.summary) | {"unknown": dict(washed.summary.unknown)}
    counts |= {"list_date": copy.list_date.isoformat(), "valid_until": copy.valid_until.isoformat()}
    name = f"washes/{record_id}.json"
    report = {
        "id": record_id,
        "washed_at": to_text(now),
        "call_list": {"name": file.name, **washed.call_list},
        "answer": {"name": target.name, **washed.answer},
        "manifest": {"date": copy.list_date.isoformat(), "sha256": copy.manifest.sha256},
        "receipts": list(copy.receipts),
        "stop_requests": {"next": stops.next, "numbers": len(stops.numbers)} if stops else None,
        "sandbox": copy.manifest.sandbox,
        **counts,
    }
    copy.folder.write_json(name, report)
    return report | {"out": str(target), "record": str(copy.folder.path / name)}


def _show(report: dict[str, Any], stream: Any) -> None:
    unknown = sum(report["unknown"].values())
    why = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in report["unknown"].items())
    column = f"“{report['column_name']}”" if report["column_name"] else f"column {report['column']}"
    output.say(
        f"{output.counted(report['rows'], 'row')} washed by {column}, "
        f"{output.counted(report['distinct_numbers'], 'different number')}:",
        "",
        stream,
    )
    output.say(f"  {report['listed']:,} listed: do not call", "red", stream)
    output.say(f"  {report['clear']:,} clear", "green", stream)
    output.say(f"  {unknown:,} unknown{f' ({why})' if why else ''}: not to be read as clear", "yellow", stream)
    if report["areas_not_answered"]:
        output.say(f"  not in this copy: {_listed(report['areas_not_answered'])}", "yellow", stream)
    output.say(
        f"List of {report['list_date']}, good until {report['valid_until']}. Record: {report['record']}", "", stream
    )
    if report["stop_requests"] is None and not report["sandbox"]:
        pull = f"quietline stop-requests pull --folder {Path(report['record']).parents[1]}"
        output.say(f"No stop requests are in this folder; pull them: {pull}", "yellow", stream)
    if report["sandbox"]:
        output.say("Washed against the sandbox's list of magic numbers: call nobody by this.", "yellow", stream)
    if report["out"] != "-":
        output.say(f"Answer: {report['out']}", "", stream)


def _listed(areas: list[str], most: int = 12) -> str:
    shown = ", ".join(areas[:most])
    return f"{shown} and {len(areas) - most} more" if len(areas) > most else shown
