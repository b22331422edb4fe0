"""Call lists as they come: plain, gzipped or zipped; UTF-8, Latin-1, UTF-16; with a byte order mark or without."""

import codecs
import io
import zipfile
from collections.abc import Buffer, Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Protocol, cast

from isal import igzip

from quietline.kernel.archives import UNREADABLE
from quietline.kernel.errors import FieldError, InvalidInputError

SPOOL_BYTES = 16 << 20
"""A zip that cannot be read backwards is kept in memory up to this size, beyond it in a temporary file."""

_TEXTS = (".csv", ".txt", ".tsv", ".tab", ".psv")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Reader(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class Counted(io.RawIOBase):
    """Reads from a stream, gives back what was looked at first, and tells how many bytes went by."""

    def __init__(self, stream: BinaryIO, progress: Callable[[int], None]) -> None:
        self.stream, self.progress = stream, progress
        self.head = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def peek(self, size: int) -> bytes:
        """Return the first bytes without taking them."""
        while len(self.head) < size:
            more = self.stream.read(size - len(self.head))
            if not more:
                break
            self.head += more
        return self.head

    def read(self, size: int = -1, /) -> bytes:
        """Return as many bytes as one read gives, not more than `size`; all of them without a size."""
        if size < 0:
            return self.readall()
        data, self.head = self.head[:size], self.head[size:]
        data = data or self.stream.read(size)
        self.progress(len(data))
        return data

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer as far as one read goes; return how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@dataclass
class Unpacked:
    """A call list's own bytes.

    Attributes:
        stream: where they come from.
        packing: `gz`, `zip` or empty.
        max_bytes: most that will be read.
        spool: the temporary file of a zip.

    """

    stream: Reader
    packing: str
    max_bytes: int | None
    spool: BinaryIO | None = None
    taken: int = 0

    def close(self) -> None:
        """Remove what was spooled."""
        if self.spool is not None:
            self.spool.close()

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none only at the end.

        Raises:
            InvalidInputError: the packing is damaged, or the list is larger than it may be.
        """
        try:
            data = self.stream.read(size)
        except UNREADABLE as error:
            if not self.packing:
                raise
            raise _refused(f"The {self.packing} file is damaged or cut off.", "file_damaged") from error
        self.taken += len(data)
        if self.max_bytes is not None and self.taken > self.max_bytes:
            raise _refused(f"The file has more than {self.max_bytes:,} bytes (unpacked).", "file_too_large")
        return data


def unpack(source: BinaryIO, progress: Callable[[int], None], max_bytes: int | None) -> Unpacked:
    """Return a call list's own bytes, whether it is plain, gzipped or zipped.

    Raises:
        InvalidInputError: a zip with no text file or several, with a password, or an Excel workbook.
    """
    counted = Counted(source, progress)
    head = counted.peek(4)
    if head[:2] == b"\x1f\x8b":
        gunzipped: Any = igzip.IGzipFile(fileobj=counted, mode="rb")  # type: ignore[no-untyped-call]
        return Unpacked(gunzipped, "gz", max_bytes)
    if head in {b"PK\x03\x04", b"PK\x05\x06"}:
        spool = cast(BinaryIO, SpooledTemporaryFile(max_size=SPOOL_BYTES))  # noqa: SIM115 (`close` closes it)
        try:
            return Unpacked(_zipped(counted, spool), "zip", max_bytes, spool)
        except BaseException:
            spool.close()
            raise
    if head == b"\xd0\xcf\x11\xe0":
        raise _refused("This is an Excel workbook. Save it as CSV and try again.", "file_is_workbook")
    return Unpacked(cast(Reader, counted), "", max_bytes)


def _zipped(counted: Counted, spool: BinaryIO) -> Reader:
    while data := counted.read(1 << 20):
        spool.write(data)
    spool.seek(0)
    try:
        archive = zipfile.ZipFile(spool)
        names = members(archive)
        if any(info.filename == "[Content_Types].xml" for info in names):
            raise _refused("This is an Excel workbook. Save it as CSV and try again.", "file_is_workbook")
        texts = [info for info in names if info.filename.lower().endswith(_TEXTS)]
        found = texts or names
        if len(found) != 1:
            raise _refused(f"The zip holds {len(found)} files; it must hold one call list.", "zip_not_one_file")
        return opened(archive, found[0])
    except UNREADABLE as error:
        raise _refused("The zip file is damaged or cut off.", "file_damaged") from error


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, without what a Mac puts beside them."""
    return [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")]


def opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Reader:
    """Return a file of an archive.

    Raises:
        InvalidInputError: it has a password, is damaged, or is packed in a way that is not read here.
    """
    if info.flag_bits & 1:
        raise _refused("The zip is protected with a password.", "zip_has_password")
    try:
        return cast(Reader, archive.open(info))
    except NotImplementedError as error:
        message = "The zip is packed in a way that is not read here (Deflate64, for example). Zip it again as usual."
        raise _refused(message, "file_damaged") from error
    except UNREADABLE as error:
        raise _refused("The zip file is damaged or cut off.", "file_damaged") from error


@dataclass(frozen=True)
class Encoding:
    """How text is encoded: its name, and the byte order mark it begins with."""

    name: str
    mark: bytes = b""

    @property
    def is_wide(self) -> bool:
        """Tell whether it must be turned into UTF-8 to be split into rows."""
        return self.name.startswith(("utf-16", "utf-32"))


def encoding_of(head: bytes) -> Encoding:
    """Return the encoding by the first bytes of a text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, mark)
    zeros = head[:4096].count(0)
    if zeros > len(head[:4096]) // 4:
        odd = head[1:4096:2].count(0)
        return Encoding("utf-16-le" if odd > zeros // 2 else "utf-16-be")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return Encoding("cp1252")
    return Encoding("utf-8")


class WideReader:
    """Gives UTF-16 or UTF-32 text as UTF-8."""

    def __init__(self, stream: Reader, name: str) -> None:
        self.stream = stream
        self._decoder = codecs.getincrementaldecoder(name)("surrogatepass")

    def read(self, size: int, /) -> bytes:
        """Return some bytes, none only at the end.

        Raises:
            InvalidInputError: the text is not in its encoding, or it was cut off within a character.
        """
        while True:
            data = self.stream.read(size)
            try:
                text = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                raise _refused("The text is damaged or cut off: it is not in its encoding.", "file_damaged") from error
            if text or not data:
                return text.encode("utf-8", "surrogatepass")


class WideWriter:
    """Takes UTF-8 and writes it in the caller's encoding."""

    def __init__(self, sink: BinaryIO, name: str) -> None:
        self.sink, self.name = sink, name
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")

    def write(self, data: Buffer, /) -> int:
        """Write text; what is left of a character waits for the rest of it."""
        text = memoryview(data)
        self.sink.write(self._decoder.decode(text).encode(self.name, "surrogatepass"))
        return text.nbytes


def _refused(message: str, code: str) -> InvalidInputError:
    return InvalidInputError(message, (FieldError("/file", message, code),))
