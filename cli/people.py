"""Your account: `sign-up`, `reset-password`, and the second factor (`mfa enroll`, `mfa code`)."""

import sys
import time
from typing import Annotated

import typer

from cli import config, output, tokens
from cli.app import ApiOption, app, command
from cli.errors import RefusedError, SignInError, UsageError

mfa = typer.Typer(help="Your second factor.", no_args_is_help=True)
app.add_typer(mfa, name="mfa")
MOST_TRIES = 3

EmailArgument = Annotated[str, typer.Argument(help="Your e-mail address.")]
PasswordOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
CodeOption = Annotated[str, typer.Option("--code", help="The code that was mailed; asked for when left out.")]


@command(app, "sign-up")
def sign_up(
    email: EmailArgument,
    *,
    password_stdin: PasswordOption = False,
    code: CodeOption = "",
    language: Annotated[str, typer.Option(help="Language of mails to you: en or es.")] = "en",
    api: ApiOption = None,
) -> None:
    """Make an account. A code is mailed to the address; with it the address is confirmed.

    Run it again with --code when the code has come.
    """
    from cli.api import http_client

    registry = config.load(api)
    with http_client() as http:
        identity = tokens.Identity(registry, http)
        if not code:
            password = tokens.from_stdin() if password_stdin else new_password()
            attributes = [{"Name": "email", "Value": email}, {"Name": "locale", "Value": language}]
            identity.call("SignUp", {"Username": email, "Password": password, "UserAttributes": attributes})
            output.say(f"A code was mailed to {email}.")
            if password_stdin:
                output.say(f"Next: quietline sign-up {email} --code …")
                return
            code = tokens.ask("Code in the mail")
        identity.call("ConfirmSignUp", {"Username": email, "ConfirmationCode": code.strip()})
    output.say(f"Your address is confirmed. Next: quietline login {email}, then quietline mfa enroll.", "green")


@command(app, "reset-password")
def reset_password(
    email: EmailArgument,
    *,
    password_stdin: PasswordOption = False,
    code: CodeOption = "",
    api: ApiOption = None,
) -> None:
    """Set a new password with a code that is mailed to your address."""
    from cli.api import http_client

    if password_stdin and not code:
        raise UsageError("With --password-stdin give the mailed code too; without both, a code is mailed first.")
    registry = config.load(api)
    with http_client() as http:
        identity = tokens.Identity(registry, http)
        if not code:
            identity.call("ForgotPassword", {"Username": email})
            output.say(f"If {email} has an account, a code was mailed to it.")
            code = tokens.ask("Code in the mail")
        password = tokens.from_stdin() if password_stdin else new_password()
        body = {"Username": email, "ConfirmationCode": code.strip(), "Password": password}
        identity.call("ConfirmForgotPassword", body)
    output.say(f"The password is set. Next: quietline login {email}", "green")


@command(mfa, "enroll")
def enroll(api: ApiOption = None) -> None:
    """Set up your authenticator app: shows a QR code, and takes the first code that the app shows.

    From then on each sign-in asks for a code. Whoever acts as an authorized representative needs it.
    """
    from cli.api import http_client

    registry = config.load(api)
    with http_client() as http:
        session = tokens.current(registry, http)
        if session.kind != "user":
            raise SignInError("Sign in as a person first: quietline login")
        identity = tokens.Identity(registry, http)
        access = {"AccessToken": session.access_token}
        secret = str(identity.call("AssociateSoftwareToken", access, client=False)["SecretCode"])
        show_secret(secret, session.who, registry.profile)
        for left in reversed(range(MOST_TRIES)):
            code = tokens.ask("Code that the app shows now")
            try:
                identity.call("VerifySoftwareToken", access | {"UserCode": code.strip()}, client=False)
                break
            except SignInError:
                if not left:
                    raise
                output.say("That code is wrong; wait for the next one.", stream=sys.stderr)
        preference = {"SoftwareTokenMfaSettings": {"Enabled": True, "PreferredMfa": True}}
        identity.call("SetUserMFAPreference", access | preference, client=False)
    output.say("Your second factor is set up. Each sign-in asks for a code from now on.", "green")


@command(mfa, "code")
def code_of(email: Annotated[str, typer.Argument(help="A sample user of the local cloud.")]) -> None:
    """Show the present code of a sample user of the local cloud; people's codes are in their apps."""
    from quietline.kernel.totp import totp

    secrets = config.sample_secrets()
    if email not in secrets:
        raise UsageError(f"{email} is no sample user with a second factor here.", ("Locally: make up.",))
    typer.echo(totp(secrets[email], time.time()))


def show_secret(secret: str, who: str, profile: str) -> None:
    """Show a QR code where there is a terminal, and the secret to type where there is no camera."""
    import segno
    from quietline.profiles import load_profile
    from quietline.sellers.accounts import otpauth_uri

    uri = otpauth_uri(secret, who, load_profile(profile).titled())
    if sys.stdout.isatty():
        segno.make(uri, error="m").terminal(compact=True)
    output.say("Scan the code with your authenticator app, or type this key:")
    output.say(" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)))
    output.say(uri)


def new_password() -> str:
    """Ask twice for a new password."""
    first = tokens.ask("New password", hidden=True)
    if tokens.ask("The same again", hidden=True) != first:
        raise RefusedError("The two passwords differ.")
    return first
