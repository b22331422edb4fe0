"""Access tokens: kept in one file that only its owner can read, renewed before they expire."""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.config import Config, home
from cli.errors import RefusedError, SignInError, UnreachableError, UsageError

if TYPE_CHECKING:
    import httpx

EARLY_SECONDS = 60


@dataclass(frozen=True)
class Session:
    """Who is signed in at one registry.

    Attributes:
        who: what the person or machine is called on the screen.
        kind: `user` or `machine`.
        access_token: what the API takes.
        expires_at: seconds since 1970.
        refresh_token: renews a user's access token; empty for machines.

    """

    who: str
    kind: str
    access_token: str
    expires_at: int
    refresh_token: str = ""

    @property
    def is_fresh(self) -> bool:
        """Whether the access token still lives long enough for a request."""
        return time.time() < self.expires_at - EARLY_SECONDS


@dataclass(frozen=True)
class Challenge:
    """Cognito wants something more than the password: `name` says what, `session` continues."""

    name: str
    session: str
    parameters: dict[str, str]


class TokenStore:
    """Sessions by registry, in `credentials.json` with mode 0600."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or home()) / "credentials.json"

    def get(self, api: str) -> Session | None:
        """Return the session at a registry, or None."""
        kept = self._read().get(api)
        return Session(**kept) if isinstance(kept, dict) else None

    def put(self, api: str, session: Session | None) -> None:
        """Keep the session at a registry; None forgets it."""
        kept = self._read()
        kept.pop(api, None)
        if session is not None:
            kept[api] = asdict(session)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.path.with_suffix(f".{os.getpid()}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=2)
        part.replace(self.path)

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise SignInError(f"{self.path} is damaged; delete it and sign in again.") from error
        return kept if isinstance(kept, dict) else {}


class Identity:
    """Cognito: users by password, machines by client credentials."""

    def __init__(self, config: Config, http: "httpx.Client") -> None:
        self.config = config
        self.http = http

    def password(self, email: str, password: str) -> Session | Challenge:
        """Sign a user in; the answer may be a challenge.

        Raises:
            SignInError: the address or the password is wrong, or this command has no client id.
        """
        parameters = {"USERNAME": email, "PASSWORD": password}
        return self._user(email, "InitiateAuth", {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters})

    def respond(self, email: str, challenge: Challenge, answer: str) -> Session | Challenge:
        """Answer a challenge with a code or a new password.

        Raises:
            SignInError: the answer is wrong, or the challenge is of a kind this command cannot answer.
        """
        names = {
            "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
            "SMS_MFA": "SMS_MFA_CODE",
            "EMAIL_OTP": "EMAIL_OTP_CODE",
            "NEW_PASSWORD_REQUIRED": "NEW_PASSWORD",
        }
        if challenge.name not in names:
            raise SignInError(f"Signing in needs a step that this command cannot do ({challenge.name}).")
        username = challenge.parameters.get("USER_ID_FOR_SRP") or email
        body = {
            "ChallengeName": challenge.name,
            "Session": challenge.session,
            "ChallengeResponses": {"USERNAME": username, names[challenge.name]: answer},
        }
        return self._user(email, "RespondToAuthChallenge", body)

    def refreshed(self, session: Session) -> Session:
        """Return a user's session with a new access token.

        Raises:
            SignInError: the refresh token has expired or was revoked.
        """
        parameters = {"REFRESH_TOKEN": session.refresh_token}
        made = self._user(session.who, "InitiateAuth", {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters})
        if isinstance(made, Challenge):
            raise SignInError("The sign-in has expired.", ("Sign in again: quietline login",))
        return Session(made.who, made.kind, made.access_token, made.expires_at, session.refresh_token)

    def machine(self, client_id: str, secret: str) -> Session:
        """Return a machine client's session (OAuth2 client credentials).

        Raises:
            SignInError: id or secret is wrong, or the token address is unknown.
        """
        if not self.config.token_url:
            raise SignInError("The token address is unknown; set QUIETLINE_TOKEN_URL (POST /v1/clients names it).")
        answer = _post(
            self.http,
            self.config.token_url,
            data={"grant_type": "client_credentials"},
            auth=(client_id, secret),
        )
        if answer.status_code != 200:
            raise SignInError("The client id or its secret is wrong.")
        made = answer.json()
        return Session(client_id, "machine", made["access_token"], int(time.time()) + int(made["expires_in"]))

    def call(self, operation: str, body: dict[str, Any], *, client: bool = True) -> dict[str, Any]:
        """Return the answer of one of Cognito's operations; `client` sends our client id with it.

        Raises:
            SignInError: Cognito refuses: a wrong password or code, a password that is too weak.
            RefusedError: it refuses otherwise.
            UnreachableError: it wants a pause, or cannot be reached.
        """
        if not self.config.user_client_id:
            raise SignInError("The client id for users is unknown; set QUIETLINE_USER_CLIENT_ID.")
        answer = _post(
            self.http,
            self.config.cognito_url,
            json={**({"ClientId": self.config.user_client_id} if client else {}), **body},
            headers={
                "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
                "Content-Type": "application/x-amz-json-1.1",
            },
        )
        made: dict[str, Any] = answer.json() if answer.content else {}
        if answer.status_code != 200:
            raise _refused(str(made.get("__type", "")).rpartition("#")[2])
        return made

    def _user(self, email: str, operation: str, body: dict[str, Any]) -> Session | Challenge:
        made = self.call(operation, body)
        if "AuthenticationResult" not in made:
            return Challenge(made["ChallengeName"], made.get("Session", ""), made.get("ChallengeParameters", {}))
        result = made["AuthenticationResult"]
        return Session(
            who=email,
            kind="user",
            access_token=result["AccessToken"],
            expires_at=int(time.time()) + int(result.get("ExpiresIn", 3600)),
            refresh_token=result.get("RefreshToken", ""),
        )


def _refused(kind: str) -> Exception:
    if kind in ("NotAuthorizedException", "UserNotFoundException"):
        return SignInError("The e-mail address or the password is wrong, or the sign-in has expired.")
    if kind in ("CodeMismatchException", "ExpiredCodeException", "EnableSoftwareTokenMFAException"):
        return SignInError("The code is wrong or has expired.")
    if kind == "InvalidPasswordException":
        return SignInError(
            "The password is too weak.", ("12 characters at least: capital and small letters, digits, signs.",)
        )
    if kind == "UsernameExistsException":
        return SignInError("This address cannot be used.", ("Do you have an account? quietline reset-password",))
    if kind == "UserNotConfirmedException":
        return SignInError("Confirm your address first.", ("quietline sign-up <e-mail> --code <code in the mail>",))
    if kind == "PasswordResetRequiredException":
        return SignInError("This account cannot sign in like this yet.", (f"The identity provider says {kind}.",))
    if kind in ("TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"):
        return UnreachableError("Too many attempts; wait a minute and try again.")
    return RefusedError("The identity provider refused the sign-in.", (kind,) if kind else ())


def _post(http: "httpx.Client", url: str, **request: Any) -> "httpx.Response":
    import httpx

    try:
        return http.post(url, **request)
    except httpx.HTTPError as error:
        raise UnreachableError(f"The identity provider cannot be reached ({type(error).__name__}).") from error


def current(config: Config, http: "httpx.Client", store: TokenStore | None = None) -> Session:
    """Return a session whose access token works now: of the environment's machine client, or the one signed in.

    `QUIETLINE_CLIENT_ID` and `QUIETLINE_CLIENT_SECRET` sign a script in without leaving anything on the disk.

    Raises:
        SignInError: nobody is signed in.
    """
    identity = Identity(config, http)
    client_id, secret = os.environ.get("QUIETLINE_CLIENT_ID", ""), os.environ.get("QUIETLINE_CLIENT_SECRET", "")
    if client_id and secret:
        return identity.machine(client_id, secret)
    store = store or TokenStore()
    session = store.get(config.api)
    if session is None:
        raise SignInError("You are not signed in.", ("Sign in: quietline login",))
    if session.is_fresh:
        return session
    if not session.refresh_token:
        raise SignInError("The sign-in has expired.", ("Sign in again: quietline login",))
    renewed = identity.refreshed(session)
    store.put(config.api, renewed)
    return renewed


def from_stdin() -> str:
    """Return the first line of standard input.

    Raises:
        UsageError: nothing came.
    """
    text = sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise UsageError("Nothing came on standard input.")
    return text


def ask(what: str, *, hidden: bool = False) -> str:
    """Ask the person at the terminal."""
    import typer

    return str(typer.prompt(what, hide_input=hidden, err=True))
