"""Building one area's files: bitmap algebra and deterministic zips; no Python loop over numbers.

Only functions with the `lists` layer import this module. The same input makes the same bytes: fixed order, fixed zip
times, one compressor at one level. What the text looks like is in `lists.encode`.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from isal import isal_zlib
from pyroaring import BitMap

from quietline.kernel.blocks import SIZE
from quietline.lists.model import Change, ImportedNumbers

type Bits = npt.NDArray[np.uint32]

LEVEL = 1
"""ISA-L's second level: a tenth of zlib 1's time for the same size (measured on a million clustered numbers)."""
_NO_RUNS = 12346
"""Begins a portable roaring file without runs (RoaringFormatSpec)."""
_CONTAINER = 1 << 13
"""Bytes of a container that keeps bits."""
_SPAN = 1 << 24
"""So many numbers at a time `_everything` is made for: all of an area with seven digits."""
_DOS_1980 = (1 << 5 | 1) << 16
"""1 January 1980, 00:00: the earliest time a zip can hold, the same in every file."""


@dataclass(frozen=True)
class Snapshot:
    """An area's numbers after a day, and what the day did: subscriber parts, sorted."""

    numbers: BitMap
    added: BitMap
    removed: BitMap


def load(data: bytes | None) -> BitMap:
    """Return the bitmap of a portable roaring file; an empty one of None (a new area).

    Raises:
        ValueError: the bytes are no roaring bitmap.
    """
    return BitMap() if data is None else BitMap.deserialize(data)


def dump(numbers: BitMap) -> bytes:
    """Return the portable roaring file, run containers where they are smaller; equal sets make equal bytes."""
    # where runs and single numbers take the same room roaring keeps what a container was, so none may come with runs
    copy = numbers & _everything(numbers.max() // _SPAN + 1) if numbers else BitMap()
    copy.run_optimize()
    copy.shrink_to_fit()
    return bytes(copy.serialize())


@lru_cache(maxsize=4)
def _everything(up_to: int) -> BitMap:
    """Return all numbers of so many times 2^24, kept as bits: what is met with it has no runs, in any container.

    Made from the portable format, since no operation of roaring makes a full container of bits in little time.
    """
    containers = up_to * _SPAN >> 16
    places = np.arange(containers, dtype="<u4")
    keys = np.full((containers, 2), 0xFFFF, "<u2")
    keys[:, 0] = places
    head = struct.pack("<II", _NO_RUNS, containers) + keys.tobytes()
    offsets = len(head) + places.nbytes + places * _CONTAINER
    return BitMap.deserialize(head + offsets.astype("<u4").tobytes() + b"\xff" * (containers * _CONTAINER))


def apply(base: BitMap, changes: list[Change], imports: Sequence[ImportedNumbers] = ()) -> Snapshot:
    """Return the snapshot after the changes and imports.

    Of several changes of one number the latest counts, in any input order; an import counts after the changes of its
    own instant.
    """
    if not changes and not imports:
        return Snapshot(base, BitMap(), BitMap())
    instants = np.fromiter((round(change.at.timestamp() * 1000) for change in changes), np.int64, len(changes))
    bits = np.fromiter((change.subscriber for change in changes), np.uint32, len(changes))
    adds = np.fromiter((change.added for change in changes), np.bool_, len(changes))
    numbers, done = base, np.zeros(len(changes), np.bool_)
    for one in sorted(imports, key=lambda one: one.at):
        due = ~done & (instants <= round(one.at.timestamp() * 1000))
        numbers = _changed(numbers, instants[due], bits[due], adds[due]) | imported(one.blocks)
        done |= due
    numbers = _changed(numbers, instants[~done], bits[~done], adds[~done])
    return Snapshot(numbers, numbers - base, base - numbers)


def _changed(numbers: BitMap, instants: npt.NDArray[np.int64], bits: Bits, adds: npt.NDArray[np.bool_]) -> BitMap:
    newest_first = np.argsort(instants, kind="stable")[::-1]
    _, last = np.unique(bits[newest_first], return_index=True)
    chosen = newest_first[last]
    return (numbers | BitMap(bits[chosen][adds[chosen]])) - BitMap(bits[chosen][~adds[chosen]])


def imported(blocks: Mapping[int, bytes]) -> BitMap:
    """Return the numbers of an import's blocks."""
    return BitMap.union(
        BitMap(),
        *(
            BitMap(
                np.flatnonzero(np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")).astype(np.uint32)
                + np.uint32(first)
            )
            for first, bits in blocks.items()
        ),
    )


def blocks_of(numbers: BitMap) -> dict[int, bytes]:
    """Return the numbers as blocks; the inverse of `imported`."""
    bits = array(numbers)
    starts = bits // np.uint32(SIZE)
    edges = [0, *(np.flatnonzero(np.diff(starts)) + 1).tolist(), len(bits)] if len(bits) else []
    made: dict[int, bytes] = {}
    for low, high in pairwise(edges):
        flags = np.zeros(SIZE, np.uint8)
        first = int(starts[low]) * SIZE
        flags[bits[low:high] - np.uint32(first)] = 1
        made[first] = np.packbits(flags, bitorder="little").tobytes()
    return made


def array(numbers: BitMap) -> Bits:
    """Return the numbers as a sorted array."""
    return np.asarray(numbers.to_array(), dtype=np.uint32)


def difference(before: BitMap, after: BitMap) -> Snapshot:
    """Return what leads from one snapshot to another, net: `apply` of it to `before` is `after`."""
    return Snapshot(after, after - before, before - after)


def zipped(name: str, pieces: Iterable[memoryview | bytes]) -> bytes:
    """Return a zip archive with one deflated file, dated 1980 so that equal contents are equal bytes.

    Args:
        name: the file's name, ASCII.
        pieces: its contents, in pieces that are not kept.

    Raises:
        ValueError: the file is larger than a plain zip holds (4 GiB).
    """
    compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, -15)
    body, size, crc = [], 0, 0
    for piece in pieces:
        crc = isal_zlib.crc32(piece, crc)
        size += memoryview(piece).nbytes
        body.append(compressor.compress(piece))
    body.append(compressor.flush())
    packed = sum(map(len, body))
    if size >= 2**32 or packed >= 2**32:
        raise ValueError("a list of 4 GiB needs several files")
    encoded = name.encode("ascii")
    common = struct.pack("<HHHIIIIHH", 20, 0, 8, _DOS_1980, crc, packed, size, len(encoded), 0)
    local = b"PK\x03\x04" + common + encoded
    # made by Unix, a regular file that everybody may read
    central = b"PK\x01\x02" + struct.pack("<H", 3 << 8 | 20) + common
    central += struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, 0) + encoded
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + packed, 0)
    return b"".join((local, *body, central, end))
