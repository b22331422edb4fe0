"""`quietline lookup`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import NotVerifiedError, UsageError

if TYPE_CHECKING:
    from cli.trust import KeySet

STYLES = {"listed": "red", "clear": "green", "unknown": "yellow"}
SMALL = 10
"""So many numbers are asked for without looking first how many a lookup may hold."""


@command(app, "lookup")
def lookup(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Numbers as people write them; `-` reads lines of standard input.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A file with a number on each line.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Ask the list of this date (YYYY-MM-DD) instead of the newest.")
    ] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Tell whether numbers are, or were, on the published list: listed, clear or unknown.

    Answers are signed and verified. More numbers than one lookup may hold are asked in several, all of one list; with
    --json these come in `parts`, each with its own signature.
    """
    from cli.api import Api
    from cli.trust import KeySet

    texts = _texts(numbers or [], file)
    client = Api(config.load(api))
    most = SMALL if len(texts) <= SMALL else int(client.get("/v1/entitlements")["lookup_numbers"])
    keys: KeySet | None = None
    parts: list[dict[str, Any]] = []
    with output.progress(quiet=json_output or len(texts) <= most) as bars:
        task = bars.add_task("looking up", total=len(texts))
        for start in range(0, len(texts), most):
            chunk = texts[start : start + most]
            made = client.post("/v1/lookups", {"numbers": chunk} | ({"as_of": as_of} if as_of else {}))
            keys = keys or KeySet(client.get("/.well-known/jwks.json", signed_in=False))
            parts.append(_verified(keys, made, as_of))
            as_of = parts[0]["list_date"]  # the list of a later day must not slip in between
            bars.update(task, advance=len(chunk))
    if json_output:
        output.emit(parts[0] if len(parts) == 1 else {"list_date": as_of, "parts": parts})
        return
    answers = [answer for part in parts for answer in part["answers"]]
    rows = [(answer["input"], answer["status"], _why(answer)) for answer in answers]
    output.table(("number", "status", "why"), rows, [STYLES[answer["status"]] for answer in answers])
    signed = f"Answer {parts[0]['id']}" if len(parts) == 1 else f"{len(parts)} answers"
    output.say(f"List of {as_of}, good until {parts[0]['valid_until']}. {signed}, signed.")


def _texts(numbers: list[str], file: Path | None) -> list[str]:
    if file is not None and not file.is_file():
        raise UsageError(f"There is no file {file}.")
    lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines() if file else []
    for number in numbers:
        lines += sys.stdin if number == "-" else [number]
    texts = [line.strip() for line in lines if line.strip()]
    if not texts:
        raise UsageError("Give at least one number.")
    return texts


def _verified(keys: "KeySet", made: dict[str, Any], as_of: str | None) -> dict[str, Any]:
    from cli.trust import payload_of

    signed = payload_of(keys, made["signed"], "lookup")
    if signed["answers"] != made["answers"] or signed["list_date"] != made["list_date"]:
        raise NotVerifiedError("The answer is not the one that was signed.")
    if as_of and made["list_date"] != as_of:
        raise NotVerifiedError("The answer is from another list than the one that was asked for.")
    return made


def _why(answer: dict[str, Any]) -> str:
    if answer.get("first_listed"):
        return f"since the list of {answer['first_listed']}"
    return (answer["reason"] or "").replace("_", " ")
