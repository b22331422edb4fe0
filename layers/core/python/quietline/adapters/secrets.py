"""Secrets Manager, read once per container and again after five minutes, so that a rotation arrives by itself."""

import time

from quietline.adapters.aws import client
from quietline.kernel.errors import ConfigurationError

KEEP_SECONDS = 300.0
_known: dict[str, tuple[float, str]] = {}


def secret_text(secret_id: str) -> str:
    """Return the secret's text.

    Raises:
        ConfigurationError: the secret is empty.
    """
    known = _known.get(secret_id)
    if known is not None and time.monotonic() - known[0] < KEEP_SECONDS:
        return known[1]
    text = str(client("secretsmanager").get_secret_value(SecretId=secret_id).get("SecretString") or "")
    if not text:
        raise ConfigurationError("A secret of the deployment is empty.")
    _known[secret_id] = (time.monotonic(), text)
    return text


def forget_secrets() -> None:
    """Read every secret again (tests; a failed signature after a rotation)."""
    _known.clear()
