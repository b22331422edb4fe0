"""`quietline login` and `logout`."""

from contextlib import suppress
from typing import Annotated

import typer

from cli import config, output, tokens
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import CliError, SignInError, UsageError

PROMPTS = {
    "SOFTWARE_TOKEN_MFA": "Code of your authenticator app",
    "SMS_MFA": "Code sent to your phone",
    "EMAIL_OTP": "Code sent to your e-mail address",
    "NEW_PASSWORD_REQUIRED": "New password",
}


@command(app, "login")
def login(
    email: Annotated[str, typer.Argument(help="Your e-mail address; asked for when left out.")] = "",
    *,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    client_id: Annotated[str, typer.Option(help="Sign a machine client in instead of a person.")] = "",
    client_secret_stdin: Annotated[bool, typer.Option(help="Read the client secret from standard input.")] = False,
    mfa_code: Annotated[str, typer.Option(help="Code of the second factor; asked for when needed.")] = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Sign in as a person or as a machine client.

    Scripts need not sign in: QUIETLINE_CLIENT_ID and QUIETLINE_CLIENT_SECRET do, and leave nothing on the disk.
    """
    from cli.api import http_client

    if client_id and (email or password_stdin):
        raise UsageError("Sign in either a person or a machine client.")
    registry = config.load(api)
    with http_client() as http:
        identity = tokens.Identity(registry, http)
        if client_id:
            secret = tokens.from_stdin() if client_secret_stdin else tokens.ask("Client secret", hidden=True)
            session = identity.machine(client_id, secret)
        else:
            if not email and password_stdin:
                raise UsageError("Give the e-mail address when the password comes from standard input.")
            email = email or tokens.ask("E-mail address")
            password = tokens.from_stdin() if password_stdin else tokens.ask("Password", hidden=True)
            session = _person(identity, email, password, mfa_code)
    tokens.TokenStore().put(registry.api, session)
    if json_output:
        output.emit({"api": registry.api, "kind": session.kind, "expires_at": session.expires_at})
    else:
        output.say(f"Signed in at {registry.api}.", "green")


@command(app, "logout")
def logout(api: ApiOption = None) -> None:
    """Forget the sign-in, and end it at the identity provider too."""
    from cli.api import http_client

    registry = config.load(api)
    store = tokens.TokenStore()
    session = store.get(registry.api)
    store.put(registry.api, None)
    if session is not None and session.refresh_token:
        with http_client() as http, suppress(CliError):  # forgotten here it is in any case
            tokens.Identity(registry, http).call("RevokeToken", {"Token": session.refresh_token})
    output.say(f"Signed out at {registry.api}.")


def _person(identity: tokens.Identity, email: str, password: str, mfa_code: str) -> tokens.Session:
    made = identity.password(email, password)
    for _ in range(3):
        if isinstance(made, tokens.Session):
            return made
        if made.name not in PROMPTS:
            raise SignInError(f"Signing in needs a step that this command cannot do ({made.name}).")
        new_password = made.name == "NEW_PASSWORD_REQUIRED"
        answer = tokens.ask(PROMPTS[made.name], hidden=new_password) if new_password or not mfa_code else mfa_code
        made = identity.respond(email, made, answer)
    raise SignInError("Signing in asks for more and more; try again.")
