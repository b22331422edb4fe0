"""`quietline statistics`: the data book's tables, proven with the registry's keys before they are shown."""

import csv
import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import NotVerifiedError, UsageError
from cli.trust import KeySet

if TYPE_CHECKING:
    from cli.api import Api


@command(app, "statistics")
def statistics(  # noqa: PLR0917 - a command's arguments and options
    book: Annotated[
        str, typer.Argument(help="reported-calls, registrations, subscribers or fees; left out, all editions.")
    ] = "",
    table: Annotated[str, typer.Argument(help="One of its tables, e.g. months.")] = "total",
    year: Annotated[int | None, typer.Option(help="Fiscal year; left out, the newest.")] = None,
    version: Annotated[str, typer.Option(help="provisional, v1 …; left out, the newest.")] = "",
    file: Annotated[Path | None, typer.Option("--csv", help="Write the table's CSV there.")] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show the data book: statistics of reported calls, registrations, subscribers and fees. No sign-in is needed.

    What is shown was compared with its signed manifest; a blank cell is not known, or too small to be told.
    """
    from cli.api import Api

    client = Api(config.load(api))
    books = client.get("/v1/statistics", signed_in=False)["books"]
    if not book:
        _list(books, json_output=json_output)
        return
    edition = _edition(books, book, year, version)
    if table not in edition["tables"]:
        raise UsageError(f"{book} has no table {table}; it has {', '.join(edition['tables'])}.")
    body = _proven(client, book, edition, table)
    if file:
        file.write_bytes(body)
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    facts = {"book": book, "fiscal_year": edition["fiscal_year"], "version": edition["version"], "table": table}
    if json_output:
        output.emit({**facts, "published_at": edition["published_at"], "verified": True, "rows": rows})
        return
    output.say(
        f"{book} {edition['fiscal_year']} {edition['version']}, published {edition['published_at'][:10]}: {table}"
    )
    if rows:
        output.table(tuple(rows[0]), [list(row.values()) for row in rows])
    else:
        output.say("Nothing is in this table yet.")
    if file:
        output.say(f"Written to {file}.")


def _list(books: list[dict[str, Any]], *, json_output: bool) -> None:
    if json_output:
        output.emit({"books": books})
        return
    if not books:
        output.say("Nothing is published yet.")
        return
    rows = [
        [one["book"], str(edition["fiscal_year"]), edition["version"], edition["published_at"][:10], tables]
        for one in books
        for edition in one["editions"]
        if (tables := ", ".join(edition["tables"]))
    ]
    output.table(("book", "fiscal year", "version", "published", "tables"), rows)


def _edition(books: list[dict[str, Any]], book: str, year: int | None, version: str) -> dict[str, Any]:
    editions: list[dict[str, Any]] = next((one["editions"] for one in books if one["book"] == book), [])
    if not editions:
        known = ", ".join(one["book"] for one in books)
        raise UsageError(f"There is no book {book}; there are: {known or 'none yet'}.")
    newest = year if year is not None else max(one["fiscal_year"] for one in editions)
    found = [one for one in editions if one["fiscal_year"] == newest and version in ("", one["version"])]
    if not found:
        raise UsageError(f"There is no such edition of {book}; quietline statistics lists all.")
    return found[-1]


def _proven(client: "Api", book: str, edition: dict[str, Any], table: str) -> bytes:
    """Return a table's CSV, which the edition's signed manifest names with this hash.

    Raises:
        NotVerifiedError: it does not, or the manifest is another edition's.
    """
    keys = KeySet(client.get("/.well-known/jwks.json", signed_in=False))
    manifest = keys.verify(client.text(edition["manifest"]).decode())
    told = {"type": "statistics", "book": book, **{name: edition[name] for name in ("fiscal_year", "version")}}
    if any(manifest.get(name) != value for name, value in told.items()):
        raise NotVerifiedError("The manifest is of another edition.")
    name = f"{edition['manifest'].removeprefix('/data/').rsplit('/', 1)[0]}/{table}.csv"
    body = client.text(f"/data/{name}")
    hashes = [one["sha256"] for one in manifest["files"] if one["name"] == name]
    if hashes != [hashlib.sha256(body).hexdigest()]:
        raise NotVerifiedError(f"{name} is not the file that the registry signed; it may be published right now.")
    return body
