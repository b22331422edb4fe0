"""`quietline ops carriers …`: who may report disconnected and reassigned lines."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import RefusedError, UsageError
from cli.ops import connect

if TYPE_CHECKING:
    from quietline.carriers.model import Carrier
    from quietline.carriers.service import CarrierAdministration

group = typer.Typer(help="Carriers' machine clients: who may report lines.", no_args_is_help=True)
ops.add_typer(group, name="carriers")


@command(group, "add")
def add(
    code: Annotated[str, typer.Argument(help="The carrier's code, e.g. its operating company number.")],
    name: Annotated[str, typer.Argument(help="The carrier's name.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make a machine client for a carrier; its secret is shown once. To roll it, add a second one, then disable."""
    from quietline.kernel.errors import InvalidInputError

    try:
        carrier, secret = _administration(api).add(code, name)
    except InvalidInputError as error:
        raise UsageError(error.fields[0].detail) from error
    shown = _shown(carrier) | {"client_secret": secret, "scope": "quietline/carriers"}
    if json_output:
        output.emit(shown)
        return
    output.say(f"{carrier.name} may report lines.", "green")
    output.say(f"client id      {carrier.client_id}\nclient secret  {secret}\nscope          quietline/carriers")


@command(group, "list")
def listed(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List the carriers' machine clients, oldest first."""
    found = [_shown(carrier) for carrier in _administration(api).all()]
    if json_output:
        output.emit(found)
        return
    rows = [[str(one["client_id"]), str(one["code"]), str(one["name"]), str(one["disabled_at"] or "")] for one in found]
    output.table(("client", "code", "carrier", "disabled"), rows)


@command(group, "disable")
def disable(
    client_id: Annotated[str, typer.Argument(help="Id of the machine client.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Stop serving a machine client, at once and for good; what it reported stays."""
    from quietline.kernel.errors import NotFoundError

    try:
        carrier = _administration(api).disable(client_id)
    except NotFoundError as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit(_shown(carrier))
        return
    output.say(f"{carrier.name} reports no more with this client.")


def _administration(api: str | None) -> "CarrierAdministration":
    registry = config.load(api)
    if not registry.registry_table or not registry.user_pool_id:
        raise UsageError(
            "The registry's table and user pool are unknown; set QUIETLINE_REGISTRY_TABLE and QUIETLINE_USER_POOL."
        )
    connect(registry)
    from quietline import bootstrap

    return bootstrap.carrier_administration(registry.registry_table, registry.user_pool_id)


def _shown(carrier: "Carrier") -> dict[str, str | None]:
    from quietline.kernel.clock import to_text

    return {
        "client_id": carrier.client_id,
        "code": carrier.code,
        "name": carrier.name,
        "created_at": to_text(carrier.created_at),
        "disabled_at": to_text(carrier.disabled_at) if carrier.disabled_at else None,
    }
