"""What the bytes of a file say it is."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from quietline.adapters.clamd import ClamdScanner
from quietline.evidence.scan import EICAR, MagicScanner
from quietline.kernel.errors import UnavailableError

PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic"})
SOUNDS = frozenset({"audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "audio/amr", "audio/3gpp"})
TEXT = frozenset({"text/plain"})
PAPERS = frozenset({"application/pdf"})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize(
    ("data", "types", "found"),
    [
        (PNG, PICTURES, "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(8), PICTURES, "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", PICTURES, "image/webp"),
        (b"\0\0\0\x18ftypheic" + bytes(8), PICTURES, "image/heic"),
        (b"ID3\x04" + bytes(8), SOUNDS, "audio/mpeg"),
        (b"\xff\xfb\x90\x44" + bytes(8), SOUNDS, "audio/mpeg"),
        (b"RIFF\x10\0\0\0WAVEfmt ", SOUNDS, "audio/wav"),
        (b"OggS\0\x02" + bytes(8), SOUNDS, "audio/ogg"),
        (b"#!AMR\n" + bytes(8), SOUNDS, "audio/amr"),
        (b"\0\0\0\x1cftypM4A " + bytes(8), SOUNDS, "audio/mp4"),
        (b"\0\0\0\x1cftyp3gp4" + bytes(8), SOUNDS, "audio/3gpp"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj<</Type/Catalog/JSON 1>>", PAPERS, "application/pdf"),
        (b"%PDF-1.7\n5 0 obj<</Length 8>>stream\n\x91/JS(\x8f/JS \xfe\nendstream", PAPERS, "application/pdf"),
        ("¿Quién llamó? Señor García.\n".encode(), TEXT, "text/plain"),
        (b"\xef\xbb\xbfwith a mark", TEXT, "text/plain"),
    ],
)
def test_what_evidence_may_be_is_taken(data: bytes, types: frozenset[str], found: str) -> None:
    verdict = MagicScanner().scan(data, types)

    assert (verdict.is_clean, verdict.content_type) == (True, found)


@pytest.mark.parametrize(
    ("data", "types", "reason"),
    [
        (b"", TEXT, "empty"),
        (EICAR, TEXT, "malware"),
        (PNG + EICAR, PICTURES, "malware"),
        (b"MZ\x90\0" + bytes(60), PICTURES, "executable"),
        (b"\x7fELF\x02", SOUNDS, "executable"),
        (b"#!/bin/sh\nrm -r /\n", TEXT, "executable"),
        (b"PK\x03\x04" + bytes(20), TEXT, "archive"),
        (b"\x1f\x8b\x08" + bytes(20), TEXT, "archive"),
        (b"<!DOCTYPE html><p>hello", TEXT, "markup"),
        (b"  \n<svg xmlns='http://www.w3.org/2000/svg'>", PICTURES, "markup"),
        (b"hello <script>alert(1)</script>", TEXT, "markup"),
        (b"%PDF-1.7\n%\xe2\xe3", TEXT, "wrong_type"),
        (b" %PDF-1.7\n%\xe2\xe3", PAPERS, "markup"),
        (b"%PDF-1.7\n<</S/JavaScript/JS(app.alert\\(1\\))>>", PAPERS, "active"),
        (b"%PDF-1.7\n<</S/Java#53cript>>", PAPERS, "active"),
        (b"%PDF-1.7\n<</S/Rendition/JS(app.alert\\(1\\))>>", PAPERS, "active"),
        (b"%PDF-1.7\n<</AcroForm<</XFA 3 0 R>>>>", PAPERS, "active"),
        (b"%PDF-1.7\n<</S/Launch/F(cmd.exe)>>", PAPERS, "active"),
        (b"%PDF-1.7\n<</Names<</EmbeddedFiles 2 0 R>>>>", PAPERS, "active"),
        (b"\xff\xfeh\0i\0", TEXT, "wrong_type"),
        (b"a\0b", TEXT, "wrong_type"),
        (PNG, SOUNDS, "wrong_type"),
        (b"only words", PICTURES, "wrong_type"),
    ],
)
def test_anything_else_is_refused_with_its_reason(data: bytes, types: frozenset[str], reason: str) -> None:
    assert MagicScanner().scan(data, types).reason == reason


@pytest.fixture
def clamd() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A clamd that answers what `said["answer"]` holds and keeps what it was sent."""
    said: dict[str, bytes] = {"answer": b"stream: OK\0"}
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line, line.makefile("rb") as source:
                assert source.read(10) == b"zINSTREAM\0"
                got = b""
                while size := struct.unpack("!I", source.read(4))[0]:
                    got += source.read(size)
                said["sent"] = got
                line.sendall(said["answer"])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}", said
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def test_clamd_sees_what_the_first_scan_takes(clamd: tuple[str, dict[str, bytes]]) -> None:
    address, said = clamd
    scanner = ClamdScanner(MagicScanner(), address)
    long = PNG + bytes(200_000)

    assert scanner.scan(long, PICTURES).is_clean
    assert said["sent"] == long

    said["answer"] = b"stream: Win.Test-1 FOUND\0"
    assert scanner.scan(PNG, PICTURES).reason == "malware"

    said["answer"] = b"INSTREAM size limit exceeded. ERROR\0"
    with pytest.raises(UnavailableError):
        scanner.scan(PNG, PICTURES)


def test_nothing_is_clean_while_clamd_is_away() -> None:
    scanner = ClamdScanner(MagicScanner(), "127.0.0.1:9")

    assert scanner.scan(b"MZ", TEXT).reason == "executable"
    with pytest.raises(UnavailableError):
        scanner.scan(b"words", TEXT)
