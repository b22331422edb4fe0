"""Which of many numbers are in an area's bitmap, and how many different ones there were."""

from collections import defaultdict
from collections.abc import Buffer, Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from quietline.kernel.phone import NumberingRules, PhoneNumber, area_of, subscriber_of
from quietline.washes.distinct import Distinct, set_bits
from quietline.washes.numbers import CODES
from quietline.washes.report import ListsView, Why

type Codes = npt.NDArray[np.uint8]
type Values = npt.NDArray[np.uint32]

CLEAR = 0
LISTED = 254
"""`Matcher.match` gives `LISTED`, `CLEAR` or the place of a reason in `numbers.REASONS`."""
_NOT_ASKED = 255

_CONTAINER = 1 << 16
"""Numbers in a roaring container."""
_ARRAY_MOST = 4096
"""Most numbers in a container that lists them; a larger one is bits."""
_COOKIE, _COOKIE_RUNS = 12346, 12347
_OFFSETS_FROM = 4
"""With runs, fewer containers than this have no offsets in the header."""


class Matcher:
    """Matches numbers against the lists of a profile's areas; each list is loaded when it is first needed.

    A list is kept as one bit a number (US: 1.25 MB an area, of which pages without a number take no memory), so that a
    lookup is one read.
    """

    def __init__(self, area_keys: Sequence[str], rules: NumberingRules, lists: ListsView) -> None:
        self.lists = lists
        self.keys = {int(key): key for key in sorted(area_keys)}
        self.stride = dense_bytes(10**rules.subscriber_digits)
        # areas lie in the order in which they are met, side by side, so that few pages of memory are touched
        self.met: list[int] = []
        self.bits = np.zeros(len(self.keys) * self.stride, np.uint8)
        self.seen = Distinct(len(self.keys), 8 * self.stride)
        self.stops = np.zeros(len(self.keys) * self.stride if lists.stopped else 0, np.uint8)
        self._stopped = _by_area(lists.stopped, rules)
        # by area key as a number: its first bit, and what a number without a bit is
        keys = 10 ** max(rules.area_digits, len(rules.calling_code))
        self._begins = np.zeros(keys, np.int64)
        self._answers = np.full(keys, _NOT_ASKED, np.uint8)
        self._lock = Lock()

    def match(self, areas: npt.NDArray[np.integer[Any]], subscribers: Values) -> Codes:
        """Return what the lists say of numbers, in their order, and count them; threads may share a matcher."""
        with self._lock:
            areas = areas.astype(np.intp)
            answers: Codes = self._answers[areas]
            if (answers == _NOT_ASKED).any():
                for area in np.unique(areas[answers == _NOT_ASKED]).tolist():
                    self._load(area)
                answers = self._answers[areas]
            numbers = self._begins[areas]
            numbers += subscribers
            self.seen.add(numbers)
            offsets = numbers >> 3
            bits = np.uint8(1) << (numbers.astype(np.uint8) & np.uint8(7))
            listed = (self.bits[offsets] & bits) != 0
        if len(self.stops):
            answers[(self.stops[offsets] & bits) != 0] = CODES[Why.STOP_REQUESTED]
        # `LISTED` is above every reason
        np.maximum(answers, listed.view(np.uint8) * np.uint8(LISTED), out=answers)
        return answers

    def _load(self, area: int) -> None:
        key, begin = self.keys[area], len(self.met) * self.stride
        self.met.append(area)
        self._begins[area] = 8 * begin
        set_bits(self.stops, 8 * begin + np.array(self._stopped.get(key, ()), np.int64))
        bitmap = self.lists.bitmap_of(key)
        if bitmap is None:
            self._answers[area] = CODES[self.lists.why_not(key)]
            return
        self._answers[area] = CLEAR
        fill(self.bits[begin : begin + self.stride], bitmap)

    def by_area(self) -> dict[str, int]:
        """Return how many different numbers of each area were matched."""
        found = self.seen.counts(len(self.met)).tolist()
        counts = {self.keys[area]: count for area, count in zip(self.met, found, strict=True)}
        return dict(sorted(counts.items()))

    def areas(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the areas that were answered for, and those that were asked for in vain."""
        answered = sorted(self.keys[area] for area in self.met if self._answers[area] == CLEAR)
        return tuple(answered), tuple(sorted({self.keys[area] for area in self.met} - set(answered)))


def _by_area(numbers: Iterable[str], rules: NumberingRules) -> dict[str, list[int]]:
    """Return the subscriber parts of numbers (E.164) by area."""
    found: dict[str, list[int]] = defaultdict(list)
    for number in map(PhoneNumber, numbers):
        found[area_of(number, rules)].append(subscriber_of(number, rules))
    return found


def dense_bytes(span: int) -> int:
    """Return how many bytes `fill` needs for numbers below `span`: whole containers."""
    return -(-span // _CONTAINER) * _CONTAINER // 8


def fill(target: npt.NDArray[np.uint8], bitmap: Buffer) -> None:
    """Write a bitmap as one bit a number into zeros: number n is bit n % 8 of byte n // 8.

    Args:
        target: as many bytes as `dense_bytes` says.
        bitmap: a portable roaring file, in which a full container lies as it is needed here.

    Raises:
        ValueError: it is none, or holds numbers beyond the target.
    """
    data = np.frombuffer(bitmap, np.uint8)
    cookie = _whole(data[:4], "<u4")
    runs: list[int] = []
    if cookie & 0xFFFF == _COOKIE_RUNS:
        size = (cookie >> 16) + 1
        place = 4 + (size + 7) // 8
        runs = np.unpackbits(data[4:place], bitorder="little").tolist()
    elif cookie == _COOKIE:
        size, place = _whole(data[4:8], "<u4"), 8
    else:
        raise ValueError("this is no roaring bitmap")
    header = data[place : place + 4 * size].view("<u2").reshape(size, 2).tolist()
    place += 8 * size if not runs or size >= _OFFSETS_FROM else 4 * size
    flags = np.zeros(_CONTAINER, np.bool_)
    for index, (key, last) in enumerate(header):
        container = target[key * _CONTAINER // 8 : (key + 1) * _CONTAINER // 8]
        if runs and runs[index]:
            count = _whole(data[place : place + 2], "<u2")
            pairs = data[place + 2 : place + 2 + 4 * count].view("<u2").reshape(count, 2).tolist()
            for start, length in pairs:
                flags[start : start + length + 1] = True
            place += 2 + 4 * count
        elif last < _ARRAY_MOST:
            values = data[place : place + 2 * (last + 1)].view("<u2")
            flags[values.astype(np.intp)] = True
            place += 2 * (last + 1)
        else:
            container[:] = data[place : place + _CONTAINER // 8]
            place += _CONTAINER // 8
            continue
        container[:] = np.packbits(flags, bitorder="little")
        flags.fill(False)
    if place != len(data):
        raise ValueError("this roaring bitmap is longer or shorter than its header says")


def _whole(data: npt.NDArray[np.uint8], kind: str) -> int:
    (number,) = data.view(kind).tolist()
    return int(number)
