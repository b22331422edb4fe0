"""`quietline ops reporters …`: who may send complaints in batches."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import RefusedError, UsageError
from cli.ops import connect

if TYPE_CHECKING:
    from quietline.reporters.model import Reporter
    from quietline.reporters.service import ReporterAdministration

group = typer.Typer(help="Trusted reporters' machine clients: who may send batches.", no_args_is_help=True)
ops.add_typer(group, name="reporters")


@command(group, "add")
def add(
    code: Annotated[str, typer.Argument(help="The reporter's code: 2 to 20 letters and digits.")],
    name: Annotated[str, typer.Argument(help="The reporter's name.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make a machine client for a reporter; its secret is shown once. To roll it, add a second one, then disable."""
    from quietline.kernel.errors import InvalidInputError

    try:
        reporter, secret = _administration(api).add(code, name)
    except InvalidInputError as error:
        raise UsageError(error.fields[0].detail) from error
    shown = _shown(reporter) | {"client_secret": secret, "scope": "quietline/reporters"}
    if json_output:
        output.emit(shown)
        return
    output.say(f"{reporter.name} may send complaints.", "green")
    output.say(f"client id      {reporter.client_id}\nclient secret  {secret}\nscope          quietline/reporters")


@command(group, "list")
def listed(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List the reporters' machine clients, oldest first."""
    found = [_shown(reporter) for reporter in _administration(api).all()]
    if json_output:
        output.emit(found)
        return
    rows = [[str(one["client_id"]), str(one["code"]), str(one["name"]), str(one["disabled_at"] or "")] for one in found]
    output.table(("client", "code", "reporter", "disabled"), rows)


@command(group, "disable")
def disable(
    client_id: Annotated[str, typer.Argument(help="Id of the machine client.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Stop serving a machine client, at once and for good; its complaints stay."""
    from quietline.kernel.errors import NotFoundError

    try:
        reporter = _administration(api).disable(client_id)
    except NotFoundError as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit(_shown(reporter))
        return
    output.say(f"{reporter.name} sends no more with this client.")


def _administration(api: str | None) -> "ReporterAdministration":
    registry = config.load(api)
    if not registry.cases_table or not registry.user_pool_id:
        raise UsageError(
            "The table of cases and the user pool are unknown; set QUIETLINE_CASES_TABLE and QUIETLINE_USER_POOL."
        )
    connect(registry)
    from quietline import bootstrap

    return bootstrap.reporter_administration(registry.cases_table, registry.user_pool_id)


def _shown(reporter: "Reporter") -> dict[str, str | None]:
    from quietline.kernel.clock import to_text

    return {
        "client_id": reporter.client_id,
        "code": reporter.code,
        "name": reporter.name,
        "created_at": to_text(reporter.created_at),
        "disabled_at": to_text(reporter.disabled_at) if reporter.disabled_at else None,
    }
