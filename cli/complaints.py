"""`quietline complaints send`: a trusted reporter's CSV, row by row, in batches."""

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import RefusedError, UsageError

group = typer.Typer(help="Complaints of many consumers, from trusted reporters.", no_args_is_help=True)
app.add_typer(group, name="complaints")
BATCH = 100
LISTED = 20
"""Reasons that are listed; a file has them all."""
WHY = "why"
ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
YES_NO = ("robocall", "done_business", "asked_to_stop")
NEEDED = ("client_reference", "called_number", "call_date", "call_time", "robocall")


@command(group, "send")
def send(
    file: Annotated[Path, typer.Argument(help="CSV with a header: the API's field names, and client_reference.")],
    api: ApiOption = None,
    rejects: Annotated[
        Path | None, typer.Option(help="File that gets the refused rows as they were, with why; mend it and send it.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Send complaints; sent again, each is found by its client_reference and not made twice.

    Refused rows are listed with their line; the others are taken. Ends with 4 when a row was refused.
    """
    from cli.api import Api

    client = Api(config.load(api))
    lines = _lines(file)
    rows = [_row(line, number) for number, line in enumerate(lines, 2)]
    done: list[dict[str, Any]] = []
    with output.steps(quiet=json_output or len(rows) <= BATCH) as bars:
        task = bars.add_task("Complaints", total=len(rows))
        for start in range(0, len(rows), BATCH):
            made = client.post("/v1/complaints/batch", {"complaints": rows[start : start + BATCH]})
            done += [row | {"line": start + row["index"] + 2} for row in made["rows"]]
            bars.update(task, completed=len(done))
    refused = [row for row in done if not row["reference"]]
    if rejects and refused:
        _keep(rejects, lines, refused)
    if json_output:
        output.emit({"accepted": len(done) - len(refused), "refused": len(refused), "rows": done})
    else:
        wrong = [(str(row["line"]), error["field"], error["detail"]) for row in refused for error in row["errors"]]
        if wrong:
            output.table(("line", "field", "why"), wrong[:LISTED])
        if len(wrong) > LISTED:
            output.say(f"And {len(wrong) - LISTED:,} more: --rejects FILE has every refused row with its reasons.")
        output.say(f"{output.counted(len(done) - len(refused), 'complaint')} taken, {len(refused)} refused.")
    if refused:
        raise RefusedError(f"{len(refused)} of {len(done)} rows were refused.")


def _lines(file: Path) -> list[dict[str, Any]]:
    """Return the file's rows by their columns; `WHY` of a rejects file is left out.

    Raises:
        UsageError: there is no such file, it is not UTF-8, has no row, or lacks a column.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            read = csv.DictReader(opened)
            missing = [name for name in NEEDED if name not in (read.fieldnames or [])]
            if missing:
                raise UsageError(f"The file lacks the column {missing[0]}.")
            rows = [{name: text for name, text in line.items() if name != WHY} for line in read]
    except OSError as error:
        raise UsageError(f"The file {file} cannot be read.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The file {file} is not UTF-8.") from error
    if not rows:
        raise UsageError("The file has no row.")
    return rows


def _keep(path: Path, lines: list[dict[str, Any]], refused: list[dict[str, Any]]) -> None:
    """Write the refused rows as they came, with `WHY`, into a file that only its owner reads."""
    names = [name for name in lines[0] if name]
    with output.private_file(path).open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, [*names, WHY], extrasaction="ignore")
        sheet.writeheader()
        for row in refused:
            why = "; ".join(f"{error['field']}: {error['detail']}" for error in row["errors"])
            sheet.writerow(lines[row["line"] - 2] | {WHY: why})


def _row(line: dict[str, Any], number: int) -> dict[str, Any]:
    row: dict[str, Any] = {name: text for name, text in line.items() if name and text}
    for name in YES_NO:
        if name in row:
            answer = ANSWERS.get(str(row[name]).strip().lower())
            if answer is None:
                raise UsageError(f"Line {number}: write yes or no under {name}.")
            row[name] = answer
    if "subject" in row:
        if not str(row["subject"]).isdecimal():
            raise UsageError(f"Line {number}: subject is a code from 0 to 16.")
        row["subject"] = int(row["subject"])
    return row
