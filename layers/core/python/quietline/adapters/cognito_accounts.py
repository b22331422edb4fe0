"""People's accounts in a Cognito user pool.

Cognito's own messages are never passed on: they may name the address.
"""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category

from botocore.exceptions import ClientError

from quietline.adapters.aws import client
from quietline.kernel.errors import (
    ConflictError,
    EmailNotVerifiedError,
    FieldError,
    InvalidInputError,
    QuietlineError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from quietline.mails.address import parse_address
from quietline.sellers.accounts import Challenge, Person, SignedIn, Step

PERSON_SECONDS = 60
"""How long a person's second factor is believed without asking again."""
MOST_REMEMBERED = 1000
MOST_GROUPS = 60
"""Of one person; the pool has a handful."""
STEPS = {
    "SOFTWARE_TOKEN_MFA": (Step.MFA, "SOFTWARE_TOKEN_MFA_CODE"),
    "NEW_PASSWORD_REQUIRED": (Step.NEW_PASSWORD, "NEW_PASSWORD"),
}
WEAK = "Choose a longer or more varied password: at least 12 characters, with capital and small letters, digits, signs."
SENTENCES = {
    "code_wrong": "The code is wrong.",
    "code_expired": "The code has expired. Ask for a new one.",
    "password_weak": WEAK,
    "email_too_long": "This e-mail address is too long.",
}
MOST_USERNAME = 128
"""Characters of a Cognito username, which the address is."""
NAME_SIGNS = "LMSNP"
"""Unicode categories of its characters: no space and no control character."""
FIRST_CODE = 6
"""Digits of an app's code."""
NOTHING = "-"
"""In place of what was left empty, which botocore or Cognito would refuse as a fault of ours."""
_CODES = {
    "CodeMismatchException": ("/code", "code_wrong"),
    "EnableSoftwareTokenMFAException": ("/code", "code_wrong"),
    "ExpiredCodeException": ("/code", "code_expired"),
    "InvalidPasswordException": ("/password", "password_weak"),
    "PasswordHistoryPolicyViolationException": ("/password", "password_weak"),
}
_PAUSES = {"TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"}
_UNKNOWN = {"NotAuthorizedException", "UserNotFoundException"}


@dataclass(frozen=True)
class CognitoAccounts:
    """`sellers.accounts.Accounts` through a public client of the pool; its calls need no AWS permission."""

    client_id: str
    _client: Any = field(default=None, repr=False)

    def sign_up(self, email: str, password: str, language: str) -> None:
        """Make an account; a code goes to the address."""
        email = parse_address(email)
        if len(email) > MOST_USERNAME:
            raise _refused("/email", "email_too_long")
        # a password of a form that Cognito does not take at all, e.g. with a space at its end
        with _translated(InvalidParameterException=_refused("/password", "password_weak")):
            try:
                self._cognito.sign_up(
                    ClientId=self.client_id,
                    Username=email,
                    Password=password,
                    UserAttributes=[{"Name": "email", "Value": email}, {"Name": "locale", "Value": language}],
                )
            except ClientError as error:
                if _code(error) != "UsernameExistsException":
                    raise
                self.resend_code(email)

    def confirm(self, email: str, code: str) -> None:
        """Take the mailed code."""
        with _translated(NotAuthorizedException=_refused("/code", "code_wrong")):
            self._cognito.confirm_sign_up(
                ClientId=self.client_id, Username=_name(email), ConfirmationCode=_digits(code)
            )

    def resend_code(self, email: str) -> None:
        """Mail the code again; one who is confirmed or unknown gets none, and the answer is the same."""
        with _translated():
            try:
                self._cognito.resend_confirmation_code(ClientId=self.client_id, Username=_name(email))
            except ClientError as error:
                if _code(error) not in {"UserNotFoundException", "InvalidParameterException", "NotAuthorizedException"}:
                    raise

    def sign_in(self, email: str, password: str) -> SignedIn | Challenge:
        """Check address and password."""
        with _translated():
            answer = self._cognito.initiate_auth(
                ClientId=self.client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": _name(email), "PASSWORD": password or NOTHING},
            )
        return self._read(answer, email.strip())

    def answer(self, challenge: Challenge, text: str) -> SignedIn | Challenge:
        """Go on with a sign-in."""
        name, response = next((name, key) for name, (step, key) in STEPS.items() if step is challenge.step)
        given = _digits(text) if challenge.step is Step.MFA else text or NOTHING
        begin_again = UnauthenticatedError("The sign-in took too long or the code was wrong too often. Begin again.")
        with _translated(NotAuthorizedException=begin_again):
            answer = self._cognito.respond_to_auth_challenge(
                ClientId=self.client_id,
                ChallengeName=name,
                Session=challenge.session,
                ChallengeResponses={"USERNAME": challenge.user, response: given},
            )
        return self._read(answer, challenge.user)

    def refreshed(self, refresh_token: str) -> SignedIn:
        """Return a new access token."""
        with _translated(NotAuthorizedException=UnauthenticatedError("The sign-in has expired. Sign in again.")):
            answer = self._cognito.initiate_auth(
                ClientId=self.client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        made = self._read(answer, "")
        if isinstance(made, Challenge):
            raise UnauthenticatedError("The sign-in has expired. Sign in again.")
        return made

    def sign_out(self, refresh_token: str) -> None:
        """Revoke a refresh token."""
        with _translated():
            try:
                self._cognito.revoke_token(ClientId=self.client_id, Token=refresh_token)
            except ClientError as error:
                if _code(error) not in {"NotAuthorizedException", "InvalidParameterException"}:
                    raise

    def forgot_password(self, email: str) -> None:
        """Mail a code with which the password can be set anew; one without an account gets none."""
        with _translated():
            try:
                self._cognito.forgot_password(ClientId=self.client_id, Username=_name(email))
            except ClientError as error:
                if _code(error) not in {"UserNotFoundException", "InvalidParameterException", "NotAuthorizedException"}:
                    raise

    def reset_password(self, email: str, code: str, password: str) -> None:
        """Set the password with the mailed code."""
        wrong = _refused("/code", "code_wrong")
        # a password of a form that Cognito does not take at all, as in `sign_up`
        weak = _refused("/password", "password_weak")
        with _translated(NotAuthorizedException=wrong, UserNotFoundException=wrong, InvalidParameterException=weak):
            self._cognito.confirm_forgot_password(
                ClientId=self.client_id,
                Username=_name(email),
                ConfirmationCode=_digits(code),
                Password=password or NOTHING,
            )

    def begin_mfa(self, access_token: str) -> str:
        """Return a new TOTP secret."""
        with _translated(NotAuthorizedException=UnauthenticatedError("The sign-in has expired. Sign in again.")):
            return str(self._cognito.associate_software_token(AccessToken=access_token)["SecretCode"])

    def finish_mfa(self, access_token: str, code: str) -> None:
        """Take the app's first code and ask for one at each sign-in from now on."""
        expired = UnauthenticatedError("The sign-in has expired. Sign in again.")
        wrong, given = _refused("/code", "code_wrong"), _digits(code)
        if len(given) != FIRST_CODE or not (given.isascii() and given.isdecimal()):
            raise wrong  # what is shorter botocore would refuse as a fault of ours
        with _translated(NotAuthorizedException=expired, InvalidParameterException=wrong):
            verified = self._cognito.verify_software_token(AccessToken=access_token, UserCode=given)
            if verified.get("Status") != "SUCCESS":
                raise wrong
            self._cognito.set_user_mfa_preference(
                AccessToken=access_token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
            )

    def _read(self, answer: dict[str, Any], user: str) -> SignedIn | Challenge:
        if "AuthenticationResult" not in answer:
            name = str(answer.get("ChallengeName", ""))
            if name not in STEPS:
                raise ConflictError("This account signs in with a step that is not offered here.")
            asked = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP") or user
            return Challenge(STEPS[name][0], str(answer.get("Session", "")), str(asked))
        result = answer["AuthenticationResult"]
        claims = _claims(result["AccessToken"])
        return SignedIn(
            sub=str(claims["sub"]),
            client_id=str(claims.get("client_id") or self.client_id),
            groups=frozenset(str(group) for group in claims.get("cognito:groups", [])),
            access_token=result["AccessToken"],
            expires_in=int(result.get("ExpiresIn", 3600)),
            refresh_token=str(result.get("RefreshToken") or ""),
        )

    @property
    def _cognito(self) -> Any:
        return self._client or client("cognito-idp")


@dataclass(frozen=True)
class CognitoPeople:
    """`sellers.accounts.People` and `Staff`: asks the pool; who has a second factor is believed so for a minute."""

    user_pool_id: str
    _client: Any = field(default=None, repr=False)
    _known: dict[str, tuple[float, Person]] = field(default_factory=dict, repr=False, compare=False)
    _groups: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict, repr=False, compare=False)

    def person(self, sub: str) -> Person | None:
        """Return a person, or None when the account is gone or disabled."""
        kept = self._known.get(sub)
        if kept is not None and time.monotonic() - kept[0] < PERSON_SECONDS:
            return kept[1]
        found = self.ask(sub)
        if found is not None and found.mfa:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[sub] = (time.monotonic(), found)
        return found

    def forget(self, sub: str) -> None:
        """Ask the pool anew for a person who has changed."""
        self._known.pop(sub, None)

    def groups(self, sub: str) -> frozenset[str]:
        """Return a person's groups; they are believed for a minute."""
        kept = self._groups.get(sub)
        if kept is not None and time.monotonic() - kept[0] < PERSON_SECONDS:
            return kept[1]
        with _translated():
            try:
                answer = (self._client or client("cognito-idp")).admin_list_groups_for_user(
                    UserPoolId=self.user_pool_id, Username=sub, Limit=MOST_GROUPS
                )
            except ClientError as error:
                if _code(error) == "UserNotFoundException":
                    return frozenset()
                raise
        found = frozenset(str(group["GroupName"]) for group in answer["Groups"])
        if len(self._groups) >= MOST_REMEMBERED:
            self._groups.clear()
        self._groups[sub] = (time.monotonic(), found)
        return found

    def ask(self, user: str) -> Person | None:
        """Return a person by user id or address, as the pool knows them now."""
        with _translated():
            try:
                answer = (self._client or client("cognito-idp")).admin_get_user(
                    UserPoolId=self.user_pool_id, Username=user
                )
            except ClientError as error:
                if _code(error) == "UserNotFoundException":
                    return None
                raise
        if not answer.get("Enabled", True):
            return None
        attributes = {entry["Name"]: entry.get("Value", "") for entry in answer["UserAttributes"]}
        return Person(
            sub=attributes.get("sub", user),
            email=attributes.get("email", ""),
            email_verified=attributes.get("email_verified") == "true",
            mfa="SOFTWARE_TOKEN_MFA" in answer.get("UserMFASettingList", []),
            language=attributes.get("locale", ""),
        )


@dataclass(frozen=True)
class CognitoFactors:
    """Implements `sellers.second_factor.FactorAccounts`, with an operator's credentials."""

    people: CognitoPeople

    def find(self, email: str) -> Person | None:
        """Return who signs in with an address: it is an alias of the user name."""
        return self.people.ask(_name(email))

    def take_off(self, sub: str) -> None:
        """Take a person's second factor off, and end every sign-in."""
        provider, pool = client("cognito-idp"), self.people.user_pool_id
        with _translated():
            provider.admin_set_user_mfa_preference(
                UserPoolId=pool, Username=sub, SoftwareTokenMfaSettings={"Enabled": False, "PreferredMfa": False}
            )
            provider.admin_user_global_sign_out(UserPoolId=pool, Username=sub)
        self.people.forget(sub)


@contextmanager
def _translated(**special: QuietlineError) -> Iterator[None]:
    """Turn Cognito's errors into ours; `special` are those that mean something else here."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in special:
            raise special[code] from error
        if code in _CODES:
            raise _refused(*_CODES[code]) from error
        if code in _PAUSES:
            raise TooManyRequestsError("There were too many attempts. Wait a few minutes.", 300) from error
        if code in _UNKNOWN:
            raise UnauthenticatedError("The e-mail address or the password is wrong.") from error
        if code == "UserNotConfirmedException":
            raise EmailNotVerifiedError("Enter the code that was mailed to your address first.") from error
        if code == "PasswordResetRequiredException":
            raise ConflictError("Set a new password first: ask for a code to be mailed to you.") from error
        if code in {"InternalErrorException", "CodeDeliveryFailureException"}:
            raise UnavailableError("The sign-in service does not answer; please try again.") from error
        raise


def _refused(pointer: str, code: str) -> InvalidInputError:
    return InvalidInputError(SENTENCES[code], (FieldError(pointer, SENTENCES[code], code),))


def _digits(code: str) -> str:
    """Return a code as people type it (`123 456`) without its spaces; never empty, which botocore would refuse."""
    return "".join(code.split())[:64] or NOTHING


def _name(email: str) -> str:
    """Return an address as a user name; what Cognito would not even look up becomes one that nobody has."""
    name = email.strip()
    can_be = 0 < len(name) <= MOST_USERNAME and all(category(sign)[0] in NAME_SIGNS for sign in name)
    return name if can_be else NOTHING


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _claims(token: str) -> dict[str, Any]:
    """Return what a token says that has come from Cognito itself just now, over TLS: its signature proves no more."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
