"""Reading lines into numbers with numpy: plain spellings at once, every other line as `kernel.phone.parse` reads it.

Only functions with the `lists` layer import this module. The fast way only ever accepts: whether the numbers of a block
(all but the last four digits) are taken is asked of `kernel.phone.parse` once per block, and a line that is not plain,
or not taken, is given to it whole. So both ways agree (a property test says so), and each refusal has its reason.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from quietline.imports.model import MALFORMED, Layout, LayoutKind
from quietline.kernel import phone
from quietline.kernel.blocks import DIGITS, SIZE
from quietline.kernel.errors import InvalidPhoneNumberError
from quietline.kernel.phone import NumberingRules, PhoneNumber

type Bytes = npt.NDArray[np.uint8]
type Whole = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]

SHOWN = 60
"""So much of a refused line is kept."""
PROBES = ("0000", "0150", "5555", "9999")
"""Last four digits that must all be taken before a block is."""
TABLE = 10_000_000
"""With so many possible blocks at most, an answer for each is looked up in a table."""


@dataclass(frozen=True)
class Reject:
    """A line that was refused: its number in the file, why, and its beginning."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Parsed:
    """What a chunk holds: `lines` = `blank` + `accepted` + refused; `numbers` has no repetitions."""

    lines: int
    blank: int
    accepted: int
    numbers: dict[str, BitMap]
    rejects: list[Reject]


def parse(data: bytes, layout: Layout, rules: NumberingRules, first_line: int = 1) -> Parsed:
    """Read whole lines (UTF-8; LF or CRLF; the last may lack its end) without their header."""
    buffer = np.frombuffer(data, np.uint8)
    starts, ends = _lines(buffer)
    blank = ends == starts
    if layout.kind is LayoutKind.AREA_AND_SUBSCRIBER:
        values, plain = _area_and_subscriber(buffer, starts, ends, rules)
    else:
        values, plain = _column(buffer, starts, ends, layout, rules)
    values[~plain] = 0
    taken = plain & _taken(values, plain, rules)
    slow = np.flatnonzero(~taken & ~blank)
    others: list[int] = []
    refused: list[Reject] = []
    blanks = 0
    for index in slow.tolist():
        text = data[starts[index] : ends[index]].decode("utf-8", "replace")
        if not text.strip():
            blanks += 1
            continue
        value, reason = _read(text, layout, rules)
        if reason:
            refused.append(Reject(first_line + index, reason, text[:SHOWN]))
        else:
            others.append(value)
    found = np.concatenate([values[taken], np.asarray(others, np.int64)])
    empty = int(blank.sum()) + blanks
    return Parsed(len(starts), empty, len(found), _by_area(found, rules), refused)


def _lines(buffer: Bytes) -> tuple[Whole, Whole]:
    ends = np.flatnonzero(buffer == 10).astype(np.int64)
    if len(buffer) and buffer[-1] != 10:
        ends = np.append(ends, len(buffer))
    starts = np.concatenate([np.zeros(min(1, len(ends)), np.int64), ends[:-1] + 1])
    returns = (ends > starts) & (buffer[np.maximum(ends - 1, 0)] == 13) if len(ends) else np.zeros(0, np.bool_)
    return starts, ends - returns


def _digits(buffer: Bytes, starts: Whole, count: int) -> tuple[Whole, Flags]:
    """Return the whole numbers of `count` characters from each start, and whether all of them are digits."""
    values, fine = np.zeros(len(starts), np.int64), np.ones(len(starts), np.bool_)
    for place in range(count):
        digit = buffer[starts + place] - np.uint8(48)  # what is no digit wraps round to more than 9
        fine &= digit < 10
        values *= 10
        values += digit
    return values, fine


def _area_and_subscriber(buffer: Bytes, starts: Whole, ends: Whole, rules: NumberingRules) -> tuple[Whole, Flags]:
    values, plain = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.bool_)
    right = np.flatnonzero(ends - starts == rules.area_digits + 1 + rules.subscriber_digits)
    at = starts[right]
    areas, fine = _digits(buffer, at, rules.area_digits)
    fine &= buffer[at + rules.area_digits] == ord(",")
    subscribers, also = _digits(buffer, at + rules.area_digits + 1, rules.subscriber_digits)
    values[right] = areas * 10**rules.subscriber_digits + subscribers
    plain[right] = fine & also
    return values, plain


def _column(buffer: Bytes, starts: Whole, ends: Whole, layout: Layout, rules: NumberingRules) -> tuple[Whole, Flags]:
    first, last, whole = starts, ends, np.ones(len(starts), np.bool_)
    if layout.delimiter:
        marks = np.append(np.flatnonzero(buffer == ord(layout.delimiter)), [len(buffer)] * (layout.column + 1))
        place = np.searchsorted(marks, starts) + layout.column
        if layout.column:
            first = marks[place - 1] + 1
            whole = first <= ends
        last = np.minimum(marks[place], ends)
        quotes = np.flatnonzero(buffer == ord('"'))
        whole &= np.searchsorted(quotes, starts) == np.searchsorted(quotes, ends)
    digits, code = rules.area_digits + rules.subscriber_digits, rules.calling_code
    values, plain = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.bool_)
    prefixes = ["", f"+{code}"] + ([code] if _trunk_prefix(rules) == code else [])
    for prefix in prefixes:
        right = np.flatnonzero(whole & (last - first == len(prefix) + digits))
        at = first[right]
        fine = np.ones(len(right), np.bool_)
        for place_in_prefix, character in enumerate(prefix):
            fine &= buffer[at + place_in_prefix] == ord(character)
        found, also = _digits(buffer, at + len(prefix), digits)
        values[right], plain[right] = found, fine & also
    return values, plain


@lru_cache
def _trunk_prefix(rules: NumberingRules) -> str:
    import phonenumbers

    return phonenumbers.ndd_prefix_for_region(rules.region, True) or ""


def _taken(values: Whole, plain: Flags, rules: NumberingRules) -> Flags:
    blocks = values // SIZE
    possible = 10 ** (rules.area_digits + rules.subscriber_digits - DIGITS)
    if possible > TABLE:
        asked, places = np.unique(blocks, return_inverse=True)
        return np.asarray([_block_is_taken(block, rules) for block in asked.tolist()], np.bool_)[places]
    table = np.zeros(possible, np.bool_)
    table[blocks[plain]] = True
    for block in np.flatnonzero(table).tolist():
        table[block] = _block_is_taken(block, rules)
    answers: Flags = table[blocks]
    return answers


@lru_cache(maxsize=1_000_000)
def _block_is_taken(block: int, rules: NumberingRules) -> bool:
    """Return whether all numbers of a block are taken; a country's numbering plan does not look at the last digits."""
    national = f"{block:0{rules.area_digits + rules.subscriber_digits - DIGITS}d}"
    e164 = f"+{rules.calling_code}{national}"
    texts = [e164 + probe for probe in PROBES]
    try:
        # where a national spelling is read as another number, it is left to the slow way
        return (
            all(phone.parse(text, rules).e164 == text for text in texts)
            and phone.parse(national + PROBES[0], rules).e164 == texts[0]
        )
    except InvalidPhoneNumberError:
        return False


def _read(text: str, layout: Layout, rules: NumberingRules) -> tuple[int, str]:
    """Return a line's number as one whole number, or why there is none."""
    field = _field(text, layout, rules)
    if field is None:
        return 0, MALFORMED
    try:
        number = phone.parse(field, rules)
    except InvalidPhoneNumberError as error:
        return 0, str(error.reason)
    return int(number.e164[1 + len(rules.calling_code) :]), ""


def _field(text: str, layout: Layout, rules: NumberingRules) -> str | None:
    if not layout.delimiter:
        return text
    try:
        cells = next(csv.reader([text], delimiter=layout.delimiter, strict=True))
    except (csv.Error, StopIteration):
        return None
    if layout.kind is LayoutKind.COLUMN:
        return cells[layout.column] if layout.column < len(cells) and cells[layout.column].strip() else None
    # two cells and no more: a line of a change list (`818,2596712,2026-11-23,D`) is no line of a list
    area = cells[0].strip()
    whole = len(cells) == 2 and len(area) == rules.area_digits and area.isdecimal() and area.isascii()
    return area + cells[1] if whole else None


def _by_area(values: Whole, rules: NumberingRules) -> dict[str, BitMap]:
    made: dict[str, BitMap] = {}
    if len(values) > 1 and not (values[1:] > values[:-1]).all():
        values = np.unique(values)
    areas = values // 10**rules.subscriber_digits
    edges = np.flatnonzero(np.diff(areas, prepend=-1, append=-1))
    for low, high in pairwise(edges.tolist()):
        subscribers = (values[low:high] % 10**rules.subscriber_digits).astype(np.uint32)
        national = f"{values[low]:0{rules.area_digits + rules.subscriber_digits}d}"
        made[phone.area_of(PhoneNumber(f"+{rules.calling_code}{national}"), rules)] = BitMap(subscribers)
    return made
