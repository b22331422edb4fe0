"""Sealing a text with a key that only its reader brings: encrypt-then-MAC of the standard library (docs/adr/0028).

SHAKE-256 over key and nonce is the key stream, HMAC-SHA256 the tag; each has a key of its own.
"""

import hashlib
import hmac
import os

NONCE_BYTES = 16
TAG_BYTES = 32


def sealed(key: bytes, text: bytes) -> bytes:
    """Return the text as nobody reads it without the key (32 bytes): nonce, what is hidden, tag."""
    nonce = os.urandom(NONCE_BYTES)
    hidden = nonce + _masked(key, nonce, text)
    return hidden + _tag(key, hidden)


def opened(key: bytes, data: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        ValueError: it was sealed with another key, or changed since.
    """
    hidden, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
    if len(hidden) < NONCE_BYTES or not hmac.compare_digest(tag, _tag(key, hidden)):
        raise ValueError("sealed with another key, or changed since")
    return _masked(key, hidden[:NONCE_BYTES], hidden[NONCE_BYTES:])


def _masked(key: bytes, nonce: bytes, text: bytes) -> bytes:
    stream = hashlib.shake_256(hmac.digest(key, b"quietline/stream", hashlib.sha256) + nonce).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))


def _tag(key: bytes, hidden: bytes) -> bytes:
    return hmac.digest(hmac.digest(key, b"quietline/tag", hashlib.sha256), hidden, hashlib.sha256)
