"""`quietline ops publish`: runs the state machine and follows it to the end; `ops redrive-records`."""

import json
import os
import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from cli import config, machines, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import RefusedError, UsageError


@command(ops, "publish")
def publish(
    day: Annotated[str, typer.Option("--date", help="YYYY-MM-DD; left out, the registry's present day.")] = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Publish the list of a date. Run again, it changes nothing and answers the same."""
    if day:
        _check(day)
    registry = config.load(api)
    if not registry.publish_machine_arn:
        raise UsageError("The state machine is unknown; set QUIETLINE_PUBLISH_MACHINE to its ARN.")
    connect(registry)
    from quietline.adapters.aws import client as aws_client

    client = aws_client("stepfunctions")
    name = f"publish-{day or 'today'}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    execution = machines.call(
        client.start_execution,
        stateMachineArn=registry.publish_machine_arn,
        name=name,
        input=json.dumps({"date": day} if day else {}),
    )["executionArn"]
    made = _follow(client, execution, quiet=json_output)
    if json_output:
        output.emit(made)
        return
    output.say(f"The list of {made['date']} is published.", "green")
    output.table(
        ("areas", "numbers", "added", "removed"),
        [[f"{made[name]:,}" for name in ("areas", "numbers", "added", "removed")]],
    )
    output.say(f"It holds what the registry said at {made['cutoff']}; what came later is on the next date's list.")
    output.say(f"Manifest {made['manifest']['key']}, SHA-256 {made['manifest']['sha256']}")


@command(ops, "redrive-records")
def redrive_records(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Forward again what no function could take from the tables' streams; a stream holds it for 24 hours."""
    registry = config.load(api)
    if not registry.dead_letters_url or not registry.relay_name:
        raise UsageError(
            "Set QUIETLINE_DEAD_LETTERS and QUIETLINE_RELAY to the queue's address and the function's name."
        )
    connect(registry)
    from quietline import bootstrap
    from quietline.kernel.errors import UnavailableError

    try:
        made = bootstrap.lost_records(registry.dead_letters_url, registry.relay_name).redrive()
    except UnavailableError as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit({"records": made.records, "gone": made.gone})
        return
    output.say(f"{output.counted(made.records, 'record')} forwarded.", "green")
    if made.gone:
        output.say(f"{output.counted(made.gone, 'letter')} too old: the stream holds the records no more.", "yellow")


def _check(day: str) -> None:
    with suppress(ValueError):
        if date.fromisoformat(day).isoformat() == day:
            return
    raise UsageError("Give the date as YYYY-MM-DD.")


def connect(registry: config.Config) -> None:
    """Point AWS clients at the registry: your credentials on AWS, any at all on the local cloud."""
    if registry.emulator_url:  # which takes any credentials
        os.environ.setdefault("AWS_ENDPOINT_URL", registry.emulator_url)
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    os.environ.setdefault("AWS_REGION", registry.region)


def _follow(client: Any, execution: str, *, quiet: bool) -> dict[str, Any]:
    from rich.console import Console

    console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
    with console.status("Planning") as status:

        def show(stage: str, done: int, total: int) -> None:
            status.update(f"{stage}: {done} of {total} work items" if done < total else "Signing the manifest")

        stays = "The list before stays current."
        return machines.follow(client, execution, "The publication", ("Building areas",), show, after_failure=stays)
