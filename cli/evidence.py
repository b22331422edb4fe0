"""What lies around a file and proves it: the keys, manifests and receipts, each with its signature checked."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cli import renders
from cli.errors import NotVerifiedError
from cli.trust import KeySet, sha256_of

CHANGES = "changes"
INNER = ("bitmaps", "manifests", "receipts")


@dataclass(frozen=True)
class Finding:
    """One sentence about what was checked: `ok`, `wrong`, or a `note` of what cannot be told from here."""

    result: Literal["ok", "note", "wrong"]
    sentence: str


SANDBOX = "It is of the sandbox, for tests of programs: it says nothing about the real list."


@dataclass(frozen=True)
class SignedManifest:
    """A manifest whose signature holds, and the bytes that were signed."""

    payload: Mapping[str, Any]
    sha256: str

    @property
    def sandbox(self) -> bool:
        """Whether it is of the sandbox's list."""
        return bool(self.payload.get("sandbox"))

    @property
    def previous(self) -> Mapping[str, str] | None:
        """Date and hash of the manifest before."""
        found: Mapping[str, str] | None = self.payload["previous"]
        return found

    def bitmaps(self) -> dict[str, str]:
        """Return the SHA-256 of each area's bitmap."""
        entries = self.payload["areas"]
        return {
            entry["area"]: file["sha256"] for entry in entries for file in entry["files"] if file["kind"] == "bitmap"
        }

    def names(self, received: Mapping[str, Any]) -> bool | None:
        """Return whether it names a file as a receipt for its list does.

        None stands for a file that was made on request, which no manifest names: another format, or changes of other
        days than the list's own.
        """
        entry = next((entry for entry in self.payload["areas"] if entry["area"] == received["area"]), None)
        if entry is None or entry["date"] != received["date"]:
            return False
        kind, others = received["kind"], received.get("since") or entry["date"] != self.payload["date"]
        files = [file for file in entry["files"] if (file["kind"], file["format"]) == (kind, received["format"])]
        if kind != "bitmap" and (not files or (kind == CHANGES and others)):
            return None
        return any(file["sha256"] == received["sha256"] for file in files)


@dataclass
class Evidence:
    """Manifests by date and receipts by id; `broken` says which signed files there do not verify.

    `harmed` are the dates and ids of those: what hangs on one of them is not said to be wrong a second time.
    """

    keys: KeySet
    manifests: dict[str, SignedManifest] = field(default_factory=dict)
    receipts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    broken: list[Finding] = field(default_factory=list)
    harmed: set[str] = field(default_factory=set)

    @classmethod
    def around(cls, path: Path, keys: KeySet) -> "Evidence":
        """Gather what lies in a pulled folder, or beside a file."""
        made = cls(keys)
        root = root_of(path)
        for folder in (root, root / "manifests", root / "receipts"):
            for signed in sorted(folder.glob("*.jws")):
                made._add(signed)
        return made

    @property
    def profile(self) -> str:
        """Name of the jurisdiction that the manifests name; without one, the settings'."""
        named = (str(manifest.payload["profile"]) for manifest in self.manifests.values())
        return next(named, os.environ.get("QUIETLINE_PROFILE") or "us")

    def _add(self, path: Path) -> None:
        data = path.read_bytes()
        try:
            payload = self.keys.verify(data.decode("ascii", "replace"))
        except NotVerifiedError as error:
            self.broken.append(Finding("wrong", f"{path.name}: {error}"))
            self.harmed.add(path.stem)
            return
        if payload.get("type") == "manifest":
            self.manifests[str(payload["date"])] = SignedManifest(payload, hashlib.sha256(data).hexdigest())
        elif payload.get("type") == "receipt":
            self.receipts[str(payload["id"])] = payload

    def chain(self) -> list[Finding]:
        """Return what is wrong with the chain of manifests; one sentence when nothing is."""
        days = sorted(self.manifests)
        sound = [day for day in days[1:] if (self.manifests[day].previous or {}).get("date") not in self.harmed]
        wrong = [finding for day in sound if (finding := self.link(day)).result != "ok"]
        if wrong or not days or self.harmed:
            return [Finding("wrong", finding.sentence) for finding in wrong]
        if len(days) == 1:
            return [Finding("ok", f"The manifest of {days[0]} is signed; it is the only one here.")]
        return [Finding("ok", f"The {len(days)} manifests from {days[0]} to {days[-1]} are one chain without a gap.")]

    def link(self, day: str) -> Finding:
        """Return whether the manifest of a date continues the one before it."""
        previous = self.manifests[day].previous
        if previous is None:
            return Finding("ok", f"The manifest of {day} is the first of all.")
        before = self.manifests.get(previous["date"])
        if before is None:
            return Finding("note", f"The manifest of {previous['date']}, which that of {day} continues, is not here.")
        if before.sha256 != previous["sha256"]:
            return Finding("wrong", f"The manifest of {previous['date']} is not the one that that of {day} continues.")
        return Finding("ok", f"The manifest of {day} continues the one of {previous['date']}.")

    def lists_with(self, sha256: str) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
        """Yield date, entry and file of every manifest that names this hash, oldest first."""
        for day, manifest in sorted(self.manifests.items()):
            for entry in manifest.payload["areas"]:
                for file in entry["files"]:
                    if file["sha256"] == sha256:
                        yield day, entry, file

    def receipts_for(self, area: str, hashes: set[str]) -> list[Mapping[str, Any]]:
        """Return the receipts that name one of these hashes for an area, oldest first."""
        found = [
            receipt
            for receipt in self.receipts.values()
            if any(entry["area"] == area and entry["sha256"] in hashes for entry in receipt["areas"])
        ]
        return sorted(found, key=lambda receipt: str(receipt["issued_at"]))

    def list_file(self, path: Path) -> tuple[dict[str, Any], set[str]]:
        """Return what a list file is by the manifests, and the hashes of it and of files with the same numbers.

        A text is compared by the numbers in it, so it may have been zipped or written anywhere. A change list that was
        made on request is what the receipt that names it says.

        Raises:
            NotVerifiedError: no manifest names it or its numbers, and no receipt these changes.
        """
        own, area = sha256_of(path), path.stem
        found = list(self.lists_with(own))
        if not found and (received := self._received(own)):
            return received, {own}
        if not self.manifests:
            hint = "Pulled folders keep them in manifests/."
            raise NotVerifiedError("There is no manifest beside the file.", (hint,))
        if not found and path.suffix != ".roar":
            area, digest = self._by_content(path)
            found = list(self.lists_with(digest))
        # equal lists, of areas without a number for example, have equal hashes
        found = [one for one in found if one[1]["area"] == area] or (found if area == path.stem else [])
        if not found:
            raise NotVerifiedError(
                f"No manifest names {path.name}: it was changed, it is not from here, or the manifest of its date is "
                "not beside it."
            )
        first, (last, entry, file) = found[0][0], found[-1]
        facts = {"area": entry["area"], "date": entry["date"], "list_date": last, "first_list": first}
        facts |= {"count": entry["count"], "kind": file["kind"], "sha256": own}
        if file["kind"] == CHANGES:
            changed = {"count": entry["added"] + entry["removed"], "added": entry["added"], "removed": entry["removed"]}
            return facts | changed, {own}
        return facts, {own, *(named["sha256"] for named in entry["files"] if named["kind"] != CHANGES)}

    def _received(self, sha256: str) -> dict[str, Any] | None:
        """Return what a receipt says of a change list; None where none names it."""
        for receipt in self.receipts.values():
            for entry in receipt["areas"]:
                if (entry["kind"], entry["sha256"]) == (CHANGES, sha256):
                    day = receipt["list_date"]
                    facts = {"area": entry["area"], "date": entry["date"], "list_date": day, "first_list": day}
                    told = {name: entry[name] for name in ("count", "kind", "sha256")}
                    return facts | told | {"since": entry.get("since")}
        return None

    def _by_content(self, path: Path) -> tuple[str, str]:
        """Return area and hash of the bitmap with the numbers of a text."""
        from quietline.lists import build

        profile = next(iter(self.manifests.values())).payload["profile"]
        area, numbers = renders.numbers_of(path, profile)
        digest = hashlib.sha256(build.dump(numbers)).hexdigest()
        if any(self.lists_with(digest)):
            return area, digest
        # equal sets did not always make equal bytes; a published bitmap that lies here shows its numbers itself
        root = root_of(path)
        for near in (*root.glob("bitmaps/*.roar"), *root.glob("*.roar")):
            data = near.read_bytes()
            published = hashlib.sha256(data).hexdigest()
            if any(self.lists_with(published)) and build.load(data) == numbers:
                return area, published
        return area, digest


def root_of(path: Path) -> Path:
    """Return the pulled folder that a file belongs to, or the folder it lies in."""
    found = path.resolve() if path.is_dir() else path.resolve().parent
    return found.parent if found.name in INNER else found
