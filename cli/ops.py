"""`quietline ops publish`: runs the state machine and follows it to the end."""

import json
import os
import sys
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import CliError, RefusedError, UnreachableError, UsageError

POLL_SECONDS = 0.5
REFUSALS = ("InvalidInputError", "ConflictError")


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
    execution = _call(
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
    output.say(f"Manifest {made['manifest']['key']}, SHA-256 {made['manifest']['sha256']}")


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
        while True:
            found = _call(client.describe_execution, executionArn=execution)
            if found["status"] == "SUCCEEDED":
                made: dict[str, Any] = json.loads(found["output"])
                return made
            if found["status"] != "RUNNING":
                raise _failure(found, execution)
            status.update(_stage(client, execution))
            time.sleep(POLL_SECONDS)


def _stage(client: Any, execution: str) -> str:
    """Return what an execution does now, in words."""
    runs = _call(client.list_map_runs, executionArn=execution).get("mapRuns", [])
    if not runs:
        return "Planning"
    run = _call(client.describe_map_run, mapRunArn=runs[-1]["mapRunArn"])
    counts = run.get("itemCounts", {})
    if run.get("status") == "RUNNING":
        return f"Building areas: {counts.get('succeeded', 0)} of {counts.get('total', 0)} work items"
    return "Signing the manifest"


def _failure(found: dict[str, Any], execution: str) -> CliError:
    error, cause = str(found.get("error") or found["status"]), str(found.get("cause") or "")
    with suppress(ValueError, AttributeError):
        cause = str(json.loads(cause).get("errorMessage") or cause)
    details = (f"execution {execution.rpartition(':')[2]}",)
    if error in REFUSALS:
        return RefusedError(cause or error, details)
    return UnreachableError(f"The publication failed: {error}. The list before stays current.", (cause, *details))


def _call(operation: Any, **parameters: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return operation(**parameters)
    except ClientError as error:
        raise RefusedError(f"AWS refused: {error.response['Error'].get('Message', error)}") from error
    except BotoCoreError as error:
        raise UnreachableError(f"AWS cannot be reached ({type(error).__name__}).", (str(error),)) from error
