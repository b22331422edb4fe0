"""What the registry signed, verified: ES256 with the keys of its JWKS, manifests as a chain."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from quietline.kernel import jws

from cli.errors import NotVerifiedError, StaleError, UsageError


class KeySet:
    """The registry's public keys by key id; ids are thumbprints, so a key cannot pose as another."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self.by_kid: dict[str, dict[str, str]] = {}
        for key in jwks.get("keys", []):
            if isinstance(key, dict) and key.get("kty") == "EC" and key.get("crv") == "P-256":
                self.by_kid[jws.thumbprint(key)] = dict(key)

    @property
    def kids(self) -> set[str]:
        """The key ids."""
        return set(self.by_kid)

    def to_jwks(self) -> dict[str, Any]:
        """Return the keys as a JWKS."""
        return {"keys": [{**key, "kid": kid} for kid, key in self.by_kid.items()]}

    def merged(self, other: "KeySet") -> "KeySet":
        """Return both sets; keys that were rotated out stay, for what they signed stays signed."""
        return KeySet({"keys": [*self.by_kid.values(), *other.by_kid.values()]})

    def verify(self, token: str) -> dict[str, Any]:
        """Return the payload of a compact JWS that one of the keys signed.

        Raises:
            NotVerifiedError: it is no JWS, the key is not one of the set, or the signature is wrong.
        """
        try:
            parsed = jws.parse(token)
        except ValueError as error:
            raise NotVerifiedError(f"This is not something the registry signed: {error}.") from error
        key = self.by_kid.get(parsed.kid)
        if key is None:
            raise NotVerifiedError("It is signed with a key that the registry does not publish.")
        if not _signature_holds(key, parsed):
            raise NotVerifiedError("The signature is wrong: the text was changed after it was signed.")
        return parsed.payload


def _signature_holds(key: Mapping[str, str], parsed: jws.Jws) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    x, y = (int.from_bytes(jws.decode(key[name]), "big") for name in ("x", "y"))
    half = jws.COORDINATE_BYTES
    r, s = (int.from_bytes(part, "big") for part in (parsed.signature[:half], parsed.signature[half:]))
    try:
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(utils.encode_dss_signature(r, s), parsed.signing_input, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def payload_of(keys: KeySet, token: str, kind: str) -> dict[str, Any]:
    """Return the payload of a signed `manifest`, `receipt` or `lookup`.

    Raises:
        NotVerifiedError: it does not verify or is of another kind.
    """
    payload = keys.verify(token)
    if payload.get("type") != kind:
        raise NotVerifiedError(f"This is signed, but it is no {kind}.")
    return payload


def check_chain(
    keys: KeySet, newest: bytes, held: bytes, fetch: Callable[[str, str], bytes], note: Callable[[str, bytes], None]
) -> None:
    """Follow the chain of manifests from the newest back to the one held before.

    Args:
        keys: the registry's keys.
        newest: the manifest just fetched, as signed.
        held: the manifest of the pull before, as signed.
        fetch: returns the signed manifest of a date that should have this SHA-256.
        note: told each manifest in between, by date.

    Raises:
        NotVerifiedError: the chain does not lead to the manifest held: history was rewritten.
        StaleError: the newest manifest is older than the one held.
    """
    held_date = date.fromisoformat(payload_of(keys, held.decode("ascii"), "manifest")["date"])
    missing = f"The chain of manifests does not contain the one of {held_date} that is held."
    current, after = newest, date.max
    while True:
        payload = payload_of(keys, current.decode("ascii"), "manifest")
        day = date.fromisoformat(payload["date"])
        if current == held:
            return
        if day < held_date and current is newest:
            raise StaleError(f"The registry offers the list of {day}, but the one of {held_date} is held already.")
        if day <= held_date or payload["previous"] is None:
            raise NotVerifiedError(missing)
        if day >= after:  # so there are no more steps than days, whatever the registry signs
            raise NotVerifiedError(f"The manifest of {after} continues one that is not older.")
        previous = payload["previous"]
        if previous["date"] == held_date.isoformat():
            # it need not be fetched again: the next one names its hash
            if hashlib.sha256(held).hexdigest() == previous["sha256"]:
                return
            raise NotVerifiedError(missing)
        earlier = fetch(previous["date"], previous["sha256"])
        if hashlib.sha256(earlier).hexdigest() != previous["sha256"]:
            raise NotVerifiedError(f"The manifest of {previous['date']} is not the one that the next one names.")
        note(previous["date"], earlier)
        current, after = earlier, day


def find_keys(near: Path, given: Path | None = None) -> KeySet:
    """Return the keys of a JWKS file: the one given, or `jwks.json` beside a file or in a folder above it.

    Raises:
        UsageError: there is no such file.
        NotVerifiedError: it holds no key.
    """
    folders = [near if near.is_dir() else near.parent, *near.resolve().parents]
    candidates = [given] if given else [folder / "jwks.json" for folder in folders]
    for path in candidates:
        if path.is_file():
            try:
                keys = KeySet(json.loads(path.read_text(encoding="utf-8")))
            except (ValueError, KeyError, AttributeError) as error:
                raise NotVerifiedError(f"{path} is not a JWKS file.") from error
            if keys.kids:
                return keys
            raise NotVerifiedError(f"{path} holds no key that the registry could sign with.")
    if given:
        raise UsageError(f"There is no file {given}.")
    hint = "Give the registry's keys: --jwks FILE (fetch them once: curl https://<registry>/.well-known/jwks.json)"
    raise UsageError(f"No keys were found near {near}: there is no jwks.json.", (hint,))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
