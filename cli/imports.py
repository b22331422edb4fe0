"""`quietline ops import`: takes an existing registry in."""

import gzip
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import config, machines, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import UsageError
from cli.ops import connect

STAGES = ("Reading lines", "Adding areas")


@command(ops, "import")
def import_registry(
    files: Annotated[list[Path], typer.Argument(help="FTC flat text, CSV or one column of numbers; .zip and .gz too.")],
    *,
    registered_on: Annotated[
        str, typer.Option(help="YYYY-MM-DD from which these registrations count; left out, today.")
    ] = "",
    column: Annotated[str, typer.Option(help="Name or place (from 1) of the column with the number.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count and find refused lines; add nothing.")] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused lines go; left out, quietline-rejects-<id>.csv.")
    ] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Take an existing registry in. Run again with the same files, it goes on where it stopped and adds nothing twice.

    Numbers that are listed stay as they are, and nothing is ever taken off. Every refused line is kept with its reason.
    """
    day = _date(registered_on)
    registry = config.load(api)
    if not registry.import_machine_arn or not registry.operations_bucket:
        raise UsageError("Set QUIETLINE_IMPORT_MACHINE and QUIETLINE_OPERATIONS_BUCKET to the ARN and the name.")
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"There is no file {', '.join(missing)}.")
    connect(registry)
    from quietline.adapters.aws import client as aws_client
    from quietline.imports.model import plan_key

    from cli.intake import Uploader, plan_of, upload

    storage, profile = aws_client("s3"), _profile(registry)
    uploader = Uploader(storage, registry.operations_bucket)
    with output.progress(quiet=json_output) as bar:
        task = bar.add_task("Uploading", total=sum(path.stat().st_size for path in files))
        made = upload(files, profile, column, uploader, advance=lambda count: bar.advance(task, count))
    if not made[1]:
        raise UsageError("The files hold no line.")
    plan = plan_of(profile, *made, day, dry_run=dry_run)
    body = plan.model_dump_json().encode("utf-8")
    key = plan_key(plan.id)
    machines.call(storage.put_object, Bucket=registry.operations_bucket, Key=key, Body=body)
    steps = aws_client("stepfunctions")
    execution = machines.start_or_join(steps, registry.import_machine_arn, plan.id, {"id": plan.id})
    lines = plan.lines / len(plan.chunks)
    with machines.bars(quiet=json_output) as bar:
        stages = machines.Stages(
            bar, lambda stage, chunks: f"{chunks * lines:,.0f} lines/s" if stage == STAGES[0] else ""
        )
        summary = machines.follow(steps, execution, "The import", STAGES, stages.show)
    summary |= _fetch(storage, registry.operations_bucket, summary, rejects)
    summary["uploaded_bytes"], summary["present_bytes"] = uploader.sent, uploader.present
    _say(summary, as_json=json_output)


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UsageError("Give the date as YYYY-MM-DD.")
    return day


def _profile(registry: config.Config) -> Any:
    from quietline.profiles.profile import load_profile

    return load_profile(registry.profile)


def _fetch(storage: Any, bucket: str, summary: dict[str, Any], target: Path | None) -> dict[str, Any]:
    """Write the refused lines to a file that only its owner reads; return its name, empty where there is none.

    The bucket forgets refused lines; a file that holds them from an earlier run is then left as it is.
    """
    from quietline.imports.model import rejects_key

    if not summary["rejects_in"]:
        return {"rejects_file": "", "rejects_expired": False}
    path = target or Path(f"quietline-rejects-{summary['id']}.csv")
    try:
        with output.private_write(path) as file:
            file.write(b"file,line,reason,text\n")
            for chunk in summary["rejects_in"]:
                found = machines.call(storage.get_object, Bucket=bucket, Key=rejects_key(summary["id"], chunk))
                file.write(gzip.decompress(found["Body"].read()))
    except machines.GoneError:
        return {"rejects_file": "", "rejects_expired": True}
    return {"rejects_file": str(path), "rejects_expired": False}


def _say(summary: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.emit(summary)
        return
    done = "would be added" if summary["dry_run"] else "added"
    output.say(f"Import {summary['id']}: {output.counted(summary['added'], 'number')} {done}.", "green")
    names = ("lines", "blank", "rejected", "duplicates", "numbers", "listed_already", "added", "areas")
    output.table(tuple(name.replace("_", " ") for name in names), [[f"{summary[name]:,}" for name in names]])
    if summary["rejected"]:
        why = ", ".join(f"{reason} {count:,}" for reason, count in summary["reasons"].items())
        where = f"Line by line in {summary['rejects_file']} (it may hold numbers)."
        if summary["rejects_expired"]:
            where = (
                "The lines themselves have expired in the bucket; a file of them that was written before is unchanged."
            )
        output.say(f"Refused: {why}. {where}", "yellow")
    if not summary["dry_run"]:
        output.say("They are on the list from the next publication on whose cut-off lies after this import.")
