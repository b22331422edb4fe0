"""`quietline quote`: what areas, or the areas of a call list, would cost."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import UsageError

SHOWN = 15
"""So many areas of a call list are shown; --json has all."""


@command(app, "quote")
def quote(
    areas: Annotated[
        list[str] | None, typer.Argument(help="Area codes, by spaces or commas; else the call list's.")
    ] = None,
    *,
    call_list: Annotated[
        Path | None, typer.Option(help="A call list, as `wash` takes it: only its counts by area are sent.")
    ] = None,
    column: Annotated[str, typer.Option(help="The column of the numbers, by name or place from 1; else found.")] = "",
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether line 1 is names; else found.")
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help="For the term after the running one.")] = False,
    months: Annotated[int | None, typer.Option(help="How long, where the registry offers several lengths.")] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show what areas would cost now, why, and what to know before ordering them.

    With --call-list the numbers are read and counted on this machine and stay there; the registry is told how many
    different ones there are in each area, and says which areas hold most of the list and what it costs to cover it.
    """
    from cli.api import Api

    named = named_areas(areas or [])
    if not named and call_list is None:
        raise UsageError("Name areas, or give a call list with --call-list.")
    settings = config.load(api)
    body: dict[str, Any] = {"areas": named, "renew": renew, "months": months}
    if call_list is not None:
        body["call_list"] = _counted(call_list, settings.profile, column, header, quiet=json_output)
    wanted = {name: value for name, value in body.items() if value not in (None, False)}
    priced = Api(settings).post("/v1/quotes", wanted)
    if json_output:
        output.emit(priced)
        return
    if priced["coverage"]:
        _show_coverage(priced["coverage"])
    _show(priced)


def named_areas(given: list[str]) -> list[str]:
    """Return area codes that were given by spaces or, as `pull --areas` takes them, by commas."""
    return [area.strip() for one in given for area in one.split(",") if area.strip()]


def _counted(file: Path, profile: str, column: str, header: bool | None, *, quiet: bool) -> dict[str, int]:
    """Return how many different numbers of each area a call list holds.

    Raises:
        UsageError: the file cannot be read as a call list, or holds no number.
    """
    from quietline.kernel.errors import InvalidInputError
    from quietline.profiles import load_profile
    from quietline.washes.engine import WashOptions, count_by_area

    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    options = WashOptions(load_profile(profile), column or None, header)
    with file.open("rb") as source, output.progress(quiet=quiet) as bars:
        bar = bars.add_task(file.name, total=file.stat().st_size)
        try:
            summary = count_by_area(source, options, lambda size: bars.advance(bar, size))
        except InvalidInputError as error:
            raise UsageError(str(error), ("Name the column: --column phone, or by its place: --column 3.",)) from error
    counts = {area: count for area, count in summary.numbers_by_area.items() if count}
    if not counts:
        raise UsageError(f"{file} holds no number of this registry.")
    return counts


def _show_coverage(found: dict[str, Any]) -> None:
    numbers, rows, free = found["numbers"], found["areas"], set(found["free"])
    shown = [
        (
            row["area"],
            f"{row['numbers']:,}",
            f"{row['covered'] * 100 / numbers:.1f} %",
            output.money(row["total"]),
            "held" if row["held"] else "free" if row["area"] in free else "",
        )
        for row in rows[:SHOWN]
    ]
    output.table(("area", "numbers", "so far", "cost so far", ""), shown, ["" for _ in shown])
    more = f"; {len(rows) - SHOWN} more areas are not shown" if len(rows) > SHOWN else ""
    output.say(f"{output.counted(numbers, 'different number')} in {output.counted(len(rows), 'area')}{more}.")
    output.say("")


def _show(priced: dict[str, Any]) -> None:
    rows = [(output.money(line["amount"]), line["sentence"]) for line in priced["lines"]]
    width = max(len(amount) for amount, _ in [*rows, (output.money(priced["total"]), "")])
    for amount, sentence in rows:
        output.say(f"{amount:>{width}}  {sentence}")
    output.say(f"{output.money(priced['total']):>{width}}  total, for the term from {_term(priced)}", "bold")
    for advice in priced["advice"]:
        output.say(f"· {advice['sentence']}")


def _term(priced: dict[str, Any]) -> str:
    return f"{priced['term_start']} until before {priced['term_end']}"
