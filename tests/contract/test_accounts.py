"""People's accounts on the Cognito that moto plays: its codes are anything, its TOTP secret is always the same."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from quietline.adapters import aws
from quietline.adapters.cognito_accounts import CognitoAccounts, CognitoPeople
from quietline.kernel.errors import (
    ConflictError,
    EmailNotVerifiedError,
    InvalidInputError,
    QuietlineError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from quietline.kernel.totp import totp
from quietline.sellers.accounts import Challenge, SignedIn, Step

from tests.conftest import NOW

PASSWORD = "Quiet-Line-2026!"
EMAIL = "kim@example.com"


class Pool:
    def __init__(self) -> None:
        cognito = aws.client("cognito-idp")
        self.id = cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=self.id, ClientName="cli")["UserPoolClient"]["ClientId"]
        self.accounts = CognitoAccounts(client)
        self.people = CognitoPeople(self.id)

    def member(self) -> SignedIn:
        self.accounts.sign_up(EMAIL, PASSWORD, "es")
        self.accounts.confirm(EMAIL, "123 456")
        made = self.accounts.sign_in(EMAIL, PASSWORD)
        assert isinstance(made, SignedIn)
        return made


@pytest.fixture
def pool(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    return Pool()


def test_nobody_signs_in_before_the_address_is_verified(pool: Pool) -> None:
    pool.accounts.sign_up(EMAIL, PASSWORD, "es")
    with pytest.raises(EmailNotVerifiedError):
        pool.accounts.sign_in(EMAIL, PASSWORD)

    pool.accounts.confirm(EMAIL, "123456")
    made = pool.accounts.sign_in(EMAIL, PASSWORD)

    assert isinstance(made, SignedIn)
    person = pool.people.person(made.sub)
    assert person is not None
    assert (person.sub, person.email, person.language, person.mfa) == (made.sub, EMAIL, "es", False)


def test_a_second_factor_is_asked_for_once_it_is_set_up(pool: Pool) -> None:
    made = pool.member()
    secret = pool.accounts.begin_mfa(made.access_token)
    with pytest.raises(InvalidInputError) as wrong:
        pool.accounts.finish_mfa(made.access_token, "000000")
    assert wrong.value.fields[0].code == "code_wrong"
    person = pool.people.person(made.sub)
    assert person is not None
    assert not person.mfa

    pool.accounts.finish_mfa(made.access_token, totp(secret, time.time()))

    person = pool.people.person(made.sub)
    assert person is not None
    assert person.mfa, "seen at once: only a second factor that is there is remembered"
    asked = pool.accounts.sign_in(EMAIL, PASSWORD)
    assert isinstance(asked, Challenge)
    assert asked.step is Step.MFA
    assert isinstance(pool.accounts.answer(asked, totp(secret, time.time())), SignedIn)


def test_a_code_that_was_read_just_before_the_half_minute_ended_is_taken(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pool.member()
    code = totp(pool.accounts.begin_mfa(made.access_token), NOW.timestamp())
    monkeypatch.setattr("moto.cognitoidp.utils.time", SimpleNamespace(time=lambda: NOW.timestamp() + 30))

    pool.accounts.finish_mfa(made.access_token, code)

    person = pool.people.person(made.sub)
    assert person is not None and person.mfa


@pytest.mark.parametrize("code", ["", "1", "12345", "1234567", "12 34", "abcdef", "１２３４５６"])
def test_a_first_code_of_another_form_is_a_wrong_one(pool: Pool, code: str) -> None:
    made = pool.member()
    pool.accounts.begin_mfa(made.access_token)

    with pytest.raises(InvalidInputError) as refused:
        pool.accounts.finish_mfa(made.access_token, code)

    assert refused.value.fields[0].pointer == "/code"


def test_a_wrong_password_and_an_unknown_address_are_the_same(pool: Pool) -> None:
    pool.member()

    with pytest.raises(UnauthenticatedError) as wrong:
        pool.accounts.sign_in(EMAIL, "Other-Word-2026!")
    with pytest.raises(UnauthenticatedError) as unknown:
        pool.accounts.sign_in("nobody@example.com", PASSWORD)

    assert str(wrong.value) == str(unknown.value)


@pytest.mark.parametrize(("email", "password", "pointer"), [("kim", PASSWORD, "/email"), (EMAIL, "short", "/password")])
def test_what_cannot_be_an_account(pool: Pool, email: str, password: str, pointer: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        pool.accounts.sign_up(email, password, "en")

    assert refused.value.fields[0].pointer == pointer


def test_a_person_who_is_gone_or_disabled_is_nobody(pool: Pool) -> None:
    made = pool.member()
    assert pool.people.person("nobody") is None

    aws.client("cognito-idp").admin_disable_user(UserPoolId=pool.id, Username=EMAIL)

    assert pool.people.person(made.sub) is None


class Refusing:
    """A Cognito that answers every call with one error."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**_parameters: Any) -> Any:
            raise ClientError({"Error": {"Code": self.code, "Message": f"about {EMAIL}"}}, name)

        return call


@pytest.mark.parametrize(
    ("call", "code", "expected"),
    [
        (lambda a: a.confirm(EMAIL, "1"), "ExpiredCodeException", InvalidInputError),
        (lambda a: a.confirm(EMAIL, "1"), "CodeMismatchException", InvalidInputError),
        (lambda a: a.sign_in(EMAIL, "x"), "PasswordResetRequiredException", ConflictError),
        (lambda a: a.sign_in(EMAIL, "x"), "TooManyRequestsException", TooManyRequestsError),
        (lambda a: a.sign_in(EMAIL, "x"), "InternalErrorException", UnavailableError),
        (lambda a: a.answer(Challenge(Step.MFA, "s", EMAIL), "1"), "NotAuthorizedException", UnauthenticatedError),
        (lambda a: a.reset_password(EMAIL, "1", "x"), "UserNotFoundException", InvalidInputError),
        (lambda a: a.reset_password(EMAIL, "1", "x"), "InvalidPasswordException", InvalidInputError),
        (lambda a: a.refreshed("x"), "NotAuthorizedException", UnauthenticatedError),
        (lambda a: a.begin_mfa("x"), "NotAuthorizedException", UnauthenticatedError),
        (lambda a: a.forgot_password(EMAIL), "LimitExceededException", TooManyRequestsError),
    ],
)
def test_what_cognito_says_becomes_ours_and_never_names_the_address(
    call: Callable[[CognitoAccounts], Any], code: str, expected: type[QuietlineError]
) -> None:
    with pytest.raises(expected) as refused:
        call(CognitoAccounts("client", Refusing(code)))

    assert EMAIL not in str(refused.value)


@pytest.mark.parametrize("again", ["", "InvalidParameterException", "UserNotFoundException"])
def test_signing_up_with_a_known_address_shows_nothing_and_mails_the_code_again(again: str) -> None:
    called = []

    class Cognito:
        def sign_up(self, **_parameters: Any) -> Any:
            raise ClientError({"Error": {"Code": "UsernameExistsException", "Message": EMAIL}}, "SignUp")

        def resend_confirmation_code(self, **parameters: Any) -> Any:
            called.append(parameters["Username"])
            if again:
                raise ClientError({"Error": {"Code": again, "Message": EMAIL}}, "ResendConfirmationCode")

    CognitoAccounts("client", Cognito()).sign_up(EMAIL, PASSWORD, "en")

    assert called == [EMAIL]


def test_an_unknown_address_is_told_nothing_of_a_reset() -> None:
    CognitoAccounts("client", Refusing("UserNotFoundException")).forgot_password(EMAIL)


class Strict:
    """A Cognito that knows nobody, and refuses what its API reference says of the forms of names and passwords."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**given: Any) -> Any:
            inner = given.get("AuthParameters", {}) | given.get("ChallengeResponses", {})
            user, password = given.get("Username", inner.get("USERNAME", "")), given.get("Password", "-")
            named = 0 < len(user) <= 128 and user.isprintable() and not any(sign.isspace() for sign in user)
            right = named and all(inner.values()) and password and password == password.strip()
            code = "UserNotFoundException" if right else "InvalidParameterException"
            raise ClientError({"Error": {"Code": code, "Message": f"about {EMAIL}"}}, name)

        return call


@pytest.mark.parametrize(
    "email", ["kim lee@example.com", "kim\u00a0@example.com", "kim\x07@example.com", "k" * 129, ""]
)
def test_what_is_no_address_is_answered_as_an_unknown_one(email: str) -> None:
    accounts = CognitoAccounts("client", Strict())
    with pytest.raises(UnauthenticatedError):
        accounts.sign_in(email, PASSWORD)
    with pytest.raises(UnauthenticatedError):
        accounts.confirm(email, "123456")
    with pytest.raises(InvalidInputError) as refused:
        accounts.reset_password(email, "123456", PASSWORD)
    assert refused.value.fields[0].pointer == "/code"
    accounts.resend_code(email)
    accounts.forgot_password(email)


@pytest.mark.parametrize("password", ["", " ", f"{PASSWORD} ", f" {PASSWORD}"])
def test_a_password_that_can_be_none_is_told_at_its_field(password: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        CognitoAccounts("client", Strict()).reset_password(EMAIL, "123456", password)
    assert refused.value.fields[0].pointer in ("/password", "/code")


def test_nothing_typed_is_a_wrong_answer() -> None:
    accounts = CognitoAccounts("client", Strict())
    with pytest.raises(UnauthenticatedError):
        accounts.sign_in(EMAIL, "")
    for step in (Step.MFA, Step.NEW_PASSWORD):
        with pytest.raises(UnauthenticatedError):
            accounts.answer(Challenge(step, "s", EMAIL), "")
