"""`quietline wash --cloud`: the registry answers a call list; watched, fetched, verified, and resumed by its name."""

import hashlib
import io
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import config, output
from cli.api import Api
from cli.errors import CliError, NotVerifiedError, RefusedError, UnreachableError, UsageError
from cli.trust import KeySet, payload_of

if TYPE_CHECKING:
    import httpx

PIECE = 1 << 20
POLL_SECONDS = 1.0
MOST_POLL_SECONDS = 10.0
PATIENCE_SECONDS = 600.0
"""How long an uploaded list may wait until somebody begins with it."""


@dataclass(frozen=True)
class CloudWash:
    """What to wash: `reference` names it.

    Empty, it is made of the file's bytes, the newest list's date, and column and header where they are given.
    """

    file: Path
    out: Path
    column: str
    header: bool | None
    reference: str


def wash_in_cloud(wanted: CloudWash, api: str | None, *, json_output: bool) -> None:
    """Have a call list answered by the registry; the same file, read the same way, on the same list is the same wash.

    Raises:
        CliError: refused, failed, unreachable, or the answer is not the one that was signed.
    """
    if str(wanted.file) == "-" or str(wanted.out) == "-" or wanted.out.suffix == ".gz":
        raise UsageError("With --cloud give a file, and for the answer a name that does not end in .gz.")
    if not wanted.file.is_file():
        raise UsageError(f"There is no file {wanted.file}.")
    if wanted.out.resolve() == wanted.file.resolve():
        raise UsageError("The answer would replace the call list. Give another file with --out.")
    client = Api(config.load(api))
    digest = _sha256(wanted.file)
    keys = KeySet(client.get("/.well-known/jwks.json", signed_in=False))
    reference = wanted.reference or f"{digest[:24]}-{_newest(client, keys)}{_reading(wanted)}"
    body = {"client_reference": reference, "column": wanted.column, "header": wanted.header}
    made = client.post("/v1/washes", {name: value for name, value in body.items() if value is not None})
    with output.progress(quiet=json_output) as bars:
        if made["upload"]:
            _upload(client.http, wanted.file, made["upload"], bars)
        done = _watch(client, made, bars)
        receipt = _proven(keys, done, digest, reference)
        _fetch(client.http, done["result"], wanted.out, bars)
    receipt_path = wanted.out.with_name(f"{wanted.out.name}.receipt.jws")
    receipt_path.write_text(done["result"]["receipt"] + "\n", encoding="ascii")
    # as flat as the receipt, so that `quietline verify` reads it
    report = {name: done[name] for name in ("id", "client_reference", "created_at")} | done["result"]
    report |= {"out": str(wanted.out), "receipt_file": str(receipt_path)}
    if json_output:
        output.emit(report)
    else:
        _show(receipt, report)


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _reading(wanted: CloudWash) -> str:
    """Return what tells a wash from one that read the same file otherwise: a reference has one column and header."""
    if not wanted.column and wanted.header is None:
        return ""
    told = json.dumps([wanted.column, wanted.header])
    return f"-{hashlib.sha256(told.encode('utf-8')).hexdigest()[:8]}"


def _newest(client: Api, keys: KeySet) -> str:
    manifest = client.text("/v1/manifests/latest").decode("ascii", "replace")
    return str(payload_of(keys, manifest, "manifest")["date"])


class _Counted(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, file: Path, told: Callable[[int], None]) -> None:
        super().__init__(file, "rb")
        self.told = told

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(PIECE if size is None or size < 0 else size) or b""
        self.told(len(data))
        return data


def _upload(http: "httpx.Client", file: Path, form: dict[str, Any], bars: Any) -> None:
    import httpx

    size = file.stat().st_size
    if not 1 <= size <= form["max_bytes"]:
        raise UsageError(f"The call list must have between 1 and {form['max_bytes']:,} bytes; it has {size:,}.")
    bar = bars.add_task("uploading", total=size)
    with _Counted(file, lambda count: bars.advance(bar, count)) as source:
        files: Any = {"file": ("calls", source, "application/octet-stream")}
        try:
            answer = http.post(form["url"], data=form["fields"], files=files)
        except httpx.HTTPError as error:
            again = "Run the same command again."
            raise UnreachableError(f"The upload broke off ({type(error).__name__}).", (again,)) from error
    bars.remove_task(bar)
    if answer.status_code >= 300:
        code = re.search(r"<Code>([A-Za-z]+)</Code>", answer.text)
        raise RefusedError(f"The upload was refused ({code.group(1) if code else answer.status_code}).")


def _watch(client: Api, made: dict[str, Any], bars: Any) -> dict[str, Any]:
    """Return the wash once it is done."""
    wash, pause, waited = made, POLL_SECONDS, 0.0
    bar = bars.add_task("washing", total=None)
    while wash["state"] != "done":
        if wash["state"] == "failed":
            lines = (f"failure: {wash['failure']['code']}",)
            raise RefusedError(wash["failure"]["detail"], lines)
        if wash["state"] == "awaiting_upload" and waited > PATIENCE_SECONDS:
            line = "Run the same command later; it goes on from here."
            raise UnreachableError("The registry has not begun with the call list.", (line,))
        time.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.3, MOST_POLL_SECONDS)
        wash = client.get(f"/v1/washes/{made['id']}")
        if wash["progress"]:
            done, total = wash["progress"]["bytes_done"], wash["progress"]["bytes_total"]
            bars.update(bar, completed=done, total=total)
    bars.remove_task(bar)
    if not wash["result"]["answer_url"]:
        raise RefusedError("The answer has been deleted by now. Give another --reference to wash the list again.")
    return wash


def _proven(keys: KeySet, wash: dict[str, Any], digest: str, reference: str) -> dict[str, Any]:
    """Return the receipt's payload: it is signed, of this wash, of this file, and says what the answer says."""
    result = wash["result"]
    receipt = payload_of(keys, result["receipt"], "wash")
    if receipt["input"]["sha256"] != digest:
        raise UsageError(f"The reference {reference} stands for another file. Give another --reference.")
    same = ("list_date", "valid_until", "rows", "listed", "clear", "unknown", "answer")
    if receipt["id"] != wash["id"] or any(receipt[name] != result[name] for name in same):
        raise NotVerifiedError("The result is not the one that was signed.")
    return receipt


def _fetch(http: "httpx.Client", result: dict[str, Any], out: Path, bars: Any) -> None:
    import httpx

    bar = bars.add_task("fetching", total=result["answer"]["bytes"])
    digest = hashlib.sha256()
    part = out.with_name(f".{out.name}.part")
    try:
        with http.stream("GET", result["answer_url"]) as answer, part.open("wb") as target:
            if answer.status_code != 200:
                raise UnreachableError(f"The answer cannot be fetched (HTTP status {answer.status_code}).")
            for piece in answer.iter_bytes(PIECE):
                digest.update(piece)
                target.write(piece)
                bars.advance(bar, len(piece))
        if digest.hexdigest() != result["answer"]["sha256"]:
            raise NotVerifiedError("The answer's bytes are not the ones that the receipt names.")
        part.replace(out)
    except httpx.HTTPError as error:
        line = "Run the same command again."
        raise UnreachableError(f"The answer broke off ({type(error).__name__}).", (line,)) from error
    except OSError as error:
        raise CliError(f"The answer cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _show(receipt: dict[str, Any], report: dict[str, Any]) -> None:
    unknown = sum(receipt["unknown"].values())
    why = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in receipt["unknown"].items())
    rows, different = (
        output.counted(receipt["rows"], "row"),
        output.counted(receipt["distinct_numbers"], "different number"),
    )
    output.say(f"{rows} washed by the registry, {different}:")
    output.say(f"  {receipt['listed']:,} listed: do not call", "red")
    output.say(f"  {receipt['clear']:,} clear", "green")
    output.say(f"  {unknown:,} unknown{f' ({why})' if why else ''}: not to be read as clear", "yellow")
    output.say(
        f"List of {receipt['list_date']}, good until {receipt['valid_until']}. Receipt: {report['receipt_file']}"
    )
    output.say(f"Answer: {report['out']}")
