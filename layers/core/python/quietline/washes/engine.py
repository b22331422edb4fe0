"""The wash engine: a call list in, the same list with an answer a row out; streaming, in bounded memory.

    summary = wash(source, sink, ListsView(list_date, valid_until, bitmap_of), WashOptions(profile), progress)

`source` and `sink` are binary streams that need not be seekable (a zip is spooled). The answer has the caller's bytes
unchanged, in the caller's encoding and delimiter, plain (never packed); each row gets four cells more: `status`
(`listed`, `clear`, `unknown`), `reason`, `list_date`, `valid_until`. There are as many rows in the answer as in the
call list: a row that is empty or has no number is `unknown` with a reason. Short rows are filled up with empty cells,
and in rows with more cells than the header the answer stands before the surplus, so that `status` is always in its own
column. Where the caller has a column of one of these names already, ours begin with `wash_`
(`WashSummary.answer_columns`). Nothing is written when the layout is refused; when an error comes later (a damaged
gzip) the sink has a part of the answer, which the caller must throw away.

Only functions with the `lists` layer import this module. A thread does well over a million rows a second; memory
is some tens of megabytes, and 2 MB for each area met.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.washes.bits import LISTED, Matcher
from quietline.washes.columns import Layout, find_layout
from quietline.washes.numbers import REASONS, TAKEN, WIDTH, NumberReader
from quietline.washes.report import ANSWER_COLUMNS, ListsView, WashOptions, WashSummary
from quietline.washes.rows import Rows, Splitter
from quietline.washes.source import Encoding, Reader, Unpacked, WideReader, WideWriter, encoding_of, unpack

CHUNK = 1 << 21
_MARKS = tuple(bytes((value,)) for value in (*range(1, 9), *range(14, 32), *range(0x80, 0x100)))
"""Bytes that texts seldom have."""
MAX_ROW = 8 << 20
"""A row longer than this is refused, and the whole file with it: it is no call list."""

__all__ = ["ListsView", "WashOptions", "WashSummary", "wash"]


class Writer(Protocol):
    """Anything that bytes can be written to."""

    def write(self, data: bytes, /) -> int:
        """Write all of it."""
        ...


def wash(
    source: BinaryIO,
    sink: BinaryIO,
    lists: ListsView,
    options: WashOptions,
    progress: Callable[[int], None] = lambda size: None,
) -> WashSummary:
    """Answer a call list.

    Args:
        source: the call list: CSV with any delimiter of `, ; tab |`, plain, gzipped or zipped.
        sink: where the answer goes.
        lists: the lists that answer.
        options: whose numbers, which column, how much.
        progress: told how many bytes of `source` were read since the last call.

    Raises:
        InvalidInputError: the file is empty, damaged, too large or no table; there is no such column, none that holds
            numbers, or several. `fields` says which (`/file`, `/column`).
    """
    with closing(unpack(source, progress, options.max_bytes)) as unpacked:
        return _washed(unpacked, sink, lists, options)


def _washed(unpacked: Unpacked, sink: BinaryIO, lists: ListsView, options: WashOptions) -> WashSummary:
    head = _read_full(unpacked, CHUNK)
    encoding = encoding_of(head)
    stream: Reader = _Again(head[len(encoding.mark) :], unpacked)
    target: Writer = sink
    if encoding.is_wide:
        stream, target = WideReader(stream, encoding.name), WideWriter(sink, encoding.name)
    work = _Wash(lists, options, stream, target)
    return work.run(sink, encoding, unpacked.packing)


@dataclass
class _Again:
    """A stream whose beginning was read already."""

    head: bytes
    stream: Reader

    def read(self, size: int, /) -> bytes:
        data, self.head = self.head[:size], self.head[size:]
        return data or self.stream.read(size)


class _Wash:
    """One wash."""

    def __init__(self, lists: ListsView, options: WashOptions, stream: Reader, target: Writer) -> None:
        self.lists, self.options, self.stream, self.target = lists, options, stream, target
        self.reader = NumberReader(options.profile)
        self.matcher = Matcher(options.profile.area_keys, options.profile.rules, lists)
        self.counts = np.zeros(256, np.int64)

    def run(self, sink: BinaryIO, encoding: Encoding, packing: str) -> WashSummary:
        first = _read_full(self.stream, CHUNK)
        layout = find_layout(first, self.reader, self.options.column, header=self.options.header)
        answers = _Answers(layout, self.lists)
        sink.write(encoding.mark)

        def answer(piece: tuple[bytes, Rows]) -> tuple[bytes, npt.NDArray[np.int64]]:
            codes = self._codes(*piece)
            return answers.of(*piece, codes), np.bincount(codes, minlength=256)

        pieces = self._pieces(first, layout, answers)
        for text, counts in _in_order(self.options.threads, answer, pieces):
            self.target.write(text)
            self.counts += counts
        return self._summary(layout, answers, encoding, packing)

    def _pieces(self, data: bytes, layout: Layout, answers: "_Answers") -> Iterator[tuple[bytes, Rows]]:
        """Yield pieces of the call list with their rows; write the header."""
        splitter = Splitter(layout.delimiter, layout.line_end, layout.column, layout.width)
        waits_for_header, last = layout.header is not None, False
        while not last:
            piece = _read_full(self.stream, CHUNK)
            last = not piece
            size = len(data)
            padded = data + bytes(WIDTH)
            rows, done = splitter.split(padded, size, last=last)
            if waits_for_header and len(rows.starts):
                self.target.write(answers.header(padded, rows))
                rows, waits_for_header = rows.after_first(), False
            if len(rows.starts):
                yield padded, rows
            data = data[done:] + piece
            if size - done > MAX_ROW:
                message = f"A line is longer than {MAX_ROW:,} bytes; this is no call list."
                raise InvalidInputError(message, (FieldError("/file", message, "row_too_long"),))

    def _codes(self, data: bytes, rows: Rows) -> npt.NDArray[np.uint8]:
        """Return each row's answer: 0 clear, `LISTED`, or the place of a reason in `REASONS`."""
        numbers = self.reader.read(data, rows.cell_starts, rows.cell_ends)
        codes = numbers.codes
        taken = np.flatnonzero(codes == TAKEN)
        codes[taken] = self.matcher.match(numbers.areas[taken], numbers.subscribers[taken])
        return codes

    def _summary(self, layout: Layout, answers: "_Answers", encoding: Encoding, packing: str) -> WashSummary:
        distinct, answered = self.matcher.distinct()
        areas, areas_not_answered = self.matcher.areas()
        unknown = {REASONS[code]: int(self.counts[code]) for code in range(1, len(REASONS)) if self.counts[code]}
        return WashSummary(
            rows=int(self.counts.sum()),
            listed=int(self.counts[LISTED]),
            clear=int(self.counts[TAKEN]),
            unknown=unknown,
            distinct_numbers=distinct,
            distinct_answered=answered,
            areas=areas,
            areas_not_answered=areas_not_answered,
            column=layout.column + 1,
            column_name=layout.header[layout.column] if layout.header else "",
            header=layout.header is not None,
            delimiter=chr(layout.delimiter),
            encoding=encoding.name,
            packing=packing,
            list_date=self.lists.list_date,
            valid_until=self.lists.valid_until,
            answer_columns=answers.names,
        )


@dataclass
class _Answers:
    """Writes rows with their answers."""

    layout: Layout
    lists: ListsView
    names: tuple[str, ...] = ANSWER_COLUMNS
    _endings: dict[bytes, npt.NDArray[np.object_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.layout.header and {name.casefold() for name in self.layout.header} & set(ANSWER_COLUMNS):
            self.names = tuple(f"wash_{name}" for name in ANSWER_COLUMNS)

    def header(self, data: bytes, rows: Rows) -> bytes:
        """Return the header with our columns."""
        end, after = int(rows.ends[0]), int(rows.nexts[0])
        return data[:end] + self._cells(self.names) + data[end:after]

    def of(self, data: bytes, rows: Rows, codes: npt.NDArray[np.uint8]) -> bytes:
        """Return rows with their answers."""
        if not rows.inserts and int(rows.cells.min()) == self.layout.width:
            answered = self._by_replacing(data, rows, codes)
            if answered is not None:
                return answered
        starts, ends, nexts = rows.starts.tolist(), rows.ends.tolist(), rows.nexts.tolist()
        cells = self._ended(b"")[codes].tolist()
        parts: list[bytes] = [b""] * (2 * len(codes))
        parts[0::2] = [data[start:end] for start, end in zip(starts, ends, strict=True)]
        parts[1::2] = [cell + data[end:after] for cell, end, after in zip(cells, ends, nexts, strict=True)]
        self._mend(parts, rows, data)
        return b"".join(parts)

    def _by_replacing(self, data: bytes, rows: Rows, codes: npt.NDArray[np.uint8]) -> bytes | None:
        """Return rows with their answers, or None for a piece in which this is not possible.

        Each row's line end becomes a byte that the piece does not have, one for each answer; then all of one answer are
        replaced at once. Half the time of joining rows one by one.
        """
        begin, done = int(rows.starts[0]), int(rows.nexts[-1])
        after = np.frombuffer(data, np.uint8)[rows.ends]
        ending = bytes(after[:1])
        if (after != after[0]).any() or rows.ends[-1] == done:
            return None
        present = np.flatnonzero(np.bincount(codes, minlength=256)).tolist()
        unused = (mark for mark in _MARKS if data.find(mark, begin, done) < 0)
        marks = dict(zip(present, unused, strict=False))
        if len(marks) < len(present):
            return None
        table = np.zeros(256, np.uint8)
        for code, mark in marks.items():
            table[code] = mark[0]
        text = bytearray(memoryview(data)[begin:done])
        np.frombuffer(text, np.uint8)[rows.ends - begin] = table[codes]
        answered = bytes(text)
        for code, mark in marks.items():
            answered = answered.replace(mark, self._ended(ending)[code])
        return answered

    def _mend(self, parts: list[bytes], rows: Rows, data: bytes) -> None:
        """Bring the answers of ragged rows into their column."""
        delimiter = bytes((self.layout.delimiter,))
        missing = self.layout.width - rows.cells
        for row in np.flatnonzero(missing > 0).tolist():
            parts[2 * row] += delimiter * int(missing[row])
        for row, place in rows.inserts.items():
            end = int(rows.ends[row])
            after = parts[2 * row + 1]
            tail = data[end : int(rows.nexts[row])]
            answer = after[: len(after) - len(tail)]
            parts[2 * row] = data[int(rows.starts[row]) : place]
            parts[2 * row + 1] = answer + data[place:end] + tail

    def _ended(self, ending: bytes) -> npt.NDArray[np.object_]:
        if ending not in self._endings:
            dates = (self.lists.list_date.isoformat(), self.lists.valid_until.isoformat())
            texts = np.full(256, b"", object)
            texts[TAKEN] = self._cells(("clear", "", *dates)) + ending
            texts[LISTED] = self._cells(("listed", "", *dates)) + ending
            for code, reason in enumerate(REASONS):
                if code:
                    texts[code] = self._cells(("unknown", reason, *dates)) + ending
            self._endings[ending] = texts
        return self._endings[ending]

    def _cells(self, values: tuple[str, ...]) -> bytes:
        delimiter = chr(self.layout.delimiter)
        return "".join(delimiter + value for value in values).encode("ascii")


def _in_order[Item, Result](
    threads: int, function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Result]:
    """Yield the results of some items in their order, as many threads working as told; few wait in memory."""
    if threads == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        running: deque[Future[Result]] = deque()
        try:
            for item in items:
                running.append(pool.submit(function, item))
                if len(running) > threads:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def _read_full(stream: Reader, size: int) -> bytes:
    """Return `size` bytes; fewer only at the end."""
    parts, missing = [], size
    while missing > 0:
        data = stream.read(missing)
        if not data:
            break
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
