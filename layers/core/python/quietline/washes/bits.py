"""Which of many numbers are in an area's bitmap, and how many different ones there were."""

from collections.abc import Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from quietline.kernel.phone import NumberingRules
from quietline.washes.numbers import CODES
from quietline.washes.report import ListsView

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
_COOKIE_RUNS = 12347
_OFFSETS_FROM = 4
"""With runs, fewer containers than this have no offsets in the header."""


class Matcher:
    """Matches numbers against the lists of a profile's areas; each list is loaded when it is first needed.

    A list is kept as one bit a number, and so are the numbers seen (US: 1.25 MB each an area, of which pages without a
    number take no memory): then a lookup is one read, and counting different numbers one write.
    """

    def __init__(self, area_keys: Sequence[str], rules: NumberingRules, lists: ListsView) -> None:
        self.lists = lists
        self.keys = sorted(area_keys)
        self.stride = dense_bytes(10**rules.subscriber_digits)
        self.bits = np.zeros(len(self.keys) * self.stride, np.uint8)
        self.seen = np.zeros(len(self.keys) * self.stride, np.uint8)
        # by area key as a number: where its bits begin, and what a number without a bit is
        keys = 10 ** max(rules.area_digits, len(rules.calling_code))
        self._begins = np.zeros(keys, np.int64)
        self._begins[[int(key) for key in self.keys]] = np.arange(len(self.keys)) * self.stride
        self._answers = np.full(keys, _NOT_ASKED, np.uint8)
        self._lock = Lock()

    def match(self, areas: Values, subscribers: Values) -> Codes:
        """Return what the lists say of numbers, in their order, and count them; threads may share a matcher."""
        with self._lock:
            answers = self._answers[areas]
            if (answers == _NOT_ASKED).any():
                for area in np.unique(areas[answers == _NOT_ASKED]).tolist():
                    self._load(area)
                answers = self._answers[areas]
            offsets = self._begins[areas]
            offsets += subscribers >> 3
            shifts = subscribers.astype(np.uint8) & np.uint8(7)
            listed = (self.bits[offsets] >> shifts) & np.uint8(1)
            np.bitwise_or.at(self.seen, offsets, np.uint8(1) << shifts)
        answers[listed.view(np.bool_)] = LISTED
        return answers

    def _load(self, area: int) -> None:
        begin = int(self._begins[area])
        key = self.keys[begin // self.stride]
        numbers = self.lists.bitmap_of(key)
        if numbers is None:
            self._answers[area] = CODES[self.lists.why_not(key)]
            return
        self._answers[area] = CLEAR
        fill(self.bits[begin : begin + self.stride], numbers)

    def distinct(self) -> tuple[int, int]:
        """Return how many different numbers were matched, and how many of them were answered listed or clear."""
        matched, answered = 0, 0
        for place, key in enumerate(self.keys):
            answer = self._answers[int(key)]
            if answer != _NOT_ASKED:
                words = self.seen[place * self.stride : (place + 1) * self.stride].view(np.uint64)
                count = int(np.bitwise_count(words).sum())
                matched += count
                answered += count if answer == CLEAR else 0
        return matched, answered

    def areas(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the areas that were answered for, and those that were asked for in vain."""
        found = {key: int(self._answers[int(key)]) for key in self.keys}
        answered = tuple(key for key, answer in found.items() if answer == CLEAR)
        return answered, tuple(key for key, answer in found.items() if answer not in {CLEAR, _NOT_ASKED})


def dense_bytes(span: int) -> int:
    """Return how many bytes `fill` needs for numbers below `span`: whole containers."""
    return -(-span // _CONTAINER) * _CONTAINER // 8


def fill(target: npt.NDArray[np.uint8], numbers: BitMap) -> None:
    """Write a bitmap as one bit a number into zeros: number n is bit n % 8 of byte n // 8.

    Reads the portable roaring format, in which a full container lies as it is needed here: five times as fast as asking
    for the numbers.
    """
    data = np.frombuffer(numbers.serialize(), np.uint8)
    cookie = int(data[:4].view("<u4")[0])
    runs: list[int] = []
    if cookie & 0xFFFF == _COOKIE_RUNS:
        size = (cookie >> 16) + 1
        place = 4 + (size + 7) // 8
        runs = np.unpackbits(data[4:place], bitorder="little").tolist()
    else:
        size, place = int(data[4:8].view("<u4")[0]), 8
    header = data[place : place + 4 * size].view("<u2").astype(np.int64).reshape(-1, 2).tolist()
    place += 8 * size if not runs or size >= _OFFSETS_FROM else 4 * size
    flags = np.zeros(_CONTAINER, np.bool_)
    for index, (key, last) in enumerate(header):
        container = target[key * _CONTAINER // 8 : (key + 1) * _CONTAINER // 8]
        if runs and runs[index]:
            count = int(data[place : place + 2].view("<u2")[0])
            pairs = data[place + 2 : place + 2 + 4 * count].view("<u2").reshape(-1, 2).tolist()
            for start, length in pairs:
                flags[start : start + length + 1] = True
            container[:] = np.packbits(flags, bitorder="little")
            flags[:] = False
            place += 2 + 4 * count
        elif last < _ARRAY_MOST:
            values = data[place : place + 2 * (last + 1)].view("<u2")
            flags[values] = True
            container[:] = np.packbits(flags, bitorder="little")
            flags[values] = False
            place += 2 * (last + 1)
        else:
            container[:] = data[place : place + _CONTAINER // 8]
            place += _CONTAINER // 8
