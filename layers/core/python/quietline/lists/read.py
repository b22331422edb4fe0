"""Reading what `encode` renders, with numpy: the way back from text to bitmaps. Needs the `lists` layer.

Text that is not exactly of the layout is refused: lines of one width, one prefix, digits only, sorted, nothing twice.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from quietline.kernel.archives import UNREADABLE
from quietline.kernel.phone import NumberingRules
from quietline.lists import encode

MAX_TEXT = 1 << 31
"""Bytes of text that a zip may unpack to: several times the longest list of an area (10⁸ lines of 20 bytes)."""
_DATE = 10
_XML_LIST = re.compile(rb' date="(\d{4}-\d\d-\d\d)" count="(\d+)">\n')


@dataclass(frozen=True)
class ChangeList:
    """What a change list says of an area: the date of the newer list, and the numbers added and removed."""

    date: date | None
    added: BitMap
    removed: BitMap

    def applied(self, base: BitMap) -> BitMap:
        """Return the newer list.

        Raises:
            ValueError: it adds what is there or removes what is not, so it is for another list.
        """
        if (base & self.added) or not self.removed <= base:
            raise ValueError("the changes are for another list")
        return (base | self.added) - self.removed


def unzipped(data: bytes) -> tuple[str, bytes]:
    """Return name and bytes of the one file in a zip archive.

    Raises:
        ValueError: it is no such archive, is harmed, or unpacks to more than a list can hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = archive.infolist()
            if len(files) == 1 and files[0].file_size <= MAX_TEXT:
                return files[0].filename, archive.read(files[0])
    except UNREADABLE as error:
        raise ValueError("not a zip archive, or a harmed one") from error
    raise ValueError("not one file, or too large")


def full(text: bytes, area: str, format_: str, rules: NumberingRules) -> BitMap:
    """Return the numbers of a full list.

    Args:
        text: what `encode.full` yields.
        area: area key.
        format_: `txt`, `csv` or `xml`.
        rules: how numbers are built.

    Raises:
        ValueError: the text is not such a list of this area.
    """
    day, count = date.min, 0
    if format_ == "xml":
        told = _XML_LIST.search(text, 0, 200)
        if told is None:
            raise ValueError("the first line is missing")
        day, count = date.fromisoformat(told[1].decode("ascii")), int(told[2])
    layout = encode.full_layout(area, count, day, format_, rules)
    if not (text.startswith(layout.first) and text.endswith(layout.last)):
        raise ValueError("the first or the last line is missing")
    lines = memoryview(text)[len(layout.first) : len(text) - len(layout.last)]
    bits = _numbers(_table(lines, layout.before, rules.subscriber_digits, layout.after), rules.subscriber_digits)
    if format_ == "xml" and len(bits) != count:
        raise ValueError("another count than it says")
    return _bitmap(bits)


def changes(text: bytes, area: str, rules: NumberingRules) -> ChangeList:
    """Return a change list in flat text.

    Raises:
        ValueError: the text is not such a list of this area.
    """
    before, digits = f"{area},".encode("ascii"), rules.subscriber_digits
    start = len(before) + digits + 1
    day = text[start : start + _DATE]
    table = _table(memoryview(text), before, digits, b"," + day + b",?\n" if text else b"\n")
    bits = _numbers(table, digits)
    _bitmap(bits)
    flags = table[:, -2] if len(table) else np.empty(0, np.uint8)
    added = flags == ord("A")
    if not (added | (flags == ord("D"))).all():
        raise ValueError("a line says neither A nor D")
    when = date.fromisoformat(day.decode("ascii", "replace")) if text else None
    return ChangeList(when, BitMap(bits[added]), BitMap(bits[~added]))


def _table(text: memoryview, before: bytes, digits: int, after: bytes) -> npt.NDArray[np.uint8]:
    """Return a row per line: digits and what comes after them, in which `?` stands for any byte."""
    width = len(before) + digits + len(after)
    if len(text) % width:
        raise ValueError("lines of another width")
    table = np.frombuffer(text, np.uint8).reshape(-1, width)
    for column, byte in enumerate(before + b"?" * digits + after):
        if byte != ord("?") and not (table[:, column] == byte).all():
            raise ValueError("lines of another layout")
    return table[:, len(before) :]


def _numbers(table: npt.NDArray[np.uint8], digits: int) -> npt.NDArray[np.uint32]:
    values = table[:, :digits] - np.uint8(ord("0"))
    if (values > 9).any():
        raise ValueError("something else than digits")
    bits = np.zeros(len(table), np.uint32)
    for column in range(digits):
        bits = bits * np.uint32(10) + values[:, column]
    return bits


def _bitmap(bits: npt.NDArray[np.uint32]) -> BitMap:
    if len(bits) > 1 and not (bits[1:] > bits[:-1]).all():
        raise ValueError("lines out of order, or one twice")
    return BitMap(bits)
