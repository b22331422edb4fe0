"""`quietline caller-numbers …`: the numbers that your organization calls from."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import output
from cli.api import Api
from cli.app import ApiOption, JsonOption, app, command
from cli.config import load
from cli.errors import UsageError

group = typer.Typer(help="The numbers that your organization calls from.", no_args_is_help=True)
app.add_typer(group, name="caller-numbers")

NumbersArgument = Annotated[
    list[str] | None, typer.Argument(help="Phone numbers, each with its area code; of other countries with +.")
]
FileOption = Annotated[Path | None, typer.Option("--file", help="A file with a number in each line; - reads them in.")]


@command(group, "list")
def listed(
    *,
    past: Annotated[bool, typer.Option("--past", help="Also those that are not declared any more.")] = False,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """List the numbers that are declared, each with its first day."""
    _, _, found = _read(api)
    if json_output:
        output.emit(found)
        return
    shown = found["numbers"] + (found["past"] if past else [])
    if shown:
        output.table(("number", "since", "until"), [[one["number"], one["since"], one["until"] or ""] for one in shown])
    else:
        output.say("None are declared; run: quietline caller-numbers add")


@command(group, "add")
def add(
    numbers: NumbersArgument = None, file: FileOption = None, api: ApiOption = None, json_output: JsonOption = False
) -> None:
    """Declare more numbers, from today on."""
    asked = _asked(numbers, file)
    calls, path, found = _read(api)
    _replace(calls, path, found, [*_current(found), *asked], json_output=json_output)


@command(group, "remove")
def remove(
    numbers: NumbersArgument = None, file: FileOption = None, api: ApiOption = None, json_output: JsonOption = False
) -> None:
    """Declare numbers no more; their days stay on record."""
    asked = _asked(numbers, file)
    calls, path, found = _read(api)
    gone = {_e164(calls, number) for number in asked}
    unknown = len(gone - set(_current(found)))
    if unknown:
        raise UsageError(f"{output.counted(unknown, 'number')} of these cannot be removed: not declared.")
    kept = [number for number in _current(found) if number not in gone]
    _replace(calls, path, found, kept, json_output=json_output)


@command(group, "set")
def replace(
    numbers: NumbersArgument = None, file: FileOption = None, api: ApiOption = None, json_output: JsonOption = False
) -> None:
    """Declare just these numbers from today on, in place of all others."""
    asked = _asked(numbers, file)
    calls, path, found = _read(api)
    _replace(calls, path, found, asked, json_output=json_output)


def _read(api: str | None) -> tuple[Api, str, dict[str, Any]]:
    calls = Api(load(api))
    path = f"/v1/organizations/{calls.get('/v1/organizations/mine')['id']}/caller-numbers"
    return calls, path, calls.get(path)


def _current(found: dict[str, Any]) -> list[str]:
    return [str(one["number"]) for one in found["numbers"]]


def _replace(calls: Api, path: str, before: dict[str, Any], numbers: list[str], *, json_output: bool) -> None:
    after = calls.put(path, {"numbers": numbers, "version": before["version"]})
    if json_output:
        output.emit(after)
        return
    added, gone = (len(set(_current(a)) - set(_current(b))) for a, b in ((after, before), (before, after)))
    output.say(f"{output.counted(len(after['numbers']), 'number')} declared: {added} added, {gone} removed.", "green")


def _asked(numbers: Iterable[str] | None, file: Path | None) -> list[str]:
    asked = list(numbers or [])
    if file is not None:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
        asked += [line.strip() for line in text.splitlines() if line.strip()]
    if not asked:
        raise UsageError("Give numbers, or a file of them.")
    return asked


def _e164(calls: Api, number: str) -> str:
    from quietline.kernel.errors import InvalidPhoneNumberError
    from quietline.kernel.phone import parse_any
    from quietline.profiles.profile import load_profile

    try:
        return parse_any(number, load_profile(calls.config.profile).rules).e164
    except InvalidPhoneNumberError as error:
        raise UsageError(str(error)) from error
