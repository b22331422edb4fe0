"""People's accounts at the identity provider: sign-up with a verified address, sign-in, and the second factor.

An account says who somebody is; in which organization they act is `sellers.service`. Passwords, codes and tokens pass
through and are kept nowhere here.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote, urlencode

MFA_HELP = "Set one up with an authenticator app: `quietline mfa enroll`, or the portal's page on your account."


@dataclass(frozen=True)
class Person:
    """Whom the identity provider knows.

    Attributes:
        sub: the user id.
        email: the address that they sign in with.
        email_verified: whether a code that was mailed there came back.
        mfa: whether a second factor (TOTP) is set up and asked for at each sign-in.
        language: of the mails to them; empty when they never said.
    """

    sub: str
    email: str = field(repr=False)
    email_verified: bool
    mfa: bool
    language: str = ""


class Step(StrEnum):
    """What a sign-in wants besides the password."""

    MFA = "mfa"
    """The code that the authenticator app shows."""
    NEW_PASSWORD = "new_password"  # noqa: S105 - a step's name
    """A new password, in place of the one that an administrator gave."""


@dataclass(frozen=True)
class Challenge:
    """A sign-in that goes on with `Accounts.answer`; `session` lives for three minutes and is a secret."""

    step: Step
    session: str = field(repr=False)
    user: str = field(repr=False)
    """Whom the provider asks: its own id of the user, or the address."""


@dataclass(frozen=True)
class SignedIn:
    """A person who has signed in.

    Attributes:
        sub: the user id.
        client_id: the client through which they signed in.
        groups: e.g. `investigator`.
        access_token: proves it to the API, and to the provider for `begin_mfa`.
        expires_in: seconds that the access token lives.
        refresh_token: makes new access tokens for 30 days; empty after `Accounts.refreshed`: the old one stays.
    """

    sub: str
    client_id: str
    groups: frozenset[str]
    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str = field(default="", repr=False)


class Accounts(Protocol):
    """What a person does with their own account.

    Every method may raise TooManyRequestsError (the provider wants a pause) and UnavailableError. Whether an address
    has an account shows in no answer: `sign_up`, `resend_code` and `forgot_password` answer the same for all.
    """

    def sign_up(self, email: str, password: str, language: str) -> None:
        """Make an account; a code goes to the address, in this language.

        For an address that has an unconfirmed account the code is sent again; its first password stays.

        Raises:
            InvalidInputError: `/email` is no address, or `/password` is too weak (`password_weak`).
        """
        ...

    def confirm(self, email: str, code: str) -> None:
        """Take the mailed code: the address is verified.

        Raises:
            InvalidInputError: `/code` is wrong or has expired (`code_wrong`, `code_expired`).
        """
        ...

    def resend_code(self, email: str) -> None:
        """Mail the code again."""
        ...

    def sign_in(self, email: str, password: str) -> SignedIn | Challenge:
        """Check address and password.

        Raises:
            UnauthenticatedError: they do not fit.
            EmailNotVerifiedError: `confirm` comes first.
            ConflictError: the password must be reset first.
        """
        ...

    def answer(self, challenge: Challenge, text: str) -> SignedIn | Challenge:
        """Go on with a sign-in: the authenticator's code, or the new password.

        Raises:
            InvalidInputError: `/code` is wrong (`code_wrong`), or `/password` too weak.
            UnauthenticatedError: too late, or too many wrong codes: begin again.
        """
        ...

    def refreshed(self, refresh_token: str) -> SignedIn:
        """Return a new access token.

        Raises:
            UnauthenticatedError: the refresh token has expired or was revoked.
        """
        ...

    def sign_out(self, refresh_token: str) -> None:
        """Revoke a refresh token; one that holds no more is fine."""
        ...

    def forgot_password(self, email: str) -> None:
        """Mail a code with which the password can be set anew."""
        ...

    def reset_password(self, email: str, code: str, password: str) -> None:
        """Set the password with the mailed code.

        Raises:
            InvalidInputError: `/code` is wrong or has expired, or `/password` is too weak.
        """
        ...

    def begin_mfa(self, access_token: str) -> str:
        """Return a new TOTP secret (base 32) for the person's authenticator app; nothing changes yet.

        Raises:
            UnauthenticatedError: the access token has expired.
        """
        ...

    def finish_mfa(self, access_token: str, code: str) -> None:
        """Take the app's first code: from now on each sign-in asks for one.

        Raises:
            InvalidInputError: `/code` is wrong (`code_wrong`).
            UnauthenticatedError: the access token has expired.
        """
        ...


class People(Protocol):
    """What the registry asks about people."""

    def person(self, sub: str) -> Person | None:
        """Return a person, or None when the account is gone or disabled."""
        ...


class Staff(Protocol):
    """What the registry asks about the people of its agencies."""

    def groups(self, sub: str) -> frozenset[str]:
        """Return a person's groups, e.g. `investigator`; of one who is gone none."""
        ...


def otpauth_uri(secret: str, email: str, issuer: str) -> str:
    """Return the text of the QR code that authenticator apps read (Key URI Format: SHA-1, 6 digits, 30 seconds).

    >>> otpauth_uri("ABC", "a@b.example", "Do Not Call")
    'otpauth://totp/Do%20Not%20Call:a%40b.example?secret=ABC&issuer=Do%20Not%20Call'
    """
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(email, safe='')}?{query}"
