"""`quietline ops open-data …` and `quietline ops import-reported`: the daily files of reported calls."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import config, machines, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import RefusedError, UnreachableError, UsageError
from cli.ops import connect

if TYPE_CHECKING:
    from quietline.opendata.layout import Imported

NAME = re.compile(r"DNC_Complaint_Numbers_(\d{4}-\d{2}-\d{2})\.csv$")
SHOWN = 5
"""Refused lines that are shown of each file."""

group = typer.Typer(help="Open data: the daily files of reported calls.", no_args_is_help=True)
ops.add_typer(group, name="open-data")


@command(group, "publish")
def publish(
    day: Annotated[
        list[str] | None, typer.Option("--date", help="YYYY-MM-DD, repeatable; left out, whatever is due.")
    ] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Publish daily files. Run again, it changes nothing; a file whose complaints changed gets its next version."""
    days = sorted({_date(text) for text in day or ()})
    registry = _registry(api)
    made = _publish(registry, days)
    if json_output:
        output.emit({"files": made})
    else:
        _say(made)


@command(group, "statistics")
def statistics(
    years: Annotated[
        list[int] | None, typer.Option("--restate", help="A closed fiscal year to count again, repeatable.")
    ] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Publish the data book's tables and pages now. A closed year whose numbers differ gets its next version."""
    registry = config.load(api)
    if not registry.publish_statistics_name:
        raise UsageError("The publishing function is unknown; set QUIETLINE_PUBLISH_STATISTICS to its name.")
    connect(registry)
    made = _invoke(registry.publish_statistics_name, {"years": years or []})["editions"]
    if json_output:
        output.emit({"editions": made})
    elif made:
        for one in made:
            output.say(str(one))
    else:
        output.say("Everything is published as it is; no number was changed.")


@command(group, "key")
def key(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make a key for the API of reported calls; it is shown once."""
    registry = _registry(api)
    if not registry.cases_table:
        raise UsageError("The table of cases is unknown; set QUIETLINE_CASES_TABLE.")
    from quietline import bootstrap

    made = bootstrap.open_data_limits(registry.cases_table, "", registry.profile).issue(name)
    if json_output:
        output.emit({"api_key": made, "name": name})
    else:
        output.say(f"api_key  {made}")


@command(ops, "import-reported")
def import_reported(
    source: Annotated[
        Path | None, typer.Argument(help="A file DNC_Complaint_Numbers_YYYY-MM-DD.csv, or a folder of them.")
    ] = None,
    url: Annotated[str, typer.Option("--from", help="Address of such a file; a browser-like User-Agent is sent.")] = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Import daily files of the FTC's and publish their days; the same file again changes nothing."""
    if (source is None) == (not url):
        raise UsageError("Give a file or folder, or --from with an address.")
    registry = _registry(api)
    if not registry.open_data_bucket:
        raise UsageError("The bucket of open data is unknown; set QUIETLINE_OPEN_DATA_BUCKET.")
    found: dict[date, Imported] = {}
    for day, data in _fetched(url) if url else _files(source or Path()):
        found[day] = _keep(registry, day, data)
    made = _publish(registry, sorted(found))
    if json_output:
        taken = [
            {"date": day.isoformat(), "rows": len(one.rows), "refused": [vars(line) for line in one.refused]}
            for day, one in sorted(found.items())
        ]
        output.emit({"imported": taken, "files": made})
        return
    for day, one in sorted(found.items()):
        output.say(f"{day}: {len(one.rows):,} reported calls, {output.counted(len(one.refused), 'line')} refused.")
        for line in one.refused[:SHOWN]:
            output.say(f"  line {line.line}: {line.detail}", "yellow")
    _say(made)


def _files(source: Path) -> Iterator[tuple[date, bytes]]:
    paths = sorted(source.glob("*.csv")) if source.is_dir() else [source]
    named = [(path, match) for path in paths if (match := NAME.search(path.name))]
    if not named:
        raise UsageError("There is no file named DNC_Complaint_Numbers_YYYY-MM-DD.csv.")
    for path, match in named:
        yield _date(match[1]), path.read_bytes()


def _fetched(url: str) -> Iterator[tuple[date, bytes]]:
    import httpx

    match = NAME.search(url)
    if not match or not config.is_safe(url):
        raise UsageError("The address must begin with https:// and end in DNC_Complaint_Numbers_YYYY-MM-DD.csv.")
    try:
        # the FTC's site answers browsers only
        answer = httpx.get(url, headers={"User-Agent": "Mozilla/5.0 (quietline)"}, follow_redirects=True, timeout=60)
    except httpx.HTTPError as error:
        raise UnreachableError(f"The address does not answer ({type(error).__name__}).") from error
    if answer.status_code != 200:
        raise RefusedError(f"The address answered {answer.status_code}; there is no file on weekends and holidays.")
    yield _date(match[1]), answer.content


def _keep(registry: config.Config, day: date, data: bytes) -> "Imported":
    from quietline.adapters.opendata import OpenDataBucket
    from quietline.kernel.errors import InvalidInputError
    from quietline.opendata.layout import read_ftc, write_rows
    from quietline.opendata.publish import import_name

    try:
        found = read_ftc(data, day)
    except InvalidInputError as error:
        raise RefusedError(f"The file of {day} was not imported: {error}") from error
    machines.call(OpenDataBucket(registry.open_data_bucket).keep, name=import_name(day), body=write_rows(found.rows))
    return found


def _publish(registry: config.Config, days: list[date]) -> list[dict[str, Any]]:
    """Publish the days one by one, so that each is one short call; without days what is due."""
    made: list[dict[str, Any]] = []
    for event in [{"dates": [day.isoformat()]} for day in days] or [{}]:
        made += _invoke(registry.publish_open_data_name, event)["files"]
    return made


def _invoke(function: str, event: dict[str, Any]) -> dict[str, Any]:
    from quietline.adapters.aws import client

    answer = machines.call(client("lambda").invoke, FunctionName=function, Payload=json.dumps(event))
    document: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise RefusedError(f"Publishing failed ({document.get('errorType', 'unknown')}); its log says why.")
    return document


def _registry(api: str | None) -> config.Config:
    registry = config.load(api)
    if not registry.publish_open_data_name:
        raise UsageError("The publishing function is unknown; set QUIETLINE_PUBLISH_OPEN_DATA to its name.")
    connect(registry)
    return registry


def _say(made: list[dict[str, Any]]) -> None:
    if not made:
        output.say("Everything is published as it is; nothing was changed.")
        return
    rows = [[str(one["date"]), str(one["file"]), str(one["version"]), f"{one['rows']:,}"] for one in made]
    output.table(("date", "file", "version", "rows"), rows)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UsageError("Give the date as YYYY-MM-DD.")
    return day
