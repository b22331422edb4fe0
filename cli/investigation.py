"""`quietline cases findings|confirm|give-back|reopen|name-caller|trace`: the investigation of a case."""

from typing import Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command
from cli.cases import CaseArgument, group

Reasons = Annotated[str, typer.Option(help="Why, in 20 to 4,000 characters.")]


@command(group, "findings")
def findings(case_id: CaseArgument, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Show what the investigation of a case knows: who called, carriers asked, a finding for each call."""
    from cli.api import Api

    _shown(Api(config.load(api)).get(f"/v1/cases/{case_id}/investigation"), json_output=json_output)


@command(group, "confirm")
def confirm(case_id: CaseArgument, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Confirm a citation that somebody else decided."""
    _post(f"/v1/cases/{case_id}/confirmation", {"confirmed": True}, api, json_output=json_output)


@command(group, "give-back")
def give_back(case_id: CaseArgument, reasons: Reasons, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Give a citation back, to be decided again."""
    body = {"confirmed": False, "reasons": reasons}
    _post(f"/v1/cases/{case_id}/confirmation", body, api, json_output=json_output)


@command(group, "reopen")
def reopen(case_id: CaseArgument, reasons: Reasons, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Open a closed case again because of new facts; everybody is told of the new decision too."""
    _post(f"/v1/cases/{case_id}/reopening", {"reasons": reasons}, api, json_output=json_output)


@command(group, "name-caller")
def name_caller(
    case_id: CaseArgument,
    organization: Annotated[str, typer.Argument(help="SAN or exact name of the registered organization.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Say which registered organization called; it is heard before anything is decided against it."""
    _post(f"/v1/cases/{case_id}/attribution", {"organization": organization}, api, json_output=json_output)


@command(group, "trace")
def trace(
    case_id: CaseArgument,
    carrier: Annotated[str, typer.Argument(help="Code of the carrier.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Ask a carrier where the calls came from."""
    _post(f"/v1/cases/{case_id}/tracebacks", {"carrier": carrier}, api, json_output=json_output)


def _post(path: str, body: dict[str, Any], api: str | None, *, json_output: bool) -> None:
    from cli.api import Api

    _shown(Api(config.load(api)).post(path, body), json_output=json_output)


def _shown(known: dict[str, Any], *, json_output: bool) -> None:
    if json_output:
        output.emit(known)
        return
    who = known["attribution"]
    called = f"{who['name'] or 'unknown'} {who['san']}".strip() + f", by {who['way']}" if who else "not known yet"
    output.say(f"It stands at {known['phase']}. Who called: {called}.")
    if known["stale"]:
        output.say("The calls have changed and are examined again.", "yellow")
    if known["hops"]:
        said = [hop["origin"] or hop["following"] or hop["reason"] for hop in known["hops"]]
        hops = [(hop["carrier"], hop["state"], answer) for hop, answer in zip(known["hops"], said, strict=True)]
        output.table(("carrier", "state", "answer"), hops)
    output.table(
        ("call", "verdict", "list", "maximum", "proposed"),
        [
            (one["on"], one["verdict"], one["sentence"], output.money(one["maximum"]), output.money(one["proposed"]))
            for one in known["findings"]
        ],
    )
    if known["reply"]:
        output.say(f"The seller: {known['reply']['state']}, due {known['reply']['due_at']}.")
    if known["suggestion"]:
        output.say(f"Suggested: {known['suggestion']}, {output.money(known['total']['proposed'])}.")
    if known["confirmed_by"]:
        output.say(f"Confirmed by {known['confirmed_by']}.", "green")
