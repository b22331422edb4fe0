"""`quietline ops directory …`: the public directory of registered sellers."""

from dataclasses import asdict

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import UnreachableError, UsageError
from cli.ops import connect

group = typer.Typer(help="The public directory of registered sellers.", no_args_is_help=True)
ops.add_typer(group, name="directory")


@command(group, "rebuild")
def rebuild(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Make the directory show just what the organizations' records say; reads the whole table, harmless to repeat.

    Lists who was certified before there was a directory. Ends with 6 if somebody kept changing a record meanwhile.
    """
    registry = config.load(api)
    if not registry.sellers_table:
        raise UsageError("The table of organizations is unknown; set QUIETLINE_SELLERS_TABLE.")
    connect(registry)
    from quietline import bootstrap

    done = bootstrap.directory_rebuild(registry.sellers_table).run()
    if json_output:
        output.emit(asdict(done) | {"missed": list(done.missed)})
    else:
        organizations = output.counted(done.organizations, "organization")
        output.say(f"{organizations} read, {done.listed} of them listed; {done.mended} were shown wrongly.", "green")
    if done.missed:
        raise UnreachableError(f"These changed all the time: {', '.join(done.missed)}.", ("Run it again.",))
