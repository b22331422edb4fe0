"""A case as one signed zip, proven without any network."""

import hashlib
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from quietline.kernel.archives import UNREADABLE

from cli.errors import NotVerifiedError
from cli.evidence import Finding
from cli.trust import KeySet, find_keys, payload_of

MANIFEST = "manifest.jws"
PIECE = 1 << 20


def is_bundle(file: Path) -> bool:
    """Whether a file is a zip with a signed list of what is in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            return MANIFEST in archive.namelist()
    except UNREADABLE:
        return False


def check(file: Path, jwks: Path | None) -> tuple[dict[str, Any], list[Finding]]:
    """Return what a bundle is of, and whether it holds just what was signed.

    Raises:
        NotVerifiedError: there are no keys of the registry, or its list is not signed by one of them.
    """
    keys: KeySet = find_keys(file, jwks)
    with zipfile.ZipFile(file) as archive:
        try:
            signed_list = archive.read(MANIFEST)
        except UNREADABLE as error:
            raise NotVerifiedError(f"{MANIFEST} cannot be unpacked.") from error
        payload = payload_of(keys, signed_list.decode("ascii", "replace").strip(), "bundle")
        signed = {str(entry["name"]): entry for entry in payload["files"]}
        findings = [Finding("ok", "The registry signed the list of files, and nothing in it was changed since.")]
        names = Counter(archive.namelist())
        names.pop(MANIFEST)
        wrong = sorted(signed.keys() - names.keys())
        findings += [Finding("wrong", f"{name} was signed but is not in the bundle.") for name in wrong]
        more = sorted(name for name, times in names.items() if name not in signed or times > 1)
        findings += [Finding("wrong", f"{name} is in the bundle but was not signed.") for name in more]
        whole = 0
        for name in sorted(signed.keys() & names.keys()):
            if names[name] == 1 and _holds(archive, name, signed[name]):
                whole += 1
            elif names[name] == 1:
                findings.append(Finding("wrong", f"{name} is not as it was signed."))
        findings += _receipts(archive, sorted(signed.keys() & names.keys()), keys)
    findings.append(Finding("ok", f"{whole} of {len(signed)} files are just as they were signed."))
    facts = {name: payload[name] for name in ("type", "case", "profile", "made_at", "complaints")}
    facts["files"] = [{name: entry[name] for name in ("name", "bytes", "sha256")} for entry in payload["files"]]
    return facts, findings


def _receipts(archive: zipfile.ZipFile, names: list[str], keys: KeySet) -> list[Finding]:
    """Say of each receipt of a list whether the registry signed it, too."""
    findings, proven = [], 0
    for name in names:
        if not (name.startswith("receipts/") and name.endswith(".jws")):
            continue
        if archive.getinfo(name).file_size > PIECE:
            findings.append(Finding("wrong", f"{name} is too large for a receipt."))
            continue
        try:
            payload_of(keys, archive.read(name).decode("ascii", "replace").strip(), "receipt")
            proven += 1
        except (NotVerifiedError, *UNREADABLE):
            findings.append(Finding("wrong", f"{name} is no receipt that the registry signed."))
    if proven:
        findings.append(Finding("ok", f"{proven} receipts of lists are signed by the registry themselves."))
    return findings


def _holds(archive: zipfile.ZipFile, name: str, entry: dict[str, Any]) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as file:
            # no more than was signed is unpacked: a zip may promise terabytes
            while size <= int(entry["bytes"]) and (piece := file.read(PIECE)):
                digest.update(piece)
                size += len(piece)
    except UNREADABLE:
        return False
    return size == int(entry["bytes"]) and digest.hexdigest() == str(entry["sha256"])
