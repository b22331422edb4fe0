"""Running a state machine from the terminal: one execution per piece of work, joined when it runs already."""

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cli.errors import CliError, RefusedError, UnreachableError

POLL_SECONDS = 0.5
REFUSALS = ("InvalidInputError", "ConflictError")


class GoneError(RefusedError):
    """An object is not there, or not any more."""


def call(operation: Any, **parameters: Any) -> Any:
    """Call AWS; its failures become ours.

    Raises:
        GoneError: the object does not exist.
        RefusedError: AWS refuses otherwise.
        UnreachableError: AWS cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return operation(**parameters)
    except ClientError as error:
        refused = GoneError if error.response["Error"].get("Code") == "NoSuchKey" else RefusedError
        raise refused(f"AWS refused: {error.response['Error'].get('Message', error)}") from error
    except BotoCoreError as error:
        raise UnreachableError(f"AWS cannot be reached ({type(error).__name__}).", (str(error),)) from error


def start_or_join(client: Any, machine: str, name: str, given: dict[str, Any]) -> str:
    """Return the execution `<name>-<n>` that does this work: the one that runs, or a new one.

    An execution that failed, or that has ended otherwise, is followed by the next; so the same work never runs twice at
    once, and a command that was cut off finds its execution again.
    """
    from botocore.exceptions import ClientError

    number = 1
    while True:
        try:
            arn = client.start_execution(stateMachineArn=machine, name=f"{name}-{number}", input=json.dumps(given))
            return str(arn["executionArn"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise RefusedError(f"AWS refused: {error.response['Error'].get('Message', error)}") from error
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}-{number}"
        if call(client.describe_execution, executionArn=arn)["status"] == "RUNNING":
            return arn
        number += 1


def follow(
    client: Any,
    execution: str,
    what: str,
    stages: tuple[str, ...],
    show: Callable[[str, int, int], None],
    *,
    after_failure: str = "Run the command again: it goes on.",
) -> dict[str, Any]:
    """Wait for an execution's end; return its output.

    Args:
        client: of Step Functions.
        execution: its ARN.
        what: what it does, for a failure's sentence: `The import`.
        stages: names of its Distributed Maps, in order.
        show: told the present stage, how many of its items are done, and of how many.
        after_failure: what a failure's sentence says next.

    Raises:
        RefusedError: the input was refused.
        UnreachableError: it failed otherwise.
    """
    while True:
        found = call(client.describe_execution, executionArn=execution)
        if found["status"] == "SUCCEEDED":
            made: dict[str, Any] = json.loads(found["output"])
            return made
        if found["status"] != "RUNNING":
            raise _failure(found, execution, f"{what} failed: %s. {after_failure}")
        where = stage_of(client, execution)
        if where:
            number, done, total = where
            show(stages[min(number, len(stages)) - 1], done, total)
        time.sleep(POLL_SECONDS)


def stage_of(client: Any, execution: str) -> tuple[int, int, int] | None:
    """Return which of its Distributed Maps an execution has reached (from 1), how many items are done, of how many."""
    runs = call(client.list_map_runs, executionArn=execution).get("mapRuns", [])
    if not runs:
        return None
    newest = max(runs, key=lambda run: str(run["startDate"]))
    counts = call(client.describe_map_run, mapRunArn=newest["mapRunArn"]).get("itemCounts", {})
    return len(runs), counts.get("succeeded", 0), counts.get("total", 0)


def _failure(found: dict[str, Any], execution: str, sentence: str) -> CliError:
    error, cause = str(found.get("error") or found["status"]), str(found.get("cause") or "")
    with suppress(ValueError, AttributeError):
        cause = str(json.loads(cause).get("errorMessage") or cause)
    details = (f"execution {execution.rpartition(':')[2]}",)
    if error in REFUSALS:
        return RefusedError(cause or error, details)
    return UnreachableError(sentence % error, (cause, *details))


def bars(*, quiet: bool) -> Any:
    """Return progress bars that count items, with rate and time left, on standard error."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
        transient=True,
    )


class Stages:
    """Bars of the stages of an execution, each from the moment on at which its first items are seen.

    What was done before, by an execution that was joined, counts for the bar and not for its rate.
    """

    def __init__(self, progress: Any, rate: Callable[[str, float], str] = lambda _stage, _items: "") -> None:
        """`rate` is given a stage and its items a second, and returns what is shown of that."""
        self._progress, self._rate = progress, rate
        self._begun: dict[str, tuple[int, int]] = {}

    def show(self, stage: str, done: int, total: int) -> None:
        """Show how many of a stage's items are done."""
        if stage not in self._begun:
            self._begun[stage] = (self._progress.add_task(stage, total=total, completed=done, rate=""), done)
        task, before = self._begun[stage]
        seconds = self._progress.tasks[task].elapsed
        rate = self._rate(stage, (done - before) / seconds) if seconds and done > before else ""
        self._progress.update(task, completed=done, total=total, rate=rate)
