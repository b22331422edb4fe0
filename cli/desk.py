"""`quietline cases …`: what investigators do to cases."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command
from cli.cases import CaseArgument, group
from cli.errors import UnreachableError, UsageError

Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]
Complaints = Annotated[list[str], typer.Argument(help="Ids of complaints of the case.")]


def _send(method: str, path: str, body: dict[str, Any], api: str | None) -> Any:
    from cli.api import Api

    client = Api(config.load(api))
    if method == "DELETE":
        return client.delete(path)
    return client.post(path, body)


def _told(answer: Any, sentence: str, json_output: bool) -> None:
    if json_output:
        output.emit(answer)
        return
    output.say(sentence, "green")


@command(group, "open")
def open_case(
    complaints: Annotated[
        list[str] | None, typer.Argument(help="References of complaints that are in no case.")
    ] = None,
    caller_number: Annotated[str, typer.Option(help="All of this caller's complaints.")] = "",
    caller_name: Annotated[str, typer.Option(help="All of a caller of whom only this is known.")] = "",
    *,
    reason: Reason = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Open a case by hand, whatever the triggers say; it is yours."""
    body = {"complaints": complaints or [], "caller_number": caller_number, "caller_name": caller_name}
    case = _send("POST", "/v1/cases", body | {"reason": reason}, api)
    _told(case, f"Case {case['id']} is open with {case['complaints']} complaints.", json_output)


@command(group, "assign")
def assign(
    case_id: CaseArgument,
    assignee: Annotated[str, typer.Argument(help="An investigator's id, me, or none.")] = "me",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Take a case, or hand it over."""
    whom = "" if assignee == "none" else assignee
    case = _send("POST", f"/v1/cases/{case_id}/assignee", {"assignee": whom}, api)
    _told(case, f"Case {case_id} is with {case['assignee'] or 'nobody'}.", json_output)


@command(group, "note")
def note(
    case_id: CaseArgument,
    text: Annotated[str, typer.Argument(help="What is written down.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Write a note on a case."""
    made = _send("POST", f"/v1/cases/{case_id}/notes", {"text": text}, api)
    _told(made, f"Noted on case {case_id}.", json_output)


@command(group, "link")
def link(
    case_id: CaseArgument,
    other_id: Annotated[str, typer.Argument(help="Id of the other case.")],
    reason: Reason,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Link two cases that have to do with each other."""
    made = _send("POST", f"/v1/cases/{case_id}/links", {"case_id": other_id, "reason": reason}, api)
    _told(made, f"Cases {case_id} and {other_id} are linked.", json_output)


@command(group, "hold")
def hold(
    case_id: CaseArgument,
    until: Annotated[str, typer.Argument(help="Date on which it goes on, YYYY-MM-DD; or release.")],
    reason: Reason = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Let a case rest until a date, or release it."""
    if until == "release":
        _send("DELETE", f"/v1/cases/{case_id}/hold", {}, api)
        _told({"id": case_id, "hold": None}, f"Case {case_id} goes on.", json_output)
        return
    case = _send("POST", f"/v1/cases/{case_id}/hold", {"reason": reason, "until": until}, api)
    _told(case, f"Case {case_id} rests until {until}.", json_output)


@command(group, "refer")
def refer(
    case_id: CaseArgument,
    to: Annotated[str, typer.Argument(help="Key of the agency, e.g. telecom.")],
    reason: Reason,
    *,
    joint: Annotated[bool, typer.Option("--joint", help="Both work the case.")] = False,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Offer a case to the other agency."""
    body = {"to": to, "reason": reason, "joint": joint}
    case = _send("POST", f"/v1/cases/{case_id}/referral", body, api)
    _told(case, f"Case {case_id} is offered to {to}.", json_output)


@command(group, "answer")
def answer(
    case_id: CaseArgument,
    what: Annotated[str, typer.Argument(help="accept or refuse.")],
    reason: Reason = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Accept or refuse a referred case, for supervisors."""
    if what not in ("accept", "refuse"):
        raise UsageError("Say accept or refuse.")
    body = {"accept": what == "accept", "reason": reason}
    case = _send("POST", f"/v1/cases/{case_id}/referral/answer", body, api)
    _told(case, f"Case {case_id} is worked by {case['agency']}{' and both' if case['joint'] else ''}.", json_output)


@command(group, "merge")
def merge(
    case_id: CaseArgument,
    into: Annotated[str, typer.Argument(help="Id of the case that goes on.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Let a case go on as another, which gets its complaints and callers."""
    case = _send("POST", f"/v1/cases/{case_id}/merge", {"into": into}, api)
    while case["moving"]:  # thousands of complaints: each request goes on where the last one stopped
        case = _send("POST", f"/v1/cases/{case_id}/merge", {"into": into}, api)
    _told(case, f"Case {case_id} goes on as {into}, with {case['complaints']} complaints.", json_output)


@command(group, "split")
def split(
    case_id: CaseArgument,
    complaints: Complaints,
    into: Annotated[str, typer.Option(help="An open case that they go to; else a new one.")] = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Let chosen complaints be a new case, or go to another."""
    case = _send("POST", f"/v1/cases/{case_id}/split", {"complaints": complaints, "into": into}, api)
    _told(case, f"Case {case['id']} has {case['complaints']} complaints.", json_output)


@command(group, "bundle")
def bundle(
    case_id: CaseArgument,
    to: Annotated[Path | None, typer.Option(help="Where to write the zip; else case-<id>.zip.")] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Get a case as one signed zip, with the registry's keys beside it: `quietline verify` proves it offline."""
    from cli.api import Api

    client = Api(config.load(api))
    into = to or Path(f"case-{case_id}.zip")
    made = client.get(f"/v1/cases/{case_id}/bundle")
    while made["state"] == "making":
        # each request waits a while for it
        made = client.get(f"/v1/cases/{case_id}/bundle?bundle={made['id']}")
    size = _save(made["url"], into)
    into.with_name("jwks.json").write_bytes(client.text("/.well-known/jwks.json"))
    answer = {"file": str(into), "bytes": size}
    _told(answer, f"{into} has {size:,} bytes. Prove it: quietline verify {into}", json_output)


def _save(url: str, into: Path) -> int:
    """Write what a link serves and return its size; a file that is not whole has another name."""
    import httpx

    from cli.api import http_client

    part = into.with_name(into.name + ".part")
    try:
        with http_client() as storage, storage.stream("GET", url) as got, part.open("wb") as file:
            got.raise_for_status()
            for piece in got.iter_bytes(1 << 20):
                file.write(piece)
    except httpx.HTTPError as error:
        part.unlink(missing_ok=True)
        raise UnreachableError("The storage does not answer.", ("Try again in a minute.",)) from error
    part.replace(into)
    return into.stat().st_size
