"""Files become chunks of whole lines, whatever they are wrapped in."""

import codecs
import gzip
import io
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from quietline.imports.model import Layout, LayoutKind
from quietline.profiles import load_profile

from cli.errors import RefusedError, UsageError
from cli.intake import TextChunk, Uploader, chunks_of, plan_of, texts, upload

US = load_profile("us")
LINES = [f"818,259{n:04d}" for n in range(500)]
TEXT = "".join(f"{line}\n" for line in LINES).encode()


class MemoryBucket:
    """S3 of one bucket; `denied` refuses everything."""

    def __init__(self, denied: bool = False) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts = 0
        self.denied = denied

    def head_object(self, *, Bucket: str, Key: str) -> None:
        if self.denied or Key not in self.objects:
            code = "403" if self.denied else "404"
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "HeadObject")

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        self.puts += 1
        self.objects[Key] = Body


def read(path: Path) -> dict[str, bytes]:
    return {name: stream.read() for name, stream in texts(path, lambda _count: None)}


def test_plain_gzip_and_zip_hold_the_same_text(tmp_path: Path) -> None:
    plain, packed, archive = tmp_path / "a.txt", tmp_path / "a.txt.gz", tmp_path / "a.zip"
    plain.write_bytes(TEXT)
    packed.write_bytes(gzip.compress(TEXT))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("one.txt", TEXT)
        made.writestr("folder/two.txt", b"202,5550143\n")

    assert read(plain) == {"a.txt": TEXT}
    assert read(packed) == {"a.txt.gz": TEXT}
    assert read(archive) == {"a.zip:one.txt": TEXT, "a.zip:folder/two.txt": b"202,5550143\n"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_byte_order_marks_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("número\n8182590001\n".encode(encoding))

    assert read(path) == {"a.csv": "número\n8182590001\n".encode()}


@pytest.mark.parametrize("damaged", [gzip.compress(TEXT, mtime=0)[:60], b"PK\x03\x04 and no archive"])
def test_a_damaged_file_is_said(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(damaged)

    with pytest.raises(UsageError, match="damaged"):
        read(path)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "."), data)
    return out.getvalue()


def patched(data: bytes, place: int, value: int) -> bytes:
    """Change a two-byte field of a zip's one member, in its own header and in the archive's directory (2 further)."""
    head, directory = bytearray(data), data.index(b"PK\x01\x02")
    for start in (place, directory + place + 2):
        head[start : start + 2] = value.to_bytes(2, "little")
    return bytes(head)


NOISE = random.Random(1).randbytes(3_000_000).hex().encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (patched(zipped(a__txt=TEXT), 6, 1), "protected with a password"),
        (patched(zipped(a__txt=TEXT), 8, 9), "packed in a way that is not read here"),
        (zipped(a__txt=NOISE).replace(zipped(a__txt=NOISE)[2_000_000:2_001_000], bytes(1000)), "damaged"),
        (gzip.compress(NOISE, mtime=0)[:-1_000_000], "damaged"),
    ],
    ids=["password", "deflate64", "stream of a zip", "gzip cut off"],
)
def test_what_cannot_be_unpacked_is_said_wherever_it_is_noticed(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)

    with pytest.raises(UsageError, match=f"a.zip.*{said}"):
        read(path)


def test_what_a_mac_puts_beside_a_list_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("list.txt", TEXT)
        made.writestr("__MACOSX/._list.txt", b"\0\5\x16\7")

    assert read(path) == {"a.zip:list.txt": TEXT}


def test_progress_counts_every_byte_once(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("one.txt", TEXT)
    counted: list[int] = []

    for _name, stream in texts(path, counted.append):
        stream.read()

    assert 0 < sum(counted) <= path.stat().st_size


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path)


@given(st.integers(60, 400), st.booleans(), st.booleans())
def test_chunks_are_whole_lines_in_order(size: int, header: bool, ended: bool) -> None:
    text = (b"area,number\n" if header else b"") + (TEXT if ended else TEXT[:-1])
    layout, *chunks = chunks_of(io.BytesIO(text), US.rules, "", size)

    assert layout == Layout(kind=LayoutKind.AREA_AND_SUBSCRIBER, delimiter=",", header=header)
    line = 2 if header else 1
    for chunk in chunks:
        assert isinstance(chunk, TextChunk)
        assert chunk.first_line == line
        line += len(chunk.data.splitlines())
    joined = b"".join(chunk.data for chunk in chunks if isinstance(chunk, TextChunk))
    assert joined.decode().splitlines() == LINES


def test_an_endless_line_is_refused() -> None:
    with pytest.raises(UsageError, match="Line 1 is longer"):
        list(chunks_of(io.BytesIO(b"8" * 100_000), US.rules, "", 1_000))


def uploaded(paths: list[Path], bucket: Any) -> tuple[Uploader, Any]:
    uploader = Uploader(bucket, "bucket")
    return uploader, upload(paths, US, "", uploader, advance=lambda _count: None, size=1_000)


def test_what_is_there_is_not_uploaded_again(tmp_path: Path) -> None:
    path, bucket = tmp_path / "a.txt", MemoryBucket()
    path.write_bytes(TEXT)
    first, (files, chunks) = uploaded([path], bucket)
    puts = bucket.puts
    del bucket.objects[chunks[1].key]  # as if the first upload had been cut off

    again, same = uploaded([path], bucket)

    assert puts == len(chunks) > 3
    assert (bucket.puts, same) == (puts + 1, (files, chunks))
    assert (first.sent, first.present) == (len(TEXT), 0)
    assert again.sent == chunks[1].size
    assert sum(chunk.lines for chunk in chunks) == len(LINES)
    for chunk in chunks:
        assert len(gzip.decompress(bucket.objects[chunk.key])) == chunk.size


def test_an_import_is_named_by_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(codecs.BOM_UTF8 + TEXT)
    _, made = uploaded([path], MemoryBucket())
    path.write_bytes(TEXT + b"818,2590500\n")
    _, more = uploaded([path], MemoryBucket())

    ids = {plan_of(US, *found, None, dry_run=dry).id for found in (made, more) for dry in (False, True)}
    assert len(ids) == 4
    assert plan_of(US, *made, None, dry_run=False).id in ids


def test_a_bucket_that_refuses_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT)

    with pytest.raises(RefusedError, match="AWS refused"):
        uploaded([path], MemoryBucket(denied=True))
