"""`quietline pull`: the list into a folder, with everything that proves it."""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import NotVerifiedError, StaleError, UnreachableError, UsageError
from cli.folder import Folder, safe_name
from cli.trust import KeySet, check_chain, payload_of, sha256_of

if TYPE_CHECKING:
    import httpx

    from cli.api import Api

CHUNK = 1 << 18


@dataclass(frozen=True)
class Wanted:
    """One file to fetch and what it must be."""

    area: str
    date: str
    kind: str
    format: str
    count: int
    size: int
    sha256: str
    name: str
    url: str


@command(app, "pull")
def pull(
    folder: Annotated[Path, typer.Argument(help="Where the lists go; made when it does not exist.")],
    *,
    areas: Annotated[str, typer.Option(help="Area keys, separated by commas; else all of yours.")] = "",
    kind: Annotated[Literal["full", "changes", "bitmap"], typer.Option(help="What to fetch.")] = "full",
    format_: Annotated[str, typer.Option("--format", help="txt, csv or roar; else the kind's first.")] = "",
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Files fetched at a time.")] = 4,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Fetch the current list and verify it: each file's hash, the receipt, the manifest and the chain to the last pull.

    Files that are there already are not fetched again. A file appears under its name only when it is whole and right.
    """
    from cli.api import Api

    body: dict[str, Any] = {"kind": kind} | ({"format": format_} if format_ else {})
    if areas:
        body["areas"] = [area.strip() for area in areas.split(",") if area.strip()]
        if not body["areas"]:
            raise UsageError("Name at least one area, for example --areas 202,818.")
    client, target = Api(config.load(api)), Folder(folder)
    made = client.post("/v1/downloads", body)
    proofs = verify_answer(client, target, made)
    wanted = [_wanted(file) for file in made["files"]]
    fetched = fetch_all(client.http, target, wanted, jobs, quiet=json_output)
    _keep(target, made, wanted, proofs)
    report = {
        "folder": str(folder),
        "list_date": made["list_date"],
        "valid_until": made["valid_until"],
        "receipt": f"receipts/{made['receipt_id']}.jws",
        "files": [
            {"area": file.area, "name": file.name, "count": file.count, "bytes": file.size, "sha256": file.sha256}
            for file in wanted
        ],
        "fetched": len(fetched),
        "unchanged": len(wanted) - len(fetched),
    }
    if json_output:
        output.emit(report)
        return
    size = sum(file.size for file in wanted if file.name in fetched)
    output.say(
        f"List of {made['list_date']}: {len(fetched)} files fetched ({size:,} bytes), "
        f"{report['unchanged']} already there. Everything verifies.",
        "green",
    )
    output.say(f"It may be used until {made['valid_until']}. Receipt: {folder / str(report['receipt'])}")


@dataclass(frozen=True)
class Proofs:
    """What was verified and is to be kept: keys, and manifests by date."""

    keys: KeySet
    manifests: dict[str, bytes]


def verify_answer(client: "Api", target: Folder, made: dict[str, Any]) -> Proofs:
    """Verify everything the registry says before any file is fetched.

    Raises:
        NotVerifiedError: a signature, a hash or the chain is wrong, or the answer contradicts what was signed.
        StaleError: the list is older than the one held, or too old to rely on.
    """
    keys = target.keys().merged(KeySet(client.get("/.well-known/jwks.json", signed_in=False)))
    receipt = payload_of(keys, made["receipt"], "receipt")
    day = str(made["list_date"])
    signed = client.text(f"/v1/manifests/{day}")
    manifest = payload_of(keys, signed.decode("ascii", "replace"), "manifest")
    if not manifest["date"] == receipt["list_date"] == day or receipt["valid_until"] != made["valid_until"]:
        raise NotVerifiedError("Receipt, manifest and answer speak of different lists.")
    named = {file["sha256"]: entry["area"] for entry in manifest["areas"] for file in entry["files"]}
    received = {(entry["area"], entry["sha256"], entry["bytes"]) for entry in receipt["areas"]}
    for file in made["files"]:
        if (file["area"], file["sha256"], file["bytes"]) not in received:
            raise NotVerifiedError(f"The receipt does not name the file of area {file['area']}.")
        if named.get(file["sha256"]) is None:
            raise NotVerifiedError(f"The manifest does not name the file of area {file['area']}.")
    manifests = {day: signed}
    held = target.held_manifest()
    if held is not None:
        check_chain(keys, signed, held, lambda when: client.text(f"/v1/manifests/{when}"), manifests.__setitem__)
    last = date.fromisoformat(made["valid_until"])
    if last < datetime.now(UTC).date():
        raise StaleError(f"The newest list is of {day} and could be used until {last} only; nothing was fetched.")
    return Proofs(keys, manifests)


def fetch_all(http: "httpx.Client", target: Folder, wanted: Sequence[Wanted], jobs: int, *, quiet: bool) -> set[str]:
    """Fetch what is not there yet, several at a time; return the names that were fetched.

    Raises:
        NotVerifiedError: a file has other bytes than were signed.
        UnreachableError: a file cannot be fetched.
    """
    target.path.mkdir(parents=True, exist_ok=True)
    missing = [file for file in wanted if not _is_there(target.path / file.name, file)]
    with output.progress(quiet=quiet) as bars, ThreadPoolExecutor(jobs) as pool:
        total = bars.add_task("all", total=sum(file.size for file in missing))

        def one(file: Wanted) -> str:
            bar = bars.add_task(file.area, total=file.size)

            def advance(size: int) -> None:
                bars.advance(bar, size)
                bars.advance(total, size)

            try:
                _fetch(http, target.path, file, advance)
            finally:
                bars.remove_task(bar)
            return file.name

        running = [pool.submit(one, file) for file in missing]
        try:
            return {future.result() for future in running}
        except BaseException:
            for future in running:
                future.cancel()
            raise


def _fetch(http: "httpx.Client", folder: Path, file: Wanted, advance: Callable[[int], None]) -> None:
    import httpx

    part = folder / f".{file.name}.{os.getpid()}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with http.stream("GET", file.url) as answer, part.open("wb") as out:
            if answer.status_code == 403:
                raise UnreachableError("The links have expired; run the command again.")
            if answer.status_code != 200:
                raise UnreachableError(
                    f"The file of area {file.area} cannot be had (HTTP status {answer.status_code})."
                )
            for chunk in answer.iter_bytes(CHUNK):
                size += len(chunk)
                if size > file.size:
                    break
                out.write(chunk)
                digest.update(chunk)
                advance(len(chunk))
            out.flush()
            os.fsync(out.fileno())
        if size != file.size or digest.hexdigest() != file.sha256:
            raise NotVerifiedError(f"The file of area {file.area} has other bytes than the manifest says.")
        part.replace(folder / file.name)
    except httpx.HTTPError as error:
        raise UnreachableError(f"The file of area {file.area} cannot be fetched ({type(error).__name__}).") from error
    finally:
        part.unlink(missing_ok=True)


def _is_there(path: Path, file: Wanted) -> bool:
    return path.is_file() and path.stat().st_size == file.size and sha256_of(path) == file.sha256


def _wanted(file: dict[str, Any]) -> Wanted:
    return Wanted(
        area=file["area"],
        date=file["date"],
        kind=file["kind"],
        format=file["format"],
        count=file["count"],
        size=file["bytes"],
        sha256=file["sha256"],
        name=safe_name(file["name"]),
        url=file["url"],
    )


def _keep(target: Folder, made: dict[str, Any], wanted: Sequence[Wanted], proofs: Proofs) -> None:
    """Write the proofs, and last the state: until then the pull before is the one that counts."""
    target.write_json("jwks.json", proofs.keys.to_jwks())
    for day, signed in proofs.manifests.items():
        target.write(f"manifests/{day}.jws", signed)
    target.write(f"receipts/{made['receipt_id']}.jws", made["receipt"].encode("ascii"))
    files = dict(target.state().get("files", {}))
    for file in wanted:
        files[f"{file.area} {file.kind} {file.format}"] = {
            "name": file.name,
            "date": file.date,
            "count": file.count,
            "sha256": file.sha256,
            "list_date": made["list_date"],
            "valid_until": made["valid_until"],
            "receipt": made["receipt_id"],
        }
    state = {"list_date": made["list_date"], "valid_until": made["valid_until"], "files": files}
    target.write_json("pull.json", state)
