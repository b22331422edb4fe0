"""`quietline cases …` for investigators, `quietline ops redrive-cases` and `redrive-complaints` for operators."""

from typing import Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, app, command, ops
from cli.errors import UsageError
from cli.ops import connect

group = typer.Typer(help="For investigators: the queue of cases and their decisions.", no_args_is_help=True)
app.add_typer(group, name="cases")

CaseArgument = Annotated[str, typer.Argument(help="Id of the case.")]


@command(group, "list")
def list_cases(
    status: Annotated[str, typer.Option(help="open, decided or closed.")] = "open",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """List the cases of a status, the most urgent first."""
    from urllib.parse import urlencode

    from cli.api import Api

    client = Api(config.load(api))
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get(f"/v1/cases?{urlencode({'status': status, 'cursor': cursor})}")
        found += page["cases"]
        cursor = page["next"]
        if not cursor:
            break
    if json_output:
        output.emit(found)
        return
    output.table(
        ("case", "caller", "complaints", "due", "waits", "late"),
        [
            (
                case["id"],
                case["caller_number"] or case["caller_name"],
                str(case["complaints"]),
                str(case["due_at"])[:10],
                "yes" if case["waiting"] else "no",
                str(case["escalations"] or ""),
            )
            for case in found
        ],
    )


@command(group, "show")
def show(case_id: CaseArgument, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Show a case with its complaints and its audit log; the view itself is logged."""
    from cli.api import Api

    file = Api(config.load(api)).get(f"/v1/cases/{case_id}")
    if json_output:
        output.emit(file)
        return
    case = file["case"]
    output.say(f"Case {case['id']}: {case['status']}, caller {case['caller_number']} {case['caller_name']}".rstrip())
    output.table(
        ("complaint", "called", "at", "outcome", "maximum penalty"),
        [
            (
                entry["reference"],
                entry["called_number"],
                entry["called_at"],
                entry["outcome"],
                output.money(entry["maximum_penalty"]),
            )
            for entry in file["complaints"]
        ],
    )
    output.table(("at", "what", "by", "detail"), [(e["at"], e["action"], e["by"], e["detail"]) for e in file["events"]])


@command(group, "decide")
def decide(
    case_id: CaseArgument,
    decision: Annotated[str, typer.Argument(help="dismissal, warning, citation or referral.")],
    reasons: Annotated[str, typer.Option(help="Why, in at least 20 characters.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Decide a case; the complainants are told."""
    from cli.api import Api

    body = {"decision": decision, "reasons": reasons}
    case = Api(config.load(api)).post(f"/v1/cases/{case_id}/decision", body)
    if json_output:
        output.emit(case)
        return
    output.say(f"The decision on case {case['id']} is kept: {case['decision']['decision']}.", "green")


@command(ops, "redrive-cases")
def redrive_cases(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Start again every case that is not closed and has no running execution; what is done is not repeated."""
    registry = config.load(api)
    if not registry.cases_table or not registry.investigate_machine_arn:
        raise UsageError("Set QUIETLINE_CASES_TABLE and QUIETLINE_INVESTIGATE_MACHINE to the table's name and the ARN.")
    connect(registry)
    from quietline import bootstrap

    started = bootstrap.redrive(registry.cases_table, registry.investigate_machine_arn).redrive()
    if json_output:
        output.emit({"started": started})
        return
    for case_id in started:
        output.say(f"Started case {case_id} again.")
    output.say(f"{len(started)} started.", "green")


@command(ops, "redrive-complaints")
def redrive_complaints(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Screen again every complaint whose screening failed; steps that were done are not repeated."""
    registry = config.load(api)
    if not registry.failures_queue_url or not registry.screen_machine_arn:
        raise UsageError(
            "Set QUIETLINE_FAILURES_QUEUE and QUIETLINE_SCREEN_MACHINE to the queue's address and the ARN."
        )
    connect(registry)
    from quietline import bootstrap

    started = bootstrap.redrive_screenings(registry.failures_queue_url, registry.screen_machine_arn).redrive()
    if json_output:
        output.emit({"started": started})
        return
    output.say(f"{output.counted(started, 'screening')} started again.", "green")
