"""Compact JWS: framing, DER and thumbprints, against the RFC's vectors and a real library."""

import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel import jws

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@given(st.binary())
def test_base64url_round_trips(data: bytes) -> None:
    assert jws.decode(jws.encode(data)) == data


@given(st.integers(1, ORDER - 1), st.integers(1, ORDER - 1))
def test_a_signature_in_der_becomes_r_and_s(r: int, s: int) -> None:
    raw = jws.raw_signature(utils.encode_dss_signature(r, s))

    assert raw == r.to_bytes(32, "big") + s.to_bytes(32, "big")


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x06\x02\x01\x01\x02\x01",
        b"\x31\x06\x02\x01\x01\x02\x01\x01",
        b"\x30\x07\x02\x01\x01\x02\x01\x01\x00",
        utils.encode_dss_signature(1 << 256, 1),
        b"\x30\x06\x02\x09\x01\x02\x01\x01",
    ],
)
def test_what_is_no_signature_is_refused(der: bytes) -> None:
    with pytest.raises(ValueError, match="not an ECDSA signature"):
        jws.raw_signature(der)


def test_the_public_key_is_named_by_its_thumbprint() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    jwk = jws.public_jwk(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))

    numbers = key.public_numbers()
    assert int.from_bytes(jws.decode(jwk["x"]), "big") == numbers.x
    assert int.from_bytes(jws.decode(jwk["y"]), "big") == numbers.y
    assert jwk["kid"] == jws.thumbprint({"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"]})


def test_the_thumbprint_is_the_one_of_rfc_9449() -> None:
    # RFC 9449, section 6.1: the EC key of the DPoP example and its `jkt`
    jwk = {
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        "crv": "P-256",
    }

    assert jws.thumbprint(jwk) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


def test_other_keys_are_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(ValueError, match="P-256"):
        jws.public_jwk(spki)


def test_what_is_signed_verifies_and_parses() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    text = jws.signing_input({"type": "manifest", "word": "número"}, "some-key")
    raw = jws.raw_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))

    parsed = jws.parse(f"{text}.{jws.encode(raw)}\n")

    assert parsed.payload == {"type": "manifest", "word": "número"}
    assert parsed.kid == "some-key"
    r, s = int.from_bytes(parsed.signature[:32], "big"), int.from_bytes(parsed.signature[32:], "big")
    key.public_key().verify(utils.encode_dss_signature(r, s), parsed.signing_input, ec.ECDSA(hashes.SHA256()))


def _token(header: object, payload: object, signature: bytes = b"\0" * 64) -> str:
    return ".".join([*(jws.encode(json.dumps(part).encode()) for part in (header, payload)), jws.encode(signature)])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c.d",
        "!!.e30.AA",
        _token({"alg": "none"}, {}),
        _token({"alg": "HS256"}, {}),
        _token({"alg": "ES256"}, []),
        _token({"alg": "ES256"}, {}, b"\0" * 63),
        _token([], {}),
    ],
)
def test_what_is_no_jws_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match=r"JWS|algorithm|length|base64url"):
        jws.parse(token)
