"""HTTP API authorizer (payload 2.0, simple response): verifies the access tokens of our user pool.

It has the `tokens` layer only, so it logs with the standard library, one JSON line a decision, never the token.
"""

import json
import logging
from functools import cache
from typing import Any

import jwt
from quietline.kernel.settings.shared import AuthorizerSettings

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

REFUSED: dict[str, Any] = {"isAuthorized": False}
JWKS_SECONDS = 3600
LEEWAY_SECONDS = 5


@cache
def settings() -> AuthorizerSettings:
    """Return the settings, read at the first call."""
    return AuthorizerSettings.from_environment()


@cache
def keys() -> jwt.PyJWKClient:
    """Return the pool's public keys: fetched once an hour, and at once when a token names a new key."""
    return jwt.PyJWKClient(settings().jwks_url, cache_jwk_set=True, lifespan=JWKS_SECONDS, timeout=3)


def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer whether the request may go on, and who calls."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, token = str(headers.get("authorization", "")).partition(" ")
    if scheme.lower() != "bearer" or not token:
        return _refuse("no_bearer_token")
    try:
        return {"isAuthorized": True, "context": context_of(claims_of(token.strip()))}
    except jwt.PyJWKClientConnectionError:
        # our failure and not the caller's: API Gateway answers 500, and caches nothing
        logger.exception(json.dumps({"message": "keys_not_reachable"}))
        raise
    except jwt.PyJWTError as error:
        return _refuse(type(error).__name__)


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of an access token that holds now.

    Raises:
        jwt.PyJWTError: it is garbled, forged, expired, of another issuer, or no access token.
    """
    key = keys().get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(
        token,
        key.key,
        algorithms=["RS256"],
        issuer=settings().issuer,
        leeway=LEEWAY_SECONDS,
        options={"require": ["exp", "iss", "sub", "client_id", "token_use"], "verify_aud": False},
    )
    if claims["token_use"] != "access":  # noqa: S105 - a claim, no password
        raise jwt.InvalidTokenError("not an access token")
    return claims


def context_of(claims: dict[str, Any]) -> dict[str, str]:
    """Return what the functions learn; a machine's token has its client id as `sub`, which is passed as empty."""
    subject, client_id = str(claims["sub"]), str(claims["client_id"])
    return {
        "sub": "" if subject == client_id else subject,
        "client_id": client_id,
        "groups": " ".join(str(group) for group in claims.get("cognito:groups", [])),
        "scopes": str(claims.get("scope", "")),
    }


def _refuse(reason: str) -> dict[str, Any]:
    logger.info(json.dumps({"message": "refused", "reason": reason}))
    return REFUSED
