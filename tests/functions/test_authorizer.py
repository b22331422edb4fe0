"""The authorizer: real RS256 tokens, good and bad."""

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.authorizer import handler
from tests.helpers import LambdaContext, load_event

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_test"
GOOD = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QUIETLINE_STAGE", "test")
    monkeypatch.setenv("QUIETLINE_PROFILE", "us")
    monkeypatch.setenv("QUIETLINE_ISSUER", ISSUER)
    monkeypatch.setenv("QUIETLINE_JWKS_URL", "https://keys.example.test/jwks.json")
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(GOOD.public_key())) | {
        "kid": "k1",
        "alg": "RS256",
        "use": "sig",
    }
    handler.settings.cache_clear()
    handler.keys.cache_clear()
    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", lambda _self: {"keys": [jwk]})
    yield
    handler.settings.cache_clear()
    handler.keys.cache_clear()


def token(key: Any = GOOD, kid: str = "k1", algorithm: str = "RS256", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "sub": "user-1",
        "client_id": "cli",
        "iss": ISSUER,
        "exp": now + 60,
        "iat": now,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "username": "user-1",
        "cognito:groups": ["investigator", "supervisor"],
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": kid})


def ask(authorization: str | None) -> dict[str, Any]:
    event = load_event("authorizer/request")
    event["headers"] = {} if authorization is None else {"Authorization": authorization}
    return handler.lambda_handler(event, LambdaContext())


def test_a_users_token() -> None:
    assert ask(f"Bearer {token()}") == {
        "isAuthorized": True,
        "context": {
            "sub": "user-1",
            "client_id": "cli",
            "groups": "investigator supervisor",
            "scopes": "aws.cognito.signin.user.admin",
        },
    }


def test_a_machines_token_has_no_user() -> None:
    machine: dict[str, Any] = {
        "sub": "m1",
        "client_id": "m1",
        "username": None,
        "cognito:groups": None,
        "scope": "quietline/lists",
    }

    assert ask(f"bearer {token(**machine)}")["context"] == {
        "sub": "",
        "client_id": "m1",
        "groups": "",
        "scopes": "quietline/lists",
    }


def test_the_event_file_is_refused() -> None:
    assert handler.lambda_handler(load_event("authorizer/request"), LambdaContext()) == {"isAuthorized": False}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer é"])
def test_what_is_no_token(header: str | None) -> None:
    assert ask(header) == {"isAuthorized": False}


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": None},
        {"sub": None},
        {"key": OTHER},
        {"kid": "unknown"},
    ],
)
def test_tokens_that_do_not_hold(changes: dict[str, Any]) -> None:
    assert ask(f"Bearer {token(**changes)}") == {"isAuthorized": False}


def test_no_other_algorithm_is_taken() -> None:
    secret = "x" * 32
    assert ask(f"Bearer {token(key=secret, algorithm='HS256')}") == {"isAuthorized": False}
    assert ask(f"Bearer {token(key=None, algorithm='none')}") == {"isAuthorized": False}


def test_a_token_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    bad = token(key=OTHER)

    ask(f"Bearer {bad}")

    assert "refused" in caplog.text
    assert bad not in caplog.text
    assert bad.split(".")[1] not in caplog.text


def test_keys_that_cannot_be_fetched_are_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: Any) -> Any:
        raise jwt.PyJWKClientConnectionError("no answer")

    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fail)
    handler.keys.cache_clear()

    with pytest.raises(jwt.PyJWKClientConnectionError):
        ask(f"Bearer {token()}")
