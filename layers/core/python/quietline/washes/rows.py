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

QUOTE = 34
RETURN = 13
MAX_QUOTED = 1 << 20
"""Longest quoted cell, in bytes; a quote that is not closed by then is text."""


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
        marks = (buffer == self.delimiter) | (buffer == self.line_end)
        if data.find(b'"', 0, size) < 0:
            return self._rows(buffer, np.flatnonzero(marks), last=last)
        marks |= buffer == QUOTE
        places = np.flatnonzero(marks)
        quotes = buffer[places] == QUOTE
        if not self._is_well_formed(buffer, places, np.flatnonzero(quotes), last=last):
            return self._split_slowly(data, size, last=last)
        # one byte is enough to tell odd from even
        inside = (np.cumsum(quotes, dtype=np.uint8) & 1).view(np.bool_)
        return self._rows(buffer, places[~(inside | quotes)], last=last)

    def _is_well_formed(self, buffer: npt.NDArray[np.uint8], places: Places, quotes: Places, *, last: bool) -> bool:
        """Tell whether every odd quote follows a mark or begins the text, and every even one precedes a mark.

        Args:
            buffer: the text.
            places: where its marks are: delimiters, line ends and quotes.
            quotes: which of the marks are quotes.
            last: whether the file ends here.
        """
        end = len(buffer)
        if len(quotes) % 2 and (last or end - int(places[quotes[-1]]) > MAX_QUOTED):
            return False
        opening, closing = quotes[0::2], quotes[1::2]
        begins = places[opening]
        opens = (begins - places[opening - 1] == 1) | (begins == 0)
        if not opens.all():
            return False
        ends = places[closing]
        following = np.append(places, end)[closing + 1]
        open_ended = ends[following - ends != 1]
        if self.line_end == RETURN:
            return not len(open_ended)
        # only a carriage return may stand between a quote and the line end
        beyond = open_ended + 2
        returns = buffer[np.minimum(open_ended + 1, end - 1)] == RETURN
        return bool((returns & ((beyond >= end) | (buffer[np.minimum(beyond, end - 1)] == self.line_end))).all())

    def _rows(self, buffer: npt.NDArray[np.uint8], marks: Places, *, last: bool) -> tuple[Rows, int]:
        """Return the rows between marks: the delimiters and line ends that are not quoted."""
        ending = np.flatnonzero(buffer[marks] == self.line_end)
        done = int(marks[ending[-1]]) + 1 if len(ending) else 0
        unended = last and done < len(buffer)
        if unended:
            marks, done = np.append(marks, len(buffer)), len(buffer)
            ending = np.append(ending, len(marks) - 1)
        count = len(ending)
        first = np.zeros(count, np.int64)
        first[1:] = ending[:-1] + 1
        ends = marks[ending]
        nexts = ends + 1
        if unended:
            nexts[-1] -= 1
        starts = np.zeros(count, np.int64)
        starts[1:] = nexts[:-1]
        if self.line_end != RETURN and count:
            ends = ends - ((buffer[ends - 1] == RETURN) & (ends > starts))
        cells = ending - first + 1
        cell_starts, cell_ends = self._cells(buffer, marks, first, cells, (starts, ends))
        long = np.flatnonzero(cells > self.width).tolist()
        inserts = {row: int(marks[first[row] + self.width - 1]) for row in long}
        return Rows(starts, ends, nexts, cells, cell_starts, cell_ends, inserts), done

    def _cells(
        self, buffer: npt.NDArray[np.uint8], marks: Places, first: Places, cells: Places, bounds: tuple[Places, Places]
    ) -> tuple[Places, Places]:
        """Return where the cells of the numbers begin and end, given rows by first mark, cells and bounds."""
        starts, ends = bounds
        has = cells > self.column
        places = np.minimum(first + self.column, first + cells - 1)
        cell_ends = np.minimum(marks[places], ends)
        cell_starts = starts if self.column == 0 else np.where(has, marks[places - 1] + 1, cell_ends)
        if len(cell_starts):
            last_byte = len(buffer) - 1
            quoted = (buffer[np.minimum(cell_starts, last_byte)] == QUOTE) & (cell_ends - cell_starts > 1)
            quoted &= buffer[np.maximum(cell_ends - 1, 0)] == QUOTE
            cell_starts, cell_ends = cell_starts + quoted, cell_ends - quoted
        return cell_starts, cell_ends

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
        return self._rows(buffer, np.array(marks, np.int64), last=last)

    def _may_go_on(self, found: re.Match[bytes], size: int, *, last: bool) -> bool:
        """Tell whether a cell that begins with a quote and was read as text may be a quoted one that ends later."""
        if last or found["quoted"] is not None:
            return False
        opened = _OPENED.match(found.string, found.start(), size)
        return opened is not None and size - found.start() <= MAX_QUOTED


_OPENED = re.compile(rb'"(?:[^"]++|"")*+"?+\r?\Z')
"""A quoted cell that is not closed before the end, or closed by the last byte."""


@cache
def cell_pattern(delimiter: int, line_end: int) -> re.Pattern[bytes]:
    """Return the pattern of a cell: quoted and rightly closed, or anything up to the next delimiter or line end."""
    end, ends = re.escape(bytes((line_end,))), re.escape(bytes((delimiter, line_end)))
    closed = rb"(?:(?=[%s]|\Z)|\r(?=%s|\Z))" % (ends, end)
    return re.compile(rb'(?P<quoted>"(?:[^"]++|"")*+")' + closed + rb"|[^%s]*" % ends)
