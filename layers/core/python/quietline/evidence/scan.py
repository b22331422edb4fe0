"""The scan that needs no other program: it looks at what the bytes say they are, and whether that was promised.

It knows the types that evidence may have by their first bytes and takes nothing else, so an executable, an archive or
a page is refused whatever its name; the reason names what it was. It knows no viruses but the test file of the
European Institute for Computer Antivirus Research; a deployment adds a virus scanner (ADR 0031).
"""

import re
from enum import StrEnum

from quietline.evidence.model import Verdict

HEAD = 4096
"""Bytes in which a page's or a script's first words are looked for."""
PLAIN = "text/plain"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""In two parts, so that this file is not taken for the test file itself."""


class Reason(StrEnum):
    """Why a file is refused; words for people are in the texts."""

    EMPTY = "empty"
    MALWARE = "malware"
    EXECUTABLE = "executable"
    ARCHIVE = "archive"
    MARKUP = "markup"
    """A page or a drawing that may hold script."""
    WRONG_TYPE = "wrong_type"
    """Readable, but not what was declared, or of no type that evidence may have."""
    TOO_LARGE = "too_large"
    ACTIVE = "active"
    """A paper that runs script, starts programs or has files inside."""


EXECUTABLES = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"dex\n")
PDF = b"%PDF-"
ACTIVE = re.compile(rb"/(JavaScript|Rendition|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\0\t\n\f\r ()<>\[\]{}/%])")
"""Names of a PDF's parts that do something (ISO 32000-2, 12.6.4); what is compressed only a virus scanner sees.

None is so short that chance makes it: `/JS` stands once in 17 MB of a scanned page, and does nothing without
`/JavaScript` or `/Rendition` beside it.
"""
HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
"""A byte of a PDF's name may be written as its two digits: `/Java#53cript` is `/JavaScript` (7.3.5)."""
AMR = b"#!AMR"
"""A voice format of phones whose first bytes look like a script's."""
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"MSCF")
MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<iframe", b"<?php", b"%pdf")
BRANDS = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"mp42": "audio/mp4",
    b"isom": "audio/mp4",
    b"3gp4": "audio/3gpp",
    b"3gp5": "audio/3gpp",
    b"3gp6": "audio/3gpp",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
}
"""Major brands of ISO base media files."""


class MagicScanner:
    """Implements `ports.Scanner` by first bytes."""

    def scan(self, data: bytes, types: frozenset[str]) -> Verdict:
        """Say what the bytes are, or why they are refused."""
        if not data:
            return Verdict("", Reason.EMPTY)
        if EICAR in data:
            return Verdict("", Reason.MALWARE)
        if data.startswith(EXECUTABLES) and not data.startswith(AMR):
            return Verdict("", Reason.EXECUTABLE)
        if data.startswith(ARCHIVES):
            return Verdict("", Reason.ARCHIVE)
        if data.startswith(PDF) and ACTIVE.search(HEX.sub(_byte, data)):
            return Verdict("", Reason.ACTIVE)
        found = content_type_of(data)
        if not found:
            head = data[:HEAD].lower()
            return Verdict("", Reason.MARKUP if any(mark in head for mark in MARKUP) else Reason.WRONG_TYPE)
        return Verdict(found) if found in types else Verdict(found, Reason.WRONG_TYPE)


def content_type_of(data: bytes) -> str:
    r"""Return the type that a file's first bytes say; empty for none of evidence's.

    >>> content_type_of(b"\\x89PNG\r\n\x1a\n....")
    'image/png'
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(PDF):
        return "application/pdf"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return BRANDS.get(data[8:12], "")
    if data.startswith(b"OggS"):
        return "audio/ogg"
    if data.startswith(AMR):
        return "audio/amr"
    # an ID3 tag, or the sync of an MPEG audio frame: layer I is in no phone, layer 0 is reserved
    if data.startswith(b"ID3") or (len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 in (0xE2, 0xE4)):
        return "audio/mpeg"
    return PLAIN if _is_plain(data) else ""


def _byte(digits: re.Match[bytes]) -> bytes:
    return bytes([int(digits[1], 16)])


def _is_plain(data: bytes) -> bool:
    """Whether the bytes are text in UTF-8 that no program takes for a page."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(character < " " and character not in "\t\n\r\f" for character in text):
        return False
    head = data[:HEAD].lower()
    return not any(mark in head for mark in MARKUP)
