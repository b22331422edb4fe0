"""The lists that were pulled into a folder, as far as they can be proven: by manifest, receipt and hash.

Nothing unsigned is believed: the list's date comes from a signed manifest, the last day from a signed receipt, and a
bitmap counts only if a manifest names its hash.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import age
from cli.errors import NotVerifiedError, StaleError, UsageError
from cli.folder import Folder
from cli.trust import KeySet, find_keys, payload_of

if TYPE_CHECKING:
    from pyroaring import BitMap


@dataclass
class LocalCopy:
    """A pulled folder, opened by `open_copy`.

    Attributes:
        folder: where it is.
        profile: whose numbers.
        list_date: date of the list.
        valid_until: last day it may be used.
        manifest_sha256: over the manifest's bytes.
        receipts: ids of the receipts for this list.
        areas: areas that the receipts name.

    """

    folder: Path
    profile: str
    list_date: date
    valid_until: date
    manifest_sha256: str
    receipts: tuple[str, ...]
    areas: frozenset[str]
    keys: KeySet
    hashes: dict[str, str]
    """The bitmap's SHA-256 of each area, as the manifest names it."""
    _not_current: set[str] = field(default_factory=set)

    def bitmap_of(self, area: str) -> "BitMap | None":
        """Return the numbers of an area, or None where the copy has no list of it that is of this date.

        Raises:
            NotVerifiedError: the file was changed, or no manifest in the folder names it.
        """
        from pyroaring import BitMap

        path = self.folder / "bitmaps" / f"{area}.roar"
        if area not in self.areas or not path.is_file():
            return None
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest != self.hashes.get(area):
            self._must_be_older(area, digest)
            return None
        return BitMap.deserialize(data)

    def why_not(self, area: str) -> str:
        """Return why `bitmap_of` had nothing for an area."""
        from quietline.washes.report import Why

        if area in self._not_current:
            return Why.AREA_NOT_CURRENT
        return Why.AREA_NOT_PULLED if area in self.hashes else Why.AREA_NOT_PUBLISHED

    def _must_be_older(self, area: str, digest: str) -> None:
        for path in sorted((self.folder / "manifests").glob("*.jws"), reverse=True):
            manifest = payload_of(self.keys, path.read_text(encoding="ascii", errors="replace"), "manifest")
            if _bitmap_hashes(manifest).get(area) == digest:
                self._not_current.add(area)
                return
        raise NotVerifiedError(
            f"The bitmap of area {area} is not the one that was published: it was changed after it was pulled.",
            (f"Delete {self.folder / 'bitmaps' / f'{area}.roar'} and pull again.",),
        )


def open_copy(folder: Path, today: date | None = None) -> LocalCopy:
    """Return the copy in a folder after checking its proofs.

    Raises:
        NotVerifiedError: a signature is wrong, or the proofs are missing or contradict each other.
        StaleError: the list is too old to be used.
        UsageError: nothing was pulled into the folder.
    """
    again = (f"Pull: quietline pull {folder}",)
    state = Folder(folder).state()
    if not state.list_date:
        raise UsageError(f"There is no pulled list in {folder}.", again)
    keys = find_keys(folder)
    day = state.list_date
    path = folder / "manifests" / f"{Path(day).name}.jws"
    if not path.is_file():
        raise NotVerifiedError(f"The manifest of the list of {day} is not in {folder}.", again)
    signed = path.read_bytes()
    manifest = payload_of(keys, signed.decode("ascii", "replace"), "manifest")
    if manifest["date"] != day:
        raise NotVerifiedError(f"{path.name} is the manifest of {manifest['date']}.", again)
    receipts = _receipts(folder, keys, day)
    if not receipts:
        raise NotVerifiedError(f"There is no receipt for the list of {day} in {folder}.", again)
    valid_until = min(date.fromisoformat(receipt["valid_until"]) for receipt in receipts)
    if valid_until < (today or age.today()):
        raise StaleError(f"The list of {day} could be used until {valid_until}; nothing was washed.", again)
    return LocalCopy(
        folder=folder,
        profile=manifest["profile"],
        list_date=date.fromisoformat(day),
        valid_until=valid_until,
        manifest_sha256=hashlib.sha256(signed).hexdigest(),
        receipts=tuple(receipt["id"] for receipt in receipts),
        areas=frozenset(entry["area"] for receipt in receipts for entry in receipt["areas"]),
        keys=keys,
        hashes=_bitmap_hashes(manifest),
    )


def _receipts(folder: Path, keys: KeySet, day: str) -> list[dict[str, Any]]:
    """Return the receipts for the list of a day, the oldest first."""
    found = []
    for path in sorted(Folder(folder).receipts.glob("*.jws")):
        receipt = payload_of(keys, path.read_text(encoding="ascii", errors="replace"), "receipt")
        if receipt["list_date"] == day:
            found.append(receipt)
    return found


def _bitmap_hashes(manifest: dict[str, Any]) -> dict[str, str]:
    return {
        entry["area"]: file["sha256"]
        for entry in manifest["areas"]
        for file in entry["files"]
        if file["kind"] == "bitmap"
    }
