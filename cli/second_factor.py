"""`quietline ops reset-mfa`: for somebody who has lost the authenticator app."""

from typing import Annotated

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import RefusedError, UsageError
from cli.ops import connect
from cli.organizations import operator


@command(ops, "reset-mfa")
def reset(
    email: Annotated[str, typer.Argument(help="The address that the person signs in with.")],
    reason: Annotated[str, typer.Option("--reason", help="How you made sure who asks: 10 to 500 characters.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Take the second factor off an account and end its sessions; the person sets up another one.

    Make sure who asks by another way than a mail to that address. The organization's contact is told.
    """
    from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError

    registry = config.load(api)
    if not (registry.user_pool_id and registry.sellers_table and registry.cases_table):
        raise UsageError("Set QUIETLINE_USER_POOL, QUIETLINE_SELLERS_TABLE and QUIETLINE_CASES_TABLE.")
    connect(registry)
    from quietline import bootstrap

    service = bootstrap.second_factors(registry.user_pool_id, registry.sellers_table, registry.cases_table)
    try:
        person = service.reset(email, reason, operator())
    except InvalidInputError as error:
        raise UsageError(str(error)) from error
    except (ConflictError, NotFoundError) as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit({"user": person.sub})
        return
    output.say("The second factor is off, and every session has ended. Next for them: quietline mfa enroll", "green")
