"""Reading an existing registry's files in chunks of whole lines, and uploading the chunks.

A chunk's object is named by the SHA-256 of its text, so a chunk that is there is never uploaded again: an upload that
was cut off goes on where it stopped, and a file that grew costs what is new.
"""

import codecs
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from quietline.imports.layout import SAMPLE_BYTES, detect
from quietline.imports.model import CHUNK_BYTES, Chunk, File, ImportPlan, Layout
from quietline.kernel.archives import UNREADABLE
from quietline.kernel.errors import InvalidInputError
from quietline.profiles import Profile
from quietline.washes.source import Reader, Unpacked, members, opened

from cli.errors import RefusedError, UsageError
from cli.machines import call

UPLOADS = 4
"""Chunks on their way at the same time."""

type Advance = Callable[[int], None]


@dataclass(frozen=True)
class TextChunk:
    """Whole lines of one file: `first_line` counts from 1 and counts the header."""

    first_line: int
    data: bytes


class Source(io.RawIOBase):
    """A file that tells how far it was read."""

    def __init__(self, file: IO[bytes], advance: Advance) -> None:
        self._file: Any = file
        self._advance = advance
        self._furthest = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True: a zip archive's directory is at its end."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return int(self._file.seek(offset, whence))

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; what was not read before is progress."""
        count = int(self._file.readinto(buffer))
        if 0 < (step := self._file.tell() - self._furthest) <= count:
            self._furthest += step
            self._advance(step)
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@contextmanager
def _opened(path: Path, advance: Advance) -> "Iterator[io.BufferedReader[Any]]":
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    with io.BufferedReader(Source(file, advance), 1 << 20) as source:
        yield source


def texts(path: Path, advance: Advance) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name and the UTF-8 text of a file, or of every file in a zip archive; gzip is unpacked.

    Raises:
        UsageError: the file cannot be read or unpacked.
    """
    with _opened(path, advance) as source:
        magic = source.peek(4)[:4]
        try:
            if magic.startswith(b"PK\x03\x04"):
                with zipfile.ZipFile(source) as archive:
                    for member in members(archive):
                        yield f"{path.name}:{member.filename}", _decoded(_Packed(path, opened(archive, member), "zip"))
            elif magic.startswith(b"\x1f\x8b"):
                with gzip.open(source) as unpacked:
                    yield path.name, _decoded(_Packed(path, unpacked, "gz"))
            else:
                yield path.name, _decoded(source)
        except UNREADABLE as error:
            raise UsageError(f"{path} is damaged: {error}.") from error
        except InvalidInputError as error:
            raise UsageError(f"{path}: {error}") from error


class _Packed(io.RawIOBase):
    """A file while it is unpacked; what is wrong with it is said by whoever reads it."""

    def __init__(self, path: Path, stream: Reader, packing: str) -> None:
        super().__init__()
        self._path, self._unpacked = path, Unpacked(stream, packing, None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._unpacked.read(len(buffer))
        except InvalidInputError as error:
            raise UsageError(f"{self._path}: {error}") from error
        buffer[: len(data)] = data
        return len(data)


def _decoded(stream: IO[bytes] | io.RawIOBase) -> IO[bytes]:
    """Return a stream of UTF-8 without byte order mark."""
    buffered = io.BufferedReader(stream, 1 << 20)  # type: ignore[type-var]
    start = buffered.peek(4)[:4]
    if start.startswith(codecs.BOM_UTF8):
        buffered.read(len(codecs.BOM_UTF8))
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _Recoded(buffered)  # type: ignore[return-value]
    return buffered


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(stream, "utf-16", errors="replace", newline="")

    def read(self, size: int = -1) -> bytes:
        return self._text.read(size).encode("utf-8")


def chunks_of(stream: IO[bytes], rules: Any, column: str, size: int = CHUNK_BYTES) -> Iterator[Layout | TextChunk]:
    """Yield a text's layout, then its lines in chunks of about `size` bytes, without the header.

    Raises:
        UsageError: it cannot be told where the numbers are, or a line is longer than a chunk.
    """
    held = stream.read(min(size, SAMPLE_BYTES))
    try:
        layout = detect(held[: held.rfind(b"\n") + 1] or held, rules, column)
    except InvalidInputError as error:
        raise UsageError(str(error)) from error
    yield layout
    line, header = 1, layout.header
    while True:
        block = stream.read(size)
        held += block
        if block and len(held) < size:
            continue
        cut = held.rfind(b"\n") + 1 if block else len(held)
        if block and not cut:
            raise UsageError(f"Line {line} is longer than {size:,} bytes; this is no list of numbers.")
        data, held = held[:cut], held[cut:]
        if header and data:
            _, _, data = data.partition(b"\n")
            line, header = 2, False
        if data:
            yield TextChunk(line, data)
            line += _lines(data)
        if not block:
            return


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (not data.endswith(b"\n"))


@dataclass
class Uploader:
    """Puts chunks where the import's workers read them; `sent` and `present` count bytes of text."""

    client: Any
    bucket: str
    sent: int = 0
    present: int = 0

    def put(self, chunk: Chunk, data: bytes) -> None:
        """Upload a chunk unless it is there."""
        from botocore.exceptions import ClientError

        try:
            self.client.head_object(Bucket=self.bucket, Key=chunk.key)
            self.present += chunk.size
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey", "NotFound"):
                raise RefusedError(f"AWS refused: {error.response['Error'].get('Message', error)}") from error
            packed = gzip.compress(data, 1, mtime=0)
            call(self.client.put_object, Bucket=self.bucket, Key=chunk.key, Body=packed, ContentType="application/gzip")
            self.sent += chunk.size


def upload(
    paths: list[Path], profile: Profile, column: str, uploader: Uploader, *, advance: Advance, size: int = CHUNK_BYTES
) -> tuple[list[File], list[Chunk]]:
    """Upload the chunks of some files; return what a plan needs.

    Raises:
        UsageError: a file cannot be read.
    """
    files: list[File] = []
    chunks: list[Chunk] = []
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(UPLOADS) as pool:
        for path in paths:
            for name, text in texts(path, advance):
                for part in chunks_of(text, profile.rules, column, size):
                    if isinstance(part, Layout):
                        files.append(File(name=name, layout=part))
                        continue
                    chunk = Chunk(
                        file=len(files) - 1,
                        first_line=part.first_line,
                        lines=_lines(part.data),
                        size=len(part.data),
                        sha256=hashlib.sha256(part.data).hexdigest(),
                    )
                    chunks.append(chunk)
                    waiting.append(pool.submit(uploader.put, chunk, part.data))
                    if len(waiting) > 2 * UPLOADS:  # memory holds a few chunks, never the file
                        waiting.pop(0).result()
        for one in waiting:
            one.result()
    return files, chunks


def plan_of(
    profile: Profile, files: list[File], chunks: list[Chunk], registered_on: Any, *, dry_run: bool
) -> ImportPlan:
    """Return the import's plan."""
    return ImportPlan(
        profile=profile.name,
        files=tuple(files),
        chunks=tuple(chunks),
        registered_on=registered_on,
        dry_run=dry_run,
    )
