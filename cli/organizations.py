"""`quietline ops organization …`: suspend an organization and reinstate it; erase one that closed long ago."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import RefusedError, UsageError
from cli.ops import connect

if TYPE_CHECKING:
    from quietline.sellers.erasing import ErasureService
    from quietline.sellers.model import Organization
    from quietline.sellers.suspension import SuspensionService

group = typer.Typer(help="Organizations that the registry stops serving or erases.", no_args_is_help=True)
ops.add_typer(group, name="organization")

SanArgument = Annotated[str, typer.Argument(help="The organization's subscription account number.")]
ReasonOption = Annotated[str, typer.Option(help="10 to 500 characters for the record; its members read it.")]

ErasureReasonOption = Annotated[str, typer.Option("--reason", help="10 to 500 characters for the record.")]


@command(group, "suspend")
def suspend(san: SanArgument, reason: ReasonOption, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Hand out no more lists, lookups and washes to an organization, from its next request on."""
    _move("suspend", san, reason, api, json_output=json_output)


@command(group, "reinstate")
def reinstate(san: SanArgument, reason: ReasonOption, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Serve a suspended organization again."""
    _move("reinstate", san, reason, api, json_output=json_output)


@command(group, "due")
def due(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List closed organizations whose records need not be kept any more; reads the whole table."""
    found = _erasure(api).due()
    if json_output:
        output.emit([{"id": one.id, "san": one.san, "name": one.name, "kept_until": str(one.until)} for one in found])
        return
    output.table(("san", "name", "kept until"), [(one.san, one.name, str(one.until)) for one in found])


@command(group, "erase")
def erase(
    san: SanArgument, reason: ErasureReasonOption, api: ApiOption = None, json_output: JsonOption = False
) -> None:
    """Erase an organization's people, contact and papers for good; its orders, invoices and ledger stay."""
    from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError

    try:
        count = _erasure(api).erase(san, reason, operator())
    except InvalidInputError as error:
        raise UsageError(str(error)) from error
    except (ConflictError, NotFoundError) as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit({"deleted": count})
        return
    output.say(f"Erased; {output.counted(count, 'item')} deleted.", "green")


def _move(what: str, san: str, reason: str, api: str | None, *, json_output: bool) -> None:
    from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError

    service = _service(api)
    try:
        organization: Organization = getattr(service, what)(san, reason, operator())
    except InvalidInputError as error:
        raise UsageError(str(error)) from error
    except (ConflictError, NotFoundError) as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit({"id": organization.id, "san": organization.san, "status": organization.status})
        return
    output.say(f"{organization.name} ({organization.san}) is {organization.status}.", "green")


def _service(api: str | None) -> "SuspensionService":
    registry = _registry(api)
    from quietline import bootstrap

    return bootstrap.suspension(registry.sellers_table)


def _erasure(api: str | None) -> "ErasureService":
    registry = _registry(api)
    from quietline import bootstrap

    return bootstrap.erasure(registry.sellers_table, registry.profile)


def _registry(api: str | None) -> config.Config:
    registry = config.load(api)
    if not registry.sellers_table:
        raise UsageError("The table of organizations is unknown; set QUIETLINE_SELLERS_TABLE.")
    connect(registry)
    return registry


def operator() -> str:
    """Return whose credentials act: role or user, without the session's name, which may be a person's address."""
    from quietline.adapters.aws import client

    arn = str(client("sts").get_caller_identity()["Arn"])
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    return f"{kind}/{rest.partition('/')[0]}" if kind == "assumed-role" else f"{kind}/{rest}".rstrip("/")
