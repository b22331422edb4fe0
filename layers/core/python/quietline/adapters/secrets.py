"""Secrets Manager, read once per container and again after five minutes, so that a rotation arrives by itself."""

import json
import time
from dataclasses import dataclass, field

from quietline.adapters.aws import client
from quietline.kernel.errors import ConfigurationError

KEEP_SECONDS = 300.0
WEBHOOK_PREFIX = "whsec_"
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


@dataclass(frozen=True)
class PaymentSecret:
    """What the payment server's secret holds; `webhook_secrets` newest first, several while one is rolled."""

    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)


def payment_secret(secret_id: str) -> PaymentSecret:
    """Return the payment server's key and webhook secrets.

    Raises:
        ConfigurationError: the secret is not the JSON that docs/architecture.md describes.
    """
    try:
        found = json.loads(secret_text(secret_id))
        listed = found["webhook_secrets"]
        secrets = listed.split(",") if isinstance(listed, str) else listed
        # what does not look like a webhook secret (the template's "set-me") must never be one
        cleaned = tuple(text for text in (secret.strip() for secret in secrets) if text.startswith(WEBHOOK_PREFIX))
        return PaymentSecret(str(found["api_key"]), cleaned)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError("The payment server's secret is not well formed.") from error
