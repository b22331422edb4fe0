"""Rows of a call list: where each begins and ends, and where its cell of the numbers is.

A line end ends a row unless it is quoted. A quote opens a cell only at its beginning, and only if it is closed again
before a delimiter or a line end (two quotes are one of the text); any other quote is text. So a stray quote costs one
cell and not the rest of the file, which is what other readers make of it.
"""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

type Places = npt.NDArray[np.int64]
type Text = npt.NDArray[np.uint8]
type Words = npt.NDArray[np.uint64]
"""A bit for each byte of a text, which makes the operations on a piece of it 64 at a time."""

QUOTE = 34
RETURN = 13
MAX_QUOTED = 1 << 20
"""Longest quoted cell, in bytes; a quote that is not closed by then is text."""

_ONE, _LAST = np.uint64(1), np.uint64(63)
_HALVES = tuple(np.uint64(1 << step) for step in range(6))


@dataclass(frozen=True)
class Rows:
    """Rows of a piece of a file; places are offsets into it.

    Attributes:
        starts: where each row begins.
        ends: where it ends, before its line end.
        nexts: where the next one begins.
        cells: how many cells it has.
        cell_starts: where its cell of the numbers begins, inside of quotes; equal to `cell_ends` where it has none.
        cell_ends: where that cell ends.
        inserts: where the answer goes, where that is not the row's end (it has more cells than the header), by row.

    """

    starts: Places
    ends: Places
    nexts: Places
    cells: Places
    cell_starts: Places
    cell_ends: Places
    inserts: dict[int, int]

    def after_first(self) -> "Rows":
        """Return the rows without the first one: the header."""
        return Rows(
            self.starts[1:],
            self.ends[1:],
            self.nexts[1:],
            self.cells[1:],
            self.cell_starts[1:],
            self.cell_ends[1:],
            {row - 1: place for row, place in self.inserts.items() if row},
        )


@dataclass(frozen=True)
class Splitter:
    """Splits text into rows.

    Attributes:
        delimiter: the byte between cells.
        line_end: the byte that ends rows, LF or (old Macintosh files) CR.
        column: which cell holds the number, from 0.
        width: how many cells a row should have.

    """

    delimiter: int
    line_end: int
    column: int
    width: int

    def split(self, data: bytes, size: int, *, last: bool) -> tuple[Rows, int]:
        """Return the rows that are whole in `data[:size]`, and where the first that is not begins.

        Args:
            data: the bytes; what is beyond `size` is not looked at.
            size: how many count.
            last: whether the file ends here, so that a rest without line end is a row too.
        """
        buffer = np.frombuffer(data, np.uint8, size)
        endings = _packed(buffer == self.line_end)
        marks = endings | _packed(buffer == self.delimiter)
        if data.find(b'"', 0, size) >= 0:
            quotes = _packed(buffer == QUOTE)
            inside = _inside(quotes)
            if not self._is_well_formed(buffer, marks, quotes, inside, last=last):
                return self._split_slowly(data, size, last=last)
            marks &= ~inside
            endings &= ~inside
        return self._rows(data, size, marks, endings, last=last)

    def _is_well_formed(self, buffer: Text, marks: Words, quotes: Words, inside: Words, *, last: bool) -> bool:
        """Tell whether every odd quote follows a mark or begins the text, and every even one precedes a mark.

        A mark is a delimiter, a line end, a quote or the text's end.
        """
        end = len(buffer)
        if _bits_at(inside, np.array([end]))[0]:
            unclosed = int(np.flatnonzero(buffer == QUOTE)[-1])
            if last or end - unclosed > MAX_QUOTED:
                return False
        every = marks | quotes
        before = every << _ONE
        before[1:] |= every[:-1] >> _LAST
        before[0] |= _ONE
        if (quotes & inside & ~before).any():
            return False
        every[end >> 6] |= _ONE << np.uint64(end & 63)
        after = every >> _ONE
        after[:-1] |= every[1:] << _LAST
        open_ended = quotes & ~inside & ~after
        if not open_ended.any():
            return True
        if self.line_end == RETURN:
            return False
        # only a carriage return may stand between a quote and the line end
        places = _places(open_ended)
        beyond = places + 2
        returns = buffer[np.minimum(places + 1, end - 1)] == RETURN
        return bool((returns & ((beyond >= end) | (buffer[np.minimum(beyond, end - 1)] == self.line_end))).all())

    def _rows(self, data: bytes, size: int, marks: Words, endings: Words, *, last: bool) -> tuple[Rows, int]:
        """Return the rows between marks: the delimiters and line ends that are not quoted.

        Args:
            data: the text.
            size: how much of it counts.
            marks: both, as bits.
            endings: the line ends among them.
            last: whether the file ends here.
        """
        ends = _places_apart(endings)
        done = int(ends[-1]) + 1 if len(ends) else 0
        nexts = ends + 1
        if last and done < size:
            done = size
            ends, nexts = np.append(ends, done), np.append(nexts, done)
            marks[done >> 6] |= _ONE << np.uint64(done & 63)
        starts = np.zeros(len(ends), np.int64)
        starts[1:] = nexts[:-1]
        cells = _ranks(marks, ends)
        cells[1:] -= cells[:-1].copy()
        cells[:1] += 1
        buffer = np.frombuffer(data, np.uint8, size)
        if self.line_end != RETURN and data.find(b"\r", 0, size) >= 0:
            returns = np.flatnonzero(buffer[ends - 1] == RETURN)
            ends = ends.copy()
            ends[returns[ends[returns] > starts[returns]]] -= 1
        bounds = self._cells(marks, cells, starts, ends)
        _unquote(buffer, *bounds)
        long = np.flatnonzero(cells > self.width)
        places = _nth(marks, starts[long], self.width) if len(long) else long
        inserts = dict(zip(long.tolist(), places.tolist(), strict=True))
        return Rows(starts, ends, nexts, cells, *bounds, inserts), done

    def _cells(self, marks: Words, cells: Places, starts: Places, ends: Places) -> tuple[Places, Places]:
        """Return where the cells of the numbers begin and end; of each row count of cells and bounds are known."""
        if self.column:
            places, cell_ends = _two_from(marks, starts, self.column)
            cell_starts = places + 1
        else:
            cell_starts, cell_ends = starts.copy(), _nth(marks, starts, 1)
        without = np.flatnonzero(cells <= self.column)
        cell_starts[without] = ends[without]
        cell_ends[without] = ends[without]
        return cell_starts, np.minimum(cell_ends, ends)

    def _split_slowly(self, data: bytes, size: int, *, last: bool) -> tuple[Rows, int]:
        """Return what `split` returns, cell by cell: for text in which quotes stand where they should not."""
        cell = cell_pattern(self.delimiter, self.line_end)
        marks: list[int] = []
        position = 0
        while position < size:
            found = cell.match(data, position, size)
            assert found is not None
            end = found.end()
            if end == size:
                break
            if found[0][:1] == b'"' and self._may_go_on(found, size, last=last):
                break
            marks.append(end)
            position = end + 1
        buffer = np.frombuffer(data, np.uint8, size)
        flags = np.zeros(size, np.bool_)
        flags[np.array(marks, np.int64)] = True
        endings = _packed(flags & (buffer == self.line_end))
        return self._rows(data, size, _packed(flags), endings, last=last)

    def _may_go_on(self, found: re.Match[bytes], size: int, *, last: bool) -> bool:
        """Tell whether a cell that begins with a quote and was read as text may be a quoted one that ends later."""
        if last or found["quoted"] is not None:
            return False
        opened = _OPENED.match(found.string, found.start(), size)
        return opened is not None and size - found.start() <= MAX_QUOTED


_OPENED = re.compile(rb'"(?:[^"]++|"")*+"?+\r?\Z')
"""A quoted cell that is not closed before the end, or closed by the last byte."""


def _packed(flags: npt.NDArray[np.bool_]) -> Words:
    """Return flags as bits, the first one lowest; two words of zeros follow."""
    words = np.zeros(len(flags) // 64 + 3, np.uint64)
    words.view(np.uint8)[: (len(flags) + 7) // 8] = np.packbits(flags, bitorder="little")
    return words


def _unquote(buffer: Text, cell_starts: Places, cell_ends: Places) -> None:
    """Take the quotes from the bounds of cells that have some."""
    quoted = np.flatnonzero(buffer[np.minimum(cell_starts, len(buffer) - 1)] == QUOTE)
    quoted = quoted[cell_ends[quoted] - cell_starts[quoted] > 1]
    quoted = quoted[buffer[cell_ends[quoted] - 1] == QUOTE]
    cell_starts[quoted] += 1
    cell_ends[quoted] -= 1


def _places(words: Words) -> Places:
    return np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_))


def _places_apart(words: Words) -> Places:
    """Return what `_places` does, in a third of the time where no byte has two bits: where they are line ends."""
    eights = words.view(np.uint8)
    if (eights & (eights - np.uint8(1))).any():
        return _places(words)
    found = np.flatnonzero(eights != 0)
    first = eights[found]
    found <<= 3
    found += np.bitwise_count(first - np.uint8(1))
    return found


def _bits_at(words: Words, places: Places) -> Words:
    bits: Words = (words[places >> 6] >> (places.view(np.uint64) & _LAST)) & _ONE
    return bits


def _inside(quotes: Words) -> Words:
    """Return the places at and after every odd quote up to the next even one, which is not one of them."""
    inside = quotes.copy()
    for step in _HALVES:
        inside ^= inside << step
    odd = np.bitwise_xor.accumulate(inside >> _LAST)
    inside[1:] ^= np.uint64(0) - odd[:-1]
    return inside


def _ranks(words: Words, places: Places) -> Places:
    """Return how many bits are set before each place."""
    before = np.zeros(len(words) + 1, np.int64)
    np.cumsum(np.bitwise_count(words), out=before[1:])
    index = places >> 6
    lower = _ONE << (places.view(np.uint64) & _LAST)
    lower -= _ONE
    lower &= words[index]
    ranks: Places = before[index]
    ranks += np.bitwise_count(lower)
    return ranks


def _nth(words: Words, places: Places, count: int) -> Places:
    """Return where the `count`-th bit from each place on is; any place where there are not so many."""
    window = _window(words, places, count)
    return _found(words, places, window, count)


def _two_from(words: Words, places: Places, count: int) -> tuple[Places, Places]:
    """Return where the `count`-th bit from each place on and the one after it are; as `_nth` does."""
    window = _window(words, places, count)
    first = _found(words, places, window, count)
    window &= window - _ONE
    return first, _found(words, places, window, count + 1)


def _window(words: Words, places: Places, count: int) -> Words:
    """Return the 64 bits from each place on, without the first `count` - 1 that are set."""
    index = places >> 6
    shift = places.view(np.uint64) & _LAST
    window: Words = words[index] >> shift
    index += 1
    window |= words[index] << _ONE << (_LAST - shift)
    for _ in range(count - 1):
        window &= window - _ONE
    return window


def _found(words: Words, places: Places, window: Words, count: int) -> Places:
    """Return where the first bit of each window is, or else the `count`-th from its place on."""
    found = places + np.bitwise_count(~window & (window - _ONE))
    far = np.flatnonzero(window == 0)
    if len(far):
        every = _places(words)
        ranks = np.minimum(_ranks(words, places[far]) + (count - 1), len(every) - 1)
        found[far] = every[ranks] if len(every) else places[far]
    return found


@cache
def cell_pattern(delimiter: int, line_end: int) -> re.Pattern[bytes]:
    """Return the pattern of a cell: quoted and rightly closed, or anything up to the next delimiter or line end."""
    end, ends = re.escape(bytes((line_end,))), re.escape(bytes((delimiter, line_end)))
    closed = rb"(?:(?=[%s]|\Z)|\r(?=%s|\Z))" % (ends, end)
    return re.compile(rb'(?P<quoted>"(?:[^"]++|"")*+")' + closed + rb"|[^%s]*" % ends)
