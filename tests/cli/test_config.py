"""Which registry the command talks to."""

import pytest

from cli import config
from cli.errors import UsageError


@pytest.mark.parametrize(
    "address",
    [
        "https://registry.example",
        "http://127.0.0.1:4666/x",
        "http://localhost:4666",
        "http://localhost",
        "http://[::1]:80",
    ],
)
def test_https_and_this_machine_are_talked_to(address: str) -> None:
    assert config.load(address, {}).api == address


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "http://127.0.0.1:80@evil.example/",
        "http://registry.example",
        "ftp://localhost",
        "https://",
        "http://[",
        "localhost",
    ],
)
def test_nothing_is_sent_in_clear_to_another_machine(address: str) -> None:
    assert not config.is_safe(address)
    with pytest.raises(UsageError, match="https"):
        config.load(address, {})


@pytest.mark.parametrize("variable", ["QUIETLINE_COGNITO_URL", "QUIETLINE_TOKEN_URL"])
def test_passwords_and_secrets_are_sent_nowhere_in_clear(variable: str) -> None:
    with pytest.raises(UsageError, match="https"):
        config.load("https://registry.example", {variable: "http://sign-in.example/token"})
