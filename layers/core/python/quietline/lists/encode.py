"""What the files of a list look like: the FTC's flat text, CSV and XML, rendered with numpy in pieces.

Every line of a file has the same width, so rendering is table look-ups: the first digits of the subscriber part index
one table, the last ones another. Pieces are views of one buffer, to be used before the next one is asked for; so the
memory needed does not grow with the list. Only functions with the `lists` layer import this module.

full    txt  `818,2596712`                              the FTC's layout (docs/adr/0010)
        csv  `number`, then `+18182596712`
        xml  `<list …>`, then `<number>+18182596712</number>`, then `</list>`
changes txt  `818,2596712,2026-11-23,A`                 A added, D removed; the FTC's own column order is not published
        csv  `number,date,change`, then `+18182596712,2026-11-23,A`
        xml  `<changes …>`, then `<change number="+18182596712" date="2026-11-23" type="A"/>`, then `</changes>`
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from quietline.kernel.phone import NumberingRules
from quietline.lists.build import Bits, Snapshot, array
from quietline.lists.model import Kind

type Piece = memoryview | bytes

ROWS = 1 << 16
"""Lines a piece: they and the tables stay in the processor's cache."""
LOW = 4
"""Digits that the second table holds."""
WORD = 4
_XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Layout:
    """A file's first and last lines, and what stands before and after the subscriber part in every other line."""

    first: bytes
    before: bytes
    after: bytes
    last: bytes = b""


def full(area: str, numbers: BitMap, day: date, format_: str, rules: NumberingRules) -> Iterator[Piece]:
    """Yield the full list of an area, sorted.

    Args:
        area: area key.
        numbers: subscriber parts.
        day: the snapshot's date.
        format_: `txt`, `csv` or `xml`.
        rules: how numbers are built.
    """
    layout = full_layout(area, len(numbers), day, format_, rules)
    yield layout.first
    yield from _lines(layout.before, array(numbers), rules.subscriber_digits, layout.after)
    yield layout.last


def full_layout(area: str, count: int, day: date, format_: str, rules: NumberingRules) -> Layout:
    """Return how the full list of an area is laid out, for those who write it and those who read it."""
    number = _number(area, rules)
    layouts = {
        "txt": Layout(b"", f"{area},".encode("ascii"), b"\n"),
        "csv": Layout(b"number\n", number, b"\n"),
        "xml": Layout(
            _XML + f'<list area="{area}" date="{day}" count="{count}">\n'.encode("ascii"),
            b"<number>" + number,
            b"</number>\n",
            b"</list>\n",
        ),
    }
    return layouts[format_]


def changes(area: str, snapshot: Snapshot, day: date, format_: str, rules: NumberingRules) -> Iterator[Piece]:
    """Yield an area's change list, sorted by number: each number that was added or removed, once.

    Args:
        area: area key.
        snapshot: what was added and removed.
        day: the date that every line carries.
        format_: `txt`, `csv` or `xml`.
        rules: how numbers are built.
    """
    number, when = _number(area, rules), day.isoformat().encode("ascii")
    count = len(snapshot.added) + len(snapshot.removed)
    layouts = {
        "txt": Layout(b"", f"{area},".encode("ascii"), b"," + when + b",?\n"),
        "csv": Layout(b"number,date,change\n", number, b"," + when + b",?\n"),
        "xml": Layout(
            _XML + f'<changes area="{area}" date="{day}" count="{count}">\n'.encode("ascii"),
            b'<change number="' + number,
            b'" date="' + when + b'" type="?"/>\n',
            b"</changes>\n",
        ),
    }
    layout = layouts[format_]
    bits = np.concatenate([array(snapshot.added), array(snapshot.removed)])
    order = np.argsort(bits, kind="stable")
    added = order < len(snapshot.added)
    flag = len(layout.before) + rules.subscriber_digits + layout.after.index(b"?")
    yield layout.first
    start = 0
    for piece in _lines(layout.before, bits[order], rules.subscriber_digits, layout.after):
        rows = np.frombuffer(piece, np.uint8).reshape(
            -1, len(layout.before) + rules.subscriber_digits + len(layout.after)
        )
        rows[:, flag] = np.where(added[start : start + len(rows)], ord("A"), ord("D"))
        start += len(rows)
        yield piece
    yield layout.last


def file(
    kind: Kind, area: str, snapshot: Snapshot, day: date, format_: str, *, rules: NumberingRules
) -> Iterator[Piece]:
    """Yield the full list or the change list of a snapshot."""
    if kind is Kind.FULL:
        return full(area, snapshot.numbers, day, format_, rules)
    return changes(area, snapshot, day, format_, rules)


def _number(area: str, rules: NumberingRules) -> bytes:
    return f"+{rules.calling_code}{area if rules.area_digits else ''}".encode("ascii")


def _lines(before: bytes, bits: Bits, digits: int, after: bytes) -> Iterator[memoryview]:
    # whole words are written two to three times as fast as odd lengths; the FTC's layout has three a line
    words = len(before) % WORD == 0 and len(after) == 1 and digits == 2 * WORD - 1
    write = _words if words else _fields
    yield from write(before, bits, digits, after)


def _words(before: bytes, bits: Bits, digits: int, after: bytes) -> Iterator[memoryview]:
    head = np.frombuffer(before, np.uint32)
    low_digits = digits - WORD
    high, low = _table(b"", WORD, b"").view(np.uint32), _table(b"", low_digits, after).view(np.uint32)
    out = np.empty((min(ROWS, len(bits)), len(head) + 2), np.uint32)
    out[:, : len(head)] = head
    split = np.uint32(10**low_digits)
    for start in range(0, len(bits), ROWS):
        part = bits[start : start + ROWS]
        first = part // split
        rows = out[: len(part)]
        rows[:, -2] = high[first]
        rows[:, -1] = low[part - first * split]
        yield rows.view(np.uint8).reshape(-1).data


def _fields(before: bytes, bits: Bits, digits: int, after: bytes) -> Iterator[memoryview]:
    low_digits = min(LOW, digits)
    high, low = _table(before, digits - low_digits, b""), _table(b"", low_digits, after)
    out = np.empty(min(ROWS, len(bits)), np.dtype([("high", high.dtype), ("low", low.dtype)]))
    split = np.uint32(10**low_digits)
    for start in range(0, len(bits), ROWS):
        part = bits[start : start + ROWS]
        first = part // split
        rows = out[: len(part)]
        rows["high"] = high[first]
        rows["low"] = low[part - first * split]
        yield rows.view(np.uint8).reshape(-1).data


@lru_cache(maxsize=16)
def _table(before: bytes, digits: int, after: bytes) -> npt.NDArray[np.void]:
    """Return `before`, each value of so many digits, `after`, as one item a value."""
    width = len(before) + digits + len(after)
    rows = np.empty((10**digits, width), np.uint8)
    rows[:, : len(before)] = np.frombuffer(before, np.uint8)
    if digits:
        rows[:, len(before) : len(before) + digits] = _digits(digits)
    rows[:, len(before) + digits :] = np.frombuffer(after, np.uint8)
    return rows.reshape(-1).view(np.dtype((np.void, width)))


@cache
def _digits(count: int) -> npt.NDArray[np.uint8]:
    text = "".join(f"{value:0{count}d}" for value in range(10**count))
    return np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, count)
