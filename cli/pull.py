"""`quietline pull`: the list into a folder, by changes where it is held already, with everything that proves it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import config, output, renders
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import UnreachableError, UsageError
from cli.folder import Folder
from cli.offer import Registry
from cli.update import MovedOnError, Update

if TYPE_CHECKING:
    from cli.api import Api

ATTEMPTS = 3
"""How often a pull starts again when a newer list is published while it runs."""


@command(app, "pull")
def pull(
    folder: Annotated[Path, typer.Argument(help="Where the lists go; made when it does not exist.")],
    *,
    areas: Annotated[str, typer.Option(help="Area keys, separated by commas; else all of yours.")] = "",
    format_: Annotated[
        str, typer.Option("--format", help="txt, csv, xml or roar; else that of the last pull, or txt.")
    ] = "",
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Files fetched at a time.")] = 4,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Bring a folder up to the newest list and verify it: by the changes since the last pull, in full where need be.

    What counts is switched in one step at the end: a pull that is stopped leaves the one before as it was, and the next
    one goes on with what was fetched. Without --areas, an area that left the subscription leaves the folder.
    """
    from cli.api import Api

    chosen = [area.strip() for area in areas.split(",") if area.strip()]
    if areas and not chosen:
        raise UsageError("Name at least one area, for example --areas 202,818.")
    if format_:
        renders.check_format(format_)
    report = bring_up_to_date(
        Api(config.load(api)), Folder(folder), sorted(set(chosen)) or None, format_, jobs, quiet=json_output
    )
    if json_output:
        output.emit(report)
        return
    for line in report["warnings"]:
        output.say(line, "yellow")
    output.say(_closing(report), "green")
    output.say(f"It may be used until {report['valid_until']}. Receipt: {folder / report['receipt']}")


def _closing(report: dict[str, Any]) -> str:
    counts = {how: sum(area["how"] == how for area in report["areas"]) for how in ("changes", "full", "unchanged")}
    areas = output.counted(len(report["areas"]), "area")
    return (
        f"List of {report['list_date']}, {areas}: {counts['changes']} by changes, {counts['full']} in full, "
        f"{counts['unchanged']} unchanged. {output.size(report['bytes_fetched'])} fetched; "
        f"a full pull would have been {output.size(report['bytes_of_full_pull'])}. Everything verifies."
    )


def bring_up_to_date(
    api: "Api", folder: Folder, areas: Sequence[str] | None, format_: str = "", jobs: int = 4, *, quiet: bool = True
) -> dict[str, Any]:
    """Pull, and return the report.

    Args:
        api: the registry.
        folder: where to.
        areas: area keys, None for all that are subscribed; the folder then keeps no other.
        format_: `txt`, `csv`, `xml` or `roar`; empty for that of the pull before.
        jobs: files fetched at a time.
        quiet: no progress bars.

    Raises:
        CliError: it did not come to that; the pull before counts on.
    """
    with folder.locked():
        for _ in range(ATTEMPTS):
            state = folder.state()
            registry = Registry(api, folder, state)
            offer = registry.ask("bitmap", areas)
            listing = registry.listing(offer, folder.held_manifest())
            try:
                return Update(folder, state, registry, offer, listing, format_, jobs, quiet, areas is None).run()
            except MovedOnError:
                continue
    raise UnreachableError("Newer lists are being published all the time; run the command again.")
