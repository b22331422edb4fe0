"""Signing with KMS: ES256 over JSON, the public keys as a JWKS."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from quietline.adapters.aws import client
from quietline.kernel import jws
from quietline.kernel.errors import ConfigurationError


@dataclass(frozen=True)
class KmsSigner:
    """Signs with the first of the keys; the others verify what was signed before a rotation, or sign after the next.

    Attributes:
        key_ids: KMS key ids or ARNs (ECC_NIST_P256), separated by commas, the one that signs first.

    """

    key_ids: str

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS (ES256) of the payload.

        Raises:
            ConfigurationError: there is no key, or it is not on P-256.
        """
        signs = self._keys()[0]
        text = jws.signing_input(payload, _public(signs)["kid"])
        answer = client("kms").sign(
            KeyId=signs,
            # a digest, for KMS takes no message above 4 kB
            Message=hashlib.sha256(text.encode("ascii")).digest(),
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return f"{text}.{jws.encode(jws.raw_signature(answer['Signature']))}"

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys, the one that signs first (RFC 7517).

        Raises:
            ConfigurationError: there is no key, or one is not on P-256.
        """
        return {"keys": [dict(_public(key_id)) for key_id in self._keys()]}

    def _keys(self) -> list[str]:
        keys = [key_id.strip() for key_id in self.key_ids.split(",") if key_id.strip()]
        if not keys:
            raise ConfigurationError("No signing key is configured.")
        return keys


@cache
def _public(key_id: str) -> Mapping[str, str]:
    try:
        return jws.public_jwk(client("kms").get_public_key(KeyId=key_id)["PublicKey"])
    except ValueError as error:
        raise ConfigurationError("A signing key is not on P-256.") from error


def forget_keys() -> None:
    """Drop the cached public keys (tests enter and leave moto)."""
    _public.cache_clear()


@dataclass(frozen=True)
class SandboxSigner:
    """Signs for the sandbox: nothing it signs can be taken for something about the list."""

    signer: KmsSigner

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS (ES256) of the payload, with `"sandbox": true` in it."""
        return self.signer.sign({**payload, "sandbox": True})
