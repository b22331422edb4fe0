"""`quietline ops carriers …` and `quietline ops reporters …`: the machine clients of trusted parties."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import RefusedError, UsageError
from cli.ops import connect

if TYPE_CHECKING:
    from quietline.parties.model import Party
    from quietline.parties.service import PartyAdministration


@dataclass(frozen=True)
class Group:
    """The commands of one kind of party, and their words."""

    kind: str
    help: str
    may: str
    stops: str


CARRIERS = Group("carrier", "Carriers' machine clients: who may report lines.", "may report lines", "reports no more")
REPORTERS = Group(
    "reporter", "Trusted reporters' machine clients: who may send batches.", "may send complaints", "sends no more"
)
HOLDS = typer.Option("--holds", help="Beginning of numbers that the carrier holds, e.g. +1305555; repeat for more.")


def _group(group: Group) -> typer.Typer:
    made = typer.Typer(help=group.help, no_args_is_help=True)
    ops.add_typer(made, name=f"{group.kind}s")

    @command(made, "list")
    def listed(api: ApiOption = None, json_output: JsonOption = False) -> None:
        """List the machine clients, oldest first."""
        found = _administration(group, api).all()
        if json_output:
            output.emit([_shown(party) for party in found])
            return
        columns = ["client_id", "code", "name", "disabled_at", *(["holds"] if group is CARRIERS else [])]
        rows = [[_cell(_shown(party).get(column)) for column in columns] for party in found]
        output.table(["client", "code", group.kind, "disabled", *columns[4:]], rows)

    @command(made, "disable")
    def disable(
        client_id: Annotated[str, typer.Argument(help="Id of the machine client.")],
        api: ApiOption = None,
        json_output: JsonOption = False,
    ) -> None:
        """Stop serving a machine client, at once and for good; what it sent stays."""
        from quietline.kernel.errors import NotFoundError

        try:
            party = _administration(group, api).disable(client_id)
        except NotFoundError as error:
            raise RefusedError(str(error)) from error
        if json_output:
            output.emit(_shown(party))
            return
        output.say(f"{party.name} {group.stops} with this client.")

    return made


carriers, reporters = _group(CARRIERS), _group(REPORTERS)


@command(carriers, "add")
def add_carrier(
    code: Annotated[str, typer.Argument(help="The carrier's code, e.g. its operating company number.")],
    name: Annotated[str, typer.Argument(help="The carrier's name.")],
    holds: Annotated[list[str] | None, HOLDS] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make a machine client for a carrier; its secret is shown once. To roll it, add a second one, then disable."""
    _add(CARRIERS, code, name, holds or [], api=api, json_output=json_output)


@command(carriers, "hold")
def hold(
    client_id: Annotated[str, typer.Argument(help="Id of the machine client.")],
    holds: Annotated[list[str] | None, HOLDS] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Say which numbers a carrier holds, in place of those of before: it is asked first where their calls came from."""
    from quietline.kernel.errors import InvalidInputError, NotFoundError

    try:
        party = _administration(CARRIERS, api).hold(client_id, holds or [])
    except InvalidInputError as error:
        raise UsageError(error.fields[0].detail) from error
    except NotFoundError as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit(_shown(party))
        return
    output.say(f"{party.name} holds {', '.join(party.holds) or 'no numbers'}.")


@command(reporters, "add")
def add_reporter(
    code: Annotated[str, typer.Argument(help="The reporter's code: 2 to 20 letters and digits.")],
    name: Annotated[str, typer.Argument(help="The reporter's name.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make a machine client for a reporter; its secret is shown once. To roll it, add a second one, then disable."""
    _add(REPORTERS, code, name, [], api=api, json_output=json_output)


def _add(group: Group, code: str, name: str, holds: list[str], *, api: str | None, json_output: bool) -> None:
    from quietline.kernel.errors import InvalidInputError

    try:
        party, secret = _administration(group, api).add(code, name, holds)
    except InvalidInputError as error:
        raise UsageError(error.fields[0].detail) from error
    scope = f"quietline/{group.kind}s"
    if json_output:
        output.emit(_shown(party) | {"client_secret": secret, "scope": scope})
        return
    output.say(f"{party.name} {group.may}.", "green")
    output.say(f"client id      {party.client_id}\nclient secret  {secret}\nscope          {scope}")


def _administration(group: Group, api: str | None) -> "PartyAdministration":
    registry = config.load(api)
    table, setting = (
        (registry.registry_table, "QUIETLINE_REGISTRY_TABLE")
        if group is CARRIERS
        else (registry.cases_table, "QUIETLINE_CASES_TABLE")
    )
    if not table or not registry.user_pool_id:
        raise UsageError(f"The table and the user pool are unknown; set {setting} and QUIETLINE_USER_POOL.")
    connect(registry)
    from quietline import bootstrap

    return bootstrap.party_administration(group.kind, table, registry.user_pool_id)


def _shown(party: "Party") -> dict[str, object]:
    from quietline.kernel.clock import to_text

    shown: dict[str, object] = {
        "client_id": party.client_id,
        "code": party.code,
        "name": party.name,
        "created_at": to_text(party.created_at),
        "disabled_at": to_text(party.disabled_at) if party.disabled_at else None,
    }
    return shown | ({"holds": list(party.holds)} if party.holds else {})


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
