"""Reading a column of numbers: thousands of cells at a time with numpy, the rest one by one with phonenumbers."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from quietline.kernel import phone
from quietline.profiles import Profile
from quietline.washes.report import Why
from quietline.washes.spellings import NATIONAL_DIGITS, Kind, read, spelling_of

type Places = npt.NDArray[np.int64]
type Codes = npt.NDArray[np.uint8]
type Values = npt.NDArray[np.uint32]

WIDTH = 32
"""Longest cell, in bytes, that is read the fast way. Buffers must go on for as many bytes after the last cell."""
TAKEN = 0
ASK = 255
REASONS: tuple[str, ...] = ("", *(word.value for word in phone.Reason), *(word.value for word in Why))
"""The reason of each code that `Numbers.codes` may hold; code 0 is a number."""
CODES = {reason: code for code, reason in enumerate(REASONS)}

_MEMO = 100_000
"""Texts read the slow way that are remembered."""
_MAX_BYTES = 4 * phone.MAX_LENGTH
_BUCKETS = 1 << 12
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64
)
_NARROW = 16
"""Most cells are not longer than this; the others are read again, in their whole width."""
_PADS = {
    width: np.tril(np.full((width + 1, width), 255, np.uint8), -1).copy().view(f"V{width}").ravel()
    for width in (_NARROW, WIDTH)
}
"""`_PADS[width][n]` keeps the first n bytes of a cell."""
_GROUPS = ((0, 3), (3, 6), (6, 10))
"""Which of the ten digits nearly every spelling keeps together; the first two groups within `_EIGHT` bytes."""
_EIGHT = 8
_FOLDER = Path(__file__).parent / "prefixes"


@dataclass(frozen=True)
class Numbers:
    """What the cells hold, one entry a cell.

    Attributes:
        codes: 0 for a number, else the place of its reason in `REASONS`.
        areas: the area key as a whole number; of no meaning where there is no number.
        subscribers: the subscriber part, the bit in the area's bitmap; likewise.

    """

    codes: Codes
    areas: Values
    subscribers: Values


def _columns(kind: type[np.generic]) -> dict[int, npt.NDArray[Any]]:
    """Return a table of `_BUCKETS` rows for each width that cells are read in."""
    return {width: np.zeros((_BUCKETS, width // np.dtype(kind).itemsize), kind) for width in _PADS}


@dataclass
class _Forms:
    """The forms met so far as columns; row 0 is the form that must be asked about."""

    hashes: Places = field(default_factory=lambda: np.zeros(_BUCKETS, np.int64))
    words: dict[int, npt.NDArray[np.uint64]] = field(default_factory=lambda: _columns(np.uint64))
    lengths: npt.NDArray[np.uint8] = field(default_factory=lambda: np.full(_BUCKETS, 255, np.uint8))
    kinds: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(_BUCKETS, np.uint8))
    others: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(_BUCKETS, np.uint8))
    firsts: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(_BUCKETS, np.uint8))
    national: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(_BUCKETS, np.uint32))
    grouped: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(_BUCKETS, np.bool_))
    groups: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros(_BUCKETS, np.uint32))
    checked: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(_BUCKETS, np.bool_))
    masks: dict[int, npt.NDArray[np.uint8]] = field(default_factory=lambda: _columns(np.uint8))
    wanted: dict[int, npt.NDArray[np.uint8]] = field(default_factory=lambda: _columns(np.uint8))
    known: dict[bytes, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def learn(self, form: bytes, bucket: int, calling_code: str) -> int:
        """Return the row of a form, made when it is new; 0 when there is no room for more."""
        with self.lock:
            return self._learn(form, bucket, calling_code)

    def _learn(self, form: bytes, bucket: int, calling_code: str) -> int:
        row = self.known.get(form)
        if row is None:
            row = len(self.known) + 1
            if row == _BUCKETS:
                return 0
            self.known[form] = row
            spelling = spelling_of(form, calling_code)
            for width, words in self.words.items():
                words[row] = np.frombuffer(form[:width].ljust(width, b"\0"), np.uint64)
            self.lengths[row] = len(form)
            self.kinds[row], self.others[row] = spelling.kind.value, spelling.otherwise.value
            self.firsts[row] = spelling.first
            self.national[row] = sum(1 << place for place in spelling.national)
            groups = [spelling.national[first:last] for first, last in _GROUPS]
            whole = all(group and group[-1] - group[0] == len(group) - 1 for group in groups)
            if whole and groups[1][-1] - groups[0][0] < _EIGHT:
                self.grouped[row] = True
                self.groups[row] = groups[0][0] | groups[2][0] << 8 | 8 * (groups[1][0] - groups[0][0] - 1) << 16
            self.checked[row] = bool(spelling.expected)
            for width in _PADS:
                for place, byte in spelling.expected.items():
                    if place < width:
                        self.masks[width][row, place], self.wanted[width][row, place] = 255, byte
            # last, so that other threads find the row only when it is whole
            if self.hashes[bucket] == 0:
                self.hashes[bucket] = row
        return row


class NumberReader:
    """Reads cells of one profile's numbers. Keeps the forms and texts met, so use one reader for a whole wash."""

    def __init__(self, profile: Profile) -> None:
        self.rules = profile.rules
        self.verdicts = verdicts(profile.name)
        plan = self.rules.area_digits + self.rules.subscriber_digits == NATIONAL_DIGITS
        self.fast = plan and self.verdicts is not None
        self._forms = _Forms()
        self._memo: dict[bytes, tuple[int, int, int]] = {}

    def read(self, data: bytes, starts: Places, ends: Places) -> Numbers:
        """Return what the cells `data[starts[i]:ends[i]]` hold; `data` goes on for `WIDTH` bytes after the last one."""
        numbers = self._read_fast(data, starts, ends) if self.fast else _unread(len(starts))
        for row in np.flatnonzero(numbers.codes == ASK).tolist():
            code, area, subscriber = self.read_one(data[starts[row] : ends[row]])
            numbers.codes[row], numbers.areas[row], numbers.subscribers[row] = code, area, subscriber
        return numbers

    def read_one(self, cell: bytes) -> tuple[int, int, int]:
        """Return code, area and subscriber of one cell, the slow way."""
        known = self._memo.get(cell)
        if known is None:
            known = self._ask(cell)
            if len(self._memo) < _MEMO and len(cell) <= _MAX_BYTES:
                self._memo[cell] = known
        return known

    def _ask(self, cell: bytes) -> tuple[int, int, int]:
        if len(cell) > _MAX_BYTES:
            cell = cell.strip()
            if len(cell) > _MAX_BYTES:
                return CODES[phone.Reason.TOO_LONG], 0, 0
        found = read(text_of(cell), self.rules)
        if not isinstance(found, phone.PhoneNumber):
            return CODES[found], 0, 0
        return TAKEN, int(phone.area_of(found, self.rules)), phone.subscriber_of(found, self.rules)

    def _read_fast(self, data: bytes, starts: Places, ends: Places) -> Numbers:
        lengths = ends - starts
        numbers = self._read_cells(data, starts, lengths, _NARROW)
        wide = np.flatnonzero(lengths > _NARROW)
        if len(wide):
            found = self._read_cells(data, starts[wide], lengths[wide], WIDTH)
            numbers.codes[wide], numbers.areas[wide] = found.codes, found.areas
            numbers.subscribers[wide] = found.subscribers
        return numbers

    def _read_cells(self, data: bytes, starts: Places, lengths: Places, width: int) -> Numbers:
        """Read the cells that are not longer than `width` bytes; the others are `ASK`."""
        if not len(starts):
            return _unread(0)
        windows = np.ndarray((len(data) - width + 1,), f"V{width}", data, strides=(1,))
        clipped = np.minimum(lengths, width)
        cells = windows[starts].view(np.uint64)
        cells &= _PADS[width][clipped].view(np.uint64)
        table = cells.view(np.uint8).reshape(-1, width)
        digits = (table - np.uint8(48)) < 10
        values = digits.view(np.uint8) * np.uint8(15)
        values &= table
        forms = (table ^ values).view(np.uint64)
        none = ~_any(digits)
        short = lengths <= width
        rows = self._rows_of(forms, clipped.astype(np.uint8), short & ~none)
        kinds = self._kinds_of(rows, table)
        numbers = self._values_of(rows, kinds, table)
        junk = np.flatnonzero(kinds >= Kind.JUNK.value)
        firsts = table[junk, self._forms.firsts[rows[junk]]]
        firsts[kinds[junk] == Kind.SHORT.value] = ord("9")
        numbers.codes[junk[firsts > ord("1")]] = CODES[phone.Reason.NOT_A_NUMBER]
        texts = np.flatnonzero(none & short)
        if len(texts):
            _take_texts(numbers, texts, table)
        return numbers

    def _rows_of(
        self, forms: npt.NDArray[np.uint64], lengths: npt.NDArray[np.uint8], wanted: npt.NDArray[np.bool_]
    ) -> Places:
        """Return the row in `_forms` of each wanted cell's form, 0 for the others."""
        known, width = self._forms, 8 * forms.shape[1]
        hashes = lengths.astype(np.uint64)
        for column in range(forms.shape[1]):
            hashes += forms[:, column] * _MULTIPLIERS[column]
        hashes ^= hashes >> np.uint64(31)
        hashes *= _MULTIPLIERS[0]
        buckets = (hashes >> np.uint64(52)).astype(np.intp)
        rows = known.hashes[buckets]
        same = ~_any(_picked(known.words[width], rows) != forms)
        same &= known.lengths[rows] == lengths
        rows *= same & wanted
        for cell in np.flatnonzero(wanted & ~same).tolist():
            form = forms[cell].tobytes()[: int(lengths[cell])]
            rows[cell] = known.learn(form, int(buckets[cell]), self.rules.calling_code)
        return rows

    def _kinds_of(self, rows: Places, table: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return what each cell is, now that its digits can be looked at."""
        known, width = self._forms, table.shape[1]
        kinds = known.kinds[rows]
        checked = np.flatnonzero(known.checked[rows])
        forms = rows[checked]
        differs = _any(
            (_picked(table, checked) & _picked(known.masks[width], forms)) != _picked(known.wanted[width], forms)
        )
        kinds[checked[differs]] = known.others[forms[differs]]
        return kinds

    def _values_of(self, rows: Places, kinds: npt.NDArray[np.uint8], table: npt.NDArray[np.uint8]) -> Numbers:
        """Return the numbers of the cells that are some; the others are `ASK`, whatever their digits would be."""
        assert self.verdicts is not None
        known = self._forms
        prefixes, lines = _grouped_values(table, known.groups[rows])
        other = kinds != Kind.NUMBER.value
        spread = np.flatnonzero(~(known.grouped[rows] | other))
        if len(spread):
            national = known.national[rows[spread]]
            places = np.unpackbits(national.view(np.uint8), bitorder="little").reshape(-1, WIDTH)[:, : table.shape[1]]
            digits = table[spread][places.view(np.bool_)].reshape(-1, NATIONAL_DIGITS)
            prefixes[spread], lines[spread] = _spread_values(digits)
        prefixes[other] = 0
        codes = self.verdicts[prefixes.astype(np.intp)]
        codes[other] = ASK
        scale = np.uint32(10 ** (self.rules.subscriber_digits - 4))
        areas = prefixes // scale
        return Numbers(codes, areas, (prefixes - areas * scale) * np.uint32(10_000) + lines)


def text_of(cell: bytes) -> str:
    """Return a cell's text: UTF-8, or Latin-1 where it is not that."""
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return cell.decode("latin-1")


@cache
def verdicts(profile: str) -> Codes | None:
    """Return the code of every six-digit prefix (`TAKEN`, a reason's or `ASK`), or None without a file of them."""
    path = _FOLDER / f"{profile}.txt"
    if not path.is_file():
        return None
    words = {"taken": TAKEN, "ask": ASK, **CODES}
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    starts = np.array([int(start) for start, _ in lines] + [1_000_000])
    return np.repeat(np.array([words[word] for _, word in lines], np.uint8), np.diff(starts))


def _unread(count: int) -> Numbers:
    return Numbers(np.full(count, ASK, np.uint8), np.zeros(count, np.uint32), np.zeros(count, np.uint32))


def _take_texts(numbers: Numbers, rows: Places, table: npt.NDArray[np.uint8]) -> None:
    """Answer the cells without a digit: empty, or a text; one that is not ASCII may hold other digits."""
    cells = table[rows]
    plain = ~_any(cells >= 128)
    blank = ~_any(cells > 32)
    numbers.codes[rows[plain]] = CODES[phone.Reason.NOT_A_NUMBER]
    numbers.codes[rows[blank]] = CODES[Why.NO_NUMBER]


def _any(table: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which rows have a true one; numpy's `any` over so short an axis is slow."""
    words = table.view(f"u{min(table.shape[1], 8)}")
    found: npt.NDArray[Any] = words[:, 0]
    for column in range(1, words.shape[1]):
        found = found | words[:, column]
    some: npt.NDArray[np.bool_] = found != 0
    return some


def _picked[T: np.generic](table: npt.NDArray[T], rows: npt.NDArray[Any]) -> npt.NDArray[T]:
    """Return rows of a table: `table[rows]`, copied row by row instead of cell by cell."""
    whole = table.view(f"V{table.shape[1] * table.itemsize}").ravel()
    picked: npt.NDArray[T] = whole[rows].view(table.dtype).reshape(-1, table.shape[1])
    return picked


def _spread_values(digits: npt.NDArray[np.uint8]) -> tuple[Values, Values]:
    """Return the first six and the last four of ten ASCII digits a row."""
    values = (digits & np.uint8(15)).astype(np.uint32)
    halves = [values[:, :6] @ _POWERS[4:], values[:, 6:] @ _POWERS[6:]]
    return halves[0], halves[1]


def _grouped_values(table: npt.NDArray[np.uint8], groups: npt.NDArray[np.uint32]) -> tuple[Values, Values]:
    """Return what `_spread_values` does of digits that stand together by `_GROUPS`; where, is in the bytes of `groups`.

    From the lowest: where the first three begin; where the last four do; and how many bits the three in the middle lie
    above the place after the first one's begin, within eight bytes of it.
    """
    begins = np.arange(0, table.size, table.shape[1])
    eights = np.ndarray((table.size - _EIGHT + 1,), "V8", table, strides=(1,))[begins + (groups & _BYTE)].view("<u8")
    fours = np.ndarray((table.size - 3,), "V4", table, strides=(1,))[begins + (groups >> np.uint32(8) & _BYTE)]
    # the last byte of the first two words is no digit of the group
    area = _four_digits(eights.astype(np.uint32) << np.uint32(8))
    exchange = _four_digits((eights >> (groups >> np.uint32(16)).astype(np.uint64)).astype(np.uint32) & _UPPER)
    return area * np.uint32(1000) + exchange, _four_digits(fours.view("<u4"))


def _four_digits(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    words = words & np.uint32(0x0F0F0F0F)
    words *= np.uint32(10 * 2**8 + 1)
    words >>= np.uint32(8)
    words &= np.uint32(0x00FF00FF)
    words *= np.uint32(100 * 2**16 + 1)
    words >>= np.uint32(16)
    return words


_BYTE, _UPPER = np.uint32(0xFF), np.uint32(0xFFFFFF00)
_POWERS = 10 ** np.arange(NATIONAL_DIGITS - 1, -1, -1, dtype=np.uint32)
