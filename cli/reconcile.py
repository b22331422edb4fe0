"""`quietline ops reconcile`: compares the registry with the published list."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import config, machines, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import NotVerifiedError, RefusedError, UsageError
from cli.ops import connect

STAGES = ("Scanning the registry", "Comparing areas")


@command(ops, "reconcile")
def reconcile(
    details: Annotated[
        Path | None, typer.Option(help="Write the numbers that differ to this file (area,number,missing|extra).")
    ] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Rebuild every area from the registry and compare it with the newest list; ends with 5 if they differ.

    Nothing is changed. `missing` numbers are in the registry and not on the list, `extra` ones the other way round.
    """
    registry = config.load(api)
    if not registry.reconcile_machine_arn or not registry.operations_bucket:
        raise UsageError("Set QUIETLINE_RECONCILE_MACHINE and QUIETLINE_OPERATIONS_BUCKET to the ARN and the name.")
    connect(registry)
    from quietline.adapters.aws import client as aws_client

    steps = aws_client("stepfunctions")
    execution = machines.start_or_join(
        steps, registry.reconcile_machine_arn, f"reconcile-{datetime.now(UTC):%Y%m%dT%H%M%S%f}", {}
    )
    with machines.bars(quiet=json_output) as bar:
        stages = machines.Stages(bar)
        report = machines.follow(steps, execution, "The reconciliation", STAGES, stages.show)
    if "agrees" not in report:
        raise RefusedError("No list has been published yet.")
    if details is not None:
        _fetch(aws_client("s3"), registry.operations_bucket, report, details)
    if json_output:
        output.emit(report)
    else:
        _say(report)
    if not report["agrees"]:
        differ = len(report["differences"])
        raise NotVerifiedError(
            f"{output.counted(differ, 'area')} {'differs' if differ == 1 else 'differ'}.",
            ("Nothing was changed.", "docs/runbooks/reconcile.md says what to do; --details FILE fetches the numbers."),
        )


def _fetch(storage: Any, bucket: str, report: dict[str, Any], path: Path) -> None:
    from quietline.reconciliation.model import differences_key

    with output.private_write(path) as file:
        file.write(b"area,number,kind\n")
        for one in report["differences"]:
            if one["missing"] or one["extra"]:
                key = differences_key(report["run"], one["area"])
                found = machines.call(storage.get_object, Bucket=bucket, Key=key)
                file.write(gzip.decompress(found["Body"].read()))


def _say(report: dict[str, Any]) -> None:
    if report["agrees"]:
        output.say(
            f"The list of {report['date']} is what the registry says: {report['published']:,} numbers in "
            f"{report['areas']} areas.",
            "green",
        )
        return
    output.table(
        ("area", "published", "in the registry", "missing", "extra", "damage"),
        [
            (
                one["area"],
                *(f"{one[name]:,}" for name in ("published", "rebuilt", "missing", "extra")),
                one["damage"],
            )
            for one in report["differences"]
        ],
    )
