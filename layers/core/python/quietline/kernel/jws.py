"""Compact JSON Web Signatures (RFC 7515) with ES256, as far as the standard library goes.

What is signed, how it is framed and how a key is named is here; the signature itself is KMS's (`adapters.signing`) and
its verification the client's (`cli.trust`), so that no function carries a cryptography library.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COORDINATE_BYTES = 32
"""Length of r, s, x and y on the curve P-256."""
_SPKI_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""The DER bytes before x and y in every uncompressed P-256 public key (RFC 5480)."""


@dataclass(frozen=True)
class Jws:
    """A compact JWS taken apart; nothing about it is verified yet.

    Attributes:
        header: the protected header.
        payload: the JSON object that was signed.
        signing_input: the bytes that the signature covers.
        signature: r and s, 64 bytes.

    """

    header: dict[str, Any]
    payload: dict[str, Any]
    signing_input: bytes
    signature: bytes

    @property
    def kid(self) -> str:
        """Which key signed, as the signer says."""
        return str(self.header.get("kid", ""))


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding.

    Raises:
        ValueError: the text is not base64url.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def to_json(value: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a JSON object that we sign: no spaces, the order of the mapping, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def signing_input(payload: Mapping[str, Any], kid: str) -> str:
    """Return header and payload as the signature covers them."""
    header = {"alg": "ES256", "kid": kid, "typ": "JOSE"}
    return f"{encode(to_json(header))}.{encode(to_json(payload))}"


def parse(token: str) -> Jws:
    """Take a compact JWS apart without verifying it.

    Raises:
        ValueError: the text is not a compact JWS with ES256 and a JSON object in it.
    """
    parts = token.strip().split(".")
    if len(parts) != 3:
        raise ValueError("not a compact JWS: three parts are expected")
    header, payload = (_object(part) for part in parts[:2])
    if header.get("alg") != "ES256":
        raise ValueError("signed with another algorithm than ES256")
    signature = decode(parts[2])
    if len(signature) != 2 * COORDINATE_BYTES:
        raise ValueError("the signature has the wrong length")
    return Jws(header, payload, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def raw_signature(der: bytes) -> bytes:
    """Return r and s, 32 bytes each, of an ECDSA signature in DER, as JWS wants it (RFC 7518, 3.4).

    Raises:
        ValueError: the bytes are not such a signature.
    """
    if len(der) < 8 or der[0] != 0x30 or der[1] != len(der) - 2:
        raise ValueError("not an ECDSA signature in DER")
    r, rest = _integer(der[2:])
    s, rest = _integer(rest)
    if rest:
        raise ValueError("not an ECDSA signature in DER")
    return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")


def public_jwk(spki: bytes) -> dict[str, str]:
    """Return the JWK of a P-256 public key in DER (SubjectPublicKeyInfo), named by its thumbprint.

    Raises:
        ValueError: the key is of another kind.
    """
    if not spki.startswith(_SPKI_P256) or len(spki) != len(_SPKI_P256) + 2 * COORDINATE_BYTES:
        raise ValueError("not a P-256 public key")
    x, y = spki[-2 * COORDINATE_BYTES : -COORDINATE_BYTES], spki[-COORDINATE_BYTES:]
    key = {"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)}
    return {**key, "kid": thumbprint(key), "alg": "ES256", "use": "sig"}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the RFC 7638 thumbprint of an EC key: SHA-256 over its required members in alphabetic order."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return encode(hashlib.sha256(to_json(members)).digest())


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(decode(part).decode("utf-8"))
    except ValueError as error:
        raise ValueError("not a compact JWS: a part is not JSON in base64url") from error
    if not isinstance(value, dict):
        raise ValueError("not a compact JWS: a part is not a JSON object")  # noqa: TRY004  the text is at fault
    return value


def _integer(der: bytes) -> tuple[int, bytes]:
    if len(der) < 3 or der[0] != 0x02 or der[1] > len(der) - 2:
        raise ValueError("not an ECDSA signature in DER")
    end = 2 + der[1]
    value = int.from_bytes(der[2:end], "big")
    if value.bit_length() > COORDINATE_BYTES * 8:
        raise ValueError("not an ECDSA signature on P-256")
    return value, der[end:]
