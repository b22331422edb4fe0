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
is some tens of megabytes, 1.3 MB for each area met, and as much again in a call list of over two million numbers.
"""

from collections import deque
from collections.abc import Buffer, Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Protocol, cast

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.washes.bits import LISTED, Matcher
from quietline.washes.columns import Layout, find_layout
from quietline.washes.memory import keep_freed_memory
from quietline.washes.numbers import REASONS, TAKEN, WIDTH, NumberReader
from quietline.washes.report import ANSWER_COLUMNS, ListsView, WashOptions, WashSummary
from quietline.washes.rows import Places, Rows, Splitter
from quietline.washes.source import Encoding, Reader, Unpacked, WideReader, WideWriter, encoding_of, unpack

CHUNK = 1 << 21
"""Bytes that are worked on at once: enough that numpy's calls cost little, and what is made of them stays in cache."""
_LACKS_ONE = 3 * 256
"""Kinds of a row's tail: the code of its answer, and 256 for each byte of its line end, and this for each cell less."""
_WINDOW = 4
"""Rows are copied in windows as wide as the longest, but not wider than so many average rows."""
MAX_ROW = 8 << 20
"""A row longer than this is refused, and the whole file with it: it is no call list."""

__all__ = ["ListsView", "WashOptions", "WashSummary", "count_by_area", "wash"]


class Writer(Protocol):
    """Anything that bytes can be written to."""

    def write(self, data: Buffer, /) -> int:
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


def count_by_area(
    source: BinaryIO, options: WashOptions, progress: Callable[[int], None] = lambda size: None
) -> WashSummary:
    """Count a call list's different numbers by area; see `wash`. No list is needed, and nothing is written.

    Raises:
        InvalidInputError: as `wash` does.
    """
    nothing, day = BitMap().serialize(), date.min
    return wash(source, cast(BinaryIO, _Nowhere()), ListsView(day, day, lambda _area: nothing), options, progress)


class _Nowhere:
    """Takes bytes and forgets them."""

    def write(self, data: Buffer, /) -> int:
        """Forget bytes."""
        return memoryview(data).nbytes


def _washed(unpacked: Unpacked, sink: BinaryIO, lists: ListsView, options: WashOptions) -> WashSummary:
    keep_freed_memory()
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

        def answer(piece: tuple[bytes, Rows]) -> tuple[Buffer, Places]:
            return answers.of(*piece, self._codes(*piece))

        pieces = self._pieces(first, layout, answers)
        for text, counts in _in_order(self.options.threads, answer, pieces):
            self.target.write(text)
            self.counts += counts
        return self._summary(layout, answers, encoding, packing)

    def _pieces(self, data: bytes, layout: Layout, answers: "_Answers") -> Iterator[tuple[bytes, Rows]]:
        """Yield pieces of the call list with their rows; write the header."""
        splitter = Splitter(layout.delimiter, layout.line_end, layout.column, layout.width)
        waits_for_header, last = layout.header is not None, False
        padded = data + bytes(WIDTH)
        while not last:
            piece = _read_full(self.stream, CHUNK)
            last = not piece
            size = len(padded) - WIDTH
            rows, done = splitter.split(padded, size, last=last)
            if waits_for_header and len(rows.starts):
                self.target.write(answers.header(padded, rows))
                rows, waits_for_header = rows.after_first(), False
            if len(rows.starts):
                yield padded, rows
            padded = b"".join((padded[done:size], piece, bytes(WIDTH)))
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
        by_area = self.matcher.by_area()
        areas, areas_not_answered = self.matcher.areas()
        unknown = {REASONS[code]: int(self.counts[code]) for code in range(1, len(REASONS)) if self.counts[code]}
        return WashSummary(
            rows=int(self.counts.sum()),
            listed=int(self.counts[LISTED]),
            clear=int(self.counts[TAKEN]),
            unknown=unknown,
            distinct_numbers=sum(by_area.values()),
            distinct_answered=sum(by_area[area] for area in areas),
            numbers_by_area=by_area,
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
    _tails: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.layout.header and {name.casefold() for name in self.layout.header} & set(ANSWER_COLUMNS):
            self.names = tuple(f"wash_{name}" for name in ANSWER_COLUMNS)

    def header(self, data: bytes, rows: Rows) -> bytes:
        """Return the header with our columns."""
        end, after = int(rows.ends[0]), int(rows.nexts[0])
        return data[:end] + self._cells(self.names) + data[end:after]

    def of(self, data: bytes, rows: Rows, codes: npt.NDArray[np.uint8]) -> tuple[Buffer, Places]:
        """Return rows with their answers, and how many there are of each code.

        Row by row the answer is the caller's bytes, the cells that a short row lacks, ours, and the line end; in a row
        with more cells than the header the surplus stands between ours and the line end.
        """
        ends, tail_kinds = rows.ends, codes.astype(np.int64)
        tail_kinds += (rows.nexts - ends) * 256
        short = np.flatnonzero(rows.cells < self.layout.width)
        tail_kinds[short] += (self.layout.width - rows.cells[short]) * _LACKS_ONE
        surplus = np.array(list(rows.inserts), np.int64)
        if len(surplus):
            ends = ends.copy()
            ends[surplus] = list(rows.inserts.values())
            tail_kinds[surplus] = codes[surplus]
        lengths = ends - rows.starts
        tails: list[tuple[bytes, Places]] = []
        sizes, counts = np.empty(len(codes), np.int64), np.zeros(256, np.int64)
        for kind in _distinct(tail_kinds):
            tail, members = self._tail(kind), np.flatnonzero(tail_kinds == kind)
            tails.append((tail, members))
            sizes[members] = len(tail)
            counts[kind & 255] += len(members)
        sizes += lengths
        sizes[surplus] += rows.nexts[surplus] - ends[surplus]
        after = np.cumsum(sizes)
        begins = after - sizes
        text = _laid_out(data, rows.starts, lengths, begins, int(after[-1]))
        begins += lengths
        for tail, members in tails:
            whole = f"V{len(tail)}"
            places = np.ndarray((len(text) - len(tail) + 1,), whole, text.data, strides=(1,))
            places[begins[members]] = np.frombuffer(tail, whole)[0]
        for row in surplus.tolist():
            rest = data[int(ends[row]) : int(rows.nexts[row])]
            end = int(after[row])
            text[end - len(rest) : end] = np.frombuffer(rest, np.uint8)
        return text.data, counts

    def _tail(self, kind: int) -> bytes:
        """Return what follows a row's own bytes: cells that it lacks, the answer of its code, its line end."""
        if kind not in self._tails:
            missing, rest = divmod(kind, _LACKS_ONE)
            ending, code = divmod(rest, 256)
            line_end = bytes((self.layout.line_end,))
            dates = (self.lists.list_date.isoformat(), self.lists.valid_until.isoformat())
            status = {TAKEN: "clear", LISTED: "listed"}.get(code, "unknown")
            reason = REASONS[code] if status == "unknown" else ""
            cells = self._cells((status, reason, *dates))
            tail = bytes((self.layout.delimiter,)) * missing + cells + (b"", line_end, b"\r" + line_end)[ending]
            self._tails[kind] = tail
        return self._tails[kind]

    def _cells(self, values: tuple[str, ...]) -> bytes:
        delimiter = chr(self.layout.delimiter)
        return "".join(delimiter + value for value in values).encode("ascii")


def _laid_out(data: bytes, starts: Places, lengths: Places, begins: Places, size: int) -> npt.NDArray[np.uint8]:
    """Return `size` bytes in which the rows `data[starts[i]:starts[i] + lengths[i]]` stand at `begins`, in order.

    What is between them is left to be written. Rows are copied as windows of one width, so each also spoils bytes after
    it, which the next rows then write: numpy copies them in their order.
    """
    longest = int(lengths.max())
    average = (int(starts[-1] - starts[0]) + longest) // len(starts)
    width = max(1, min(longest, _WINDOW * average + 1))
    text = np.empty(size + width, np.uint8)
    last = len(data) - width
    fits = int(np.searchsorted(starts, last, "right"))
    if fits:
        windows = np.ndarray((last + 1,), f"V{width}", data, strides=(1,))
        places = np.ndarray((size + 1,), f"V{width}", text.data, strides=(1,))
        places[begins[:fits]] = windows[starts[:fits]]
    others = np.flatnonzero(lengths[:fits] > width) if longest > width else starts[:0]
    source = np.frombuffer(data, np.uint8)
    for row in (*others.tolist(), *range(fits, len(starts))):
        start, begin, length = int(starts[row]), int(begins[row]), int(lengths[row])
        text[begin : begin + length] = source[start : start + length]
    return text[:size]


def _distinct(values: Places) -> list[int]:
    """Return the different values, small ones mostly."""
    few = int(values.max()) < 4 * _LACKS_ONE
    found: list[int] = (np.flatnonzero(np.bincount(values)) if few else np.unique(values)).tolist()
    return found


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
