"""Imported numbers lie in blocks: a bit for each of the ten thousand numbers that share all but their last four digits.

A block's bits are 1,250 bytes, bit `n % 8` of byte `n // 8` for the last four digits `n`, deflated. So the imported
part of a registry is read and written by blocks (docs/adr/0016), and a single number is still found by its key.
"""

import zlib

DIGITS = 4
SIZE = 10**DIGITS
BYTES = SIZE // 8


def block_of(e164: str) -> tuple[str, int]:
    """Return a number's block (its E.164 text without the last four digits) and its place there (0 … 9,999)."""
    return e164[:-DIGITS], int(e164[-DIGITS:])


def pack(bits: bytes) -> bytes:
    """Return a block's 1,250 bytes as they are stored."""
    return zlib.compress(bits, 6)


def unpack(packed: bytes) -> bytes:
    """Return a block's 1,250 bytes; the inverse of `pack`.

    Raises:
        ValueError: it is not a block.
    """
    try:
        bits = zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError("this is not a packed block") from error
    if len(bits) != BYTES:
        raise ValueError(f"a block has {BYTES} bytes, this has {len(bits)}")
    return bits


def has(packed: bytes, place: int) -> bool:
    """Return whether the number at a place is in a stored block."""
    return bool(unpack(packed)[place >> 3] >> (place & 7) & 1)
