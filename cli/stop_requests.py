"""`quietline stop-requests …`: people who told your organization to stop calling; and for operators what is overdue."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import config, output
from cli.api import Api
from cli.app import ApiOption, JsonOption, app, command, ops
from cli.config import load
from cli.errors import UsageError

PATH, AT_ONCE = "/v1/stop-requests", 100
FILE = "stop-requests.json"
VERSION = 1

group = typer.Typer(help="People who told your organization to stop calling.", no_args_is_help=True)
app.add_typer(group, name="stop-requests")


@dataclass(frozen=True)
class Kept:
    """What a folder holds of stop requests: the numbers (E.164), and where the feed goes on."""

    numbers: frozenset[str]
    next: int


def kept_in(folder: Path) -> Kept | None:
    """Return what was pulled into a folder, or None where nothing was.

    Raises:
        UsageError: another program wrote the file.
    """
    if not (folder / FILE).is_file():
        return None
    found = _kept(folder / FILE)
    return Kept(frozenset(found["numbers"]), int(found["next"]))


FolderOption = Annotated[
    Path,
    typer.Option(
        envvar="QUIETLINE_LISTS", help="The folder that lists were pulled into; stop requests are kept there."
    ),
]


@command(group, "pull")
def pull(
    folder: FolderOption = Path(),
    *,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Also say that you have stopped calling what is new.")
    ] = False,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Bring the numbers that you must not call up to date; what was pulled before is not asked for again."""
    calls, path = Api(load(api)), folder / FILE
    kept = _kept(path)
    new: list[dict[str, Any]] = []
    while True:
        page = calls.get(f"{PATH}?since={kept['next']}")
        for change in page["changes"]:
            _apply(kept["numbers"], change)
        new += page["changes"]
        kept["next"] = page["next"]
        _keep(path, kept)
        if not page["more"]:
            break
    waiting = [change["id"] for change in new if change["change"] == "requested"]
    if acknowledge and waiting:
        _acknowledge(calls, waiting)
    if json_output:
        output.emit({"file": str(path), "numbers": len(kept["numbers"]), "new": len(new), "next": kept["next"]})
        return
    numbers, changes = output.counted(len(kept["numbers"]), "number"), output.counted(len(new), "change")
    output.say(f"{numbers} not to be called; {changes} since.", "green")
    if waiting and not acknowledge:
        output.say("Acknowledge when you have stopped: quietline stop-requests acknowledge --folder " + str(folder))


@command(group, "acknowledge")
def acknowledge(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids; left out, all of the folder.")] = None,
    folder: FolderOption = Path(),
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Say that you have stopped calling; the people are told. Saying it again changes nothing."""
    asked = ids or [str(one["id"]) for one in _kept(folder / FILE)["numbers"].values()]
    if not asked:
        raise UsageError("There is nothing to acknowledge; run: quietline stop-requests pull")
    answers = _acknowledge(Api(load(api)), asked)
    if json_output:
        output.emit({"acknowledgements": answers})
        return
    counts: dict[str, int] = {}
    for answer in answers:
        counts[answer["state"]] = counts.get(answer["state"], 0) + 1
    output.say(", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(counts.items())), "green")


@command(ops, "stop-requests")
def overdue(
    limit: Annotated[int, typer.Option(help="So many at most.", min=1, max=1000)] = 100,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """List stop requests that sellers should have acknowledged, the longest overdue first; no number is shown."""
    from cli.ops import connect

    registry = config.load(api)
    if not registry.sellers_table:
        raise UsageError("The table of organizations is unknown; set QUIETLINE_SELLERS_TABLE.")
    connect(registry)
    from quietline import bootstrap
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    today = load_profile(registry.profile).local_date(SystemClock().now())
    found = bootstrap.stop_store(registry.sellers_table).overdue(today, limit)
    rows = [(one.organization_id, one.request_id, one.due_on.isoformat()) for one in found]
    if json_output:
        names = ("organization_id", "request_id", "due_on")
        output.emit({"overdue": [dict(zip(names, row, strict=True)) for row in rows]})
    elif rows:
        output.table(("organization", "stop request", "was due"), rows)
    else:
        output.say("No stop request is overdue.", "green")


def _apply(numbers: dict[str, Any], change: dict[str, Any]) -> None:
    if change["change"] == "withdrawn":
        numbers.pop(change["number"], None)
    else:
        numbers[change["number"]] = {name: change[name] for name in ("id", "requested_at", "due_on")}


def _acknowledge(calls: Api, ids: list[str]) -> list[dict[str, str]]:
    answers: list[dict[str, str]] = []
    for start in range(0, len(ids), AT_ONCE):
        body = {"ids": ids[start : start + AT_ONCE]}
        answers += calls.post(f"{PATH}/acknowledgements", body)["acknowledgements"]
    return answers


def _kept(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"version": VERSION, "next": 0, "numbers": {}}
    found = json.loads(path.read_text(encoding="utf-8"))
    if found.get("version") != VERSION:
        raise UsageError(f"{path} was not written by this command; move it away and pull again.")
    return dict(found)


def _keep(path: Path, kept: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    part.replace(path)
