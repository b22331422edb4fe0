"""Which of many numbers are in an area's bitmap, and how many different ones there were."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap, BitMap64

from quietline.kernel.phone import NumberingRules
from quietline.washes.numbers import CODES
from quietline.washes.report import ListsView

type Codes = npt.NDArray[np.uint8]
type Values = npt.NDArray[np.uint32]

CLEAR = 0
LISTED = 254
"""`Matcher.match` gives `LISTED`, `CLEAR` or the place of a reason in `numbers.REASONS`."""
_NOT_ASKED = 255
_PENDING = 1 << 21
"""Numbers that wait to be counted: sorting many at once is cheaper."""


class Matcher:
    """Matches numbers against the lists of a profile's areas; each list is loaded when it is first needed.

    A list is kept as one bit a number (US: 1.25 MB an area, of which pages without a number take no memory): then a
    lookup is one read.
    """

    def __init__(self, area_keys: Sequence[str], rules: NumberingRules, lists: ListsView) -> None:
        self.lists = lists
        self.keys = sorted(area_keys)
        self.span = 10**rules.subscriber_digits
        self.places = np.zeros(10 ** max(rules.area_digits, len(rules.calling_code)), np.uint32)
        for place, key in enumerate(self.keys):
            self.places[int(key)] = place
        self.answers = np.full(len(self.keys), _NOT_ASKED, np.uint8)
        self.stride = (self.span + 7) // 8
        self.bits = np.zeros(len(self.keys) * self.stride, np.uint8)
        self._seen: Any = BitMap() if len(self.keys) * self.span < 2**32 else BitMap64()
        self._pending: list[npt.NDArray[np.uint64]] = []
        self._pending_count = 0

    def match(self, areas: Values, subscribers: Values) -> Codes:
        """Return what the lists say of numbers, in their order, and count them."""
        places = self.places[areas]
        answers = self.answers[places]
        if (answers == _NOT_ASKED).any():
            for place in np.unique(places[answers == _NOT_ASKED]).tolist():
                self._load(place)
            answers = self.answers[places]
        offsets = places.astype(np.int64) * self.stride + (subscribers >> 3)
        listed = (self.bits[offsets] >> (subscribers & 7).astype(np.uint8)) & 1
        self._count(places, subscribers)
        return np.where(listed, np.uint8(LISTED), answers)

    def _load(self, place: int) -> None:
        area = self.keys[place]
        numbers = self.lists.bitmap_of(area)
        if numbers is None:
            self.answers[place] = CODES[self.lists.why_not(area)]
            return
        self.answers[place] = CLEAR
        self.bits[place * self.stride : (place + 1) * self.stride] = dense(numbers, self.span)

    def _count(self, places: Values, subscribers: Values) -> None:
        self._pending.append(places.astype(np.uint64) * np.uint64(self.span) + subscribers)
        self._pending_count += len(places)
        if self._pending_count >= _PENDING:
            self._settle()

    def _settle(self) -> None:
        if self._pending_count:
            kind = np.uint32 if isinstance(self._seen, BitMap) else np.uint64
            values = np.concatenate(self._pending).astype(kind)
            values.sort()
            self._seen |= type(self._seen)(values)
        self._pending, self._pending_count = [], 0

    def distinct(self) -> tuple[int, int]:
        """Return how many different numbers were matched, and how many of them were answered listed or clear."""
        self._settle()
        answered = sum(
            self._seen.range_cardinality(place * self.span, (place + 1) * self.span)
            for place in np.flatnonzero(self.answers == CLEAR).tolist()
        )
        return len(self._seen), answered

    def areas(self) -> tuple[str, ...]:
        """Return the areas that were answered for."""
        return tuple(self.keys[place] for place in np.flatnonzero(self.answers == CLEAR).tolist())


def dense(numbers: BitMap, span: int) -> npt.NDArray[np.uint8]:
    """Return a bitmap as one bit a number: number n is bit n % 8 of byte n // 8; `span` is beyond the largest one."""
    flags = np.zeros(span, np.bool_)
    flags[np.asarray(numbers.to_array(), np.uint32)] = True
    return np.packbits(flags, bitorder="little")
