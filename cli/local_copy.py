"""The lists of a pulled folder, as far as they are proven: by manifest, receipt and hash.

Nothing unsigned is believed: dates come from the signed receipt and manifest, and a bitmap counts only with the hash
that both name.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cli import age
from cli.errors import NotVerifiedError, StaleError, UnreachableError, UsageError
from cli.evidence import SignedManifest
from cli.folder import Folder
from cli.status import Receipts
from cli.trust import payload_of


@dataclass(frozen=True)
class LocalCopy:
    """A pulled folder, as `open_copy` found it.

    Attributes:
        folder: where it is.
        list_date: date of the list of the last pull.
        valid_until: last day on which calls may rely on it.
        manifest: the list's manifest.
        receipts: ids of the receipts for this list.
        current: the bitmap's SHA-256 of each area that the last pull covered.
        older: areas that it did not cover; what is held of them is an older list.

    """

    folder: Folder
    list_date: date
    valid_until: date
    manifest: SignedManifest
    receipts: tuple[str, ...]
    current: Mapping[str, str]
    older: frozenset[str]

    @property
    def profile(self) -> str:
        """Name of the jurisdiction."""
        return str(self.manifest.payload["profile"])

    def bitmap_of(self, area: str) -> bytes | None:
        """Return the bitmap of an area, or None where the copy has no list of this date.

        Raises:
            NotVerifiedError: the file was changed after it was pulled, or is gone.
            UnreachableError: a pull has changed the copy since it was opened.
        """
        wanted = self.current.get(area)
        if wanted is None:
            return None
        try:
            data = self.folder.bitmap(area).read_bytes()
        except FileNotFoundError:
            data = b""
        if hashlib.sha256(data).hexdigest() != wanted:
            # a pull writes `pull.json` before it moves a bitmap, so whoever finds the new one finds the new state
            held = self.folder.state().areas.get(area)
            if held is None or held.sha256 != wanted:
                raise UnreachableError("A pull changed the copy meanwhile.", ("Run the same command again.",))
            raise NotVerifiedError(f"The bitmap of area {area} is not the one that was published.", self._again())
        return data

    def why_not(self, area: str) -> str:
        """Return why `bitmap_of` has nothing for an area."""
        from quietline.washes.report import Why

        if area in self.older:
            return Why.AREA_NOT_CURRENT
        return Why.AREA_NOT_PULLED if area in self.manifest.bitmaps() else Why.AREA_NOT_PUBLISHED

    def _again(self) -> tuple[str, ...]:
        return (f"Pull again: quietline pull {self.folder.path}",)


def open_copy(path: Path) -> LocalCopy:
    """Return the copy in a folder after checking its proofs.

    Raises:
        NotVerifiedError: a signature is wrong, or the proofs are missing or contradict each other.
        StaleError: the list is too old to be used.
        UsageError: nothing was pulled into the folder.
    """
    folder, again = Folder(path), (f"Pull: quietline pull {path}",)
    state = folder.state()
    if not state.areas:
        raise UsageError(f"There is no pulled list in {path}.", again)
    manifest = _manifest(folder, state.list_date)
    receipts = Receipts(folder, folder.keys(), {})
    of_area = {area: receipts.of(state, area) for area in state.areas}
    bitmaps = manifest.bitmaps()
    current = {area: state.areas[area].sha256 for area, one in of_area.items() if one["list_date"] == state.list_date}
    for area, sha256 in current.items():
        if bitmaps.get(area) != sha256:
            raise NotVerifiedError(f"Manifest and receipt name different lists of area {area}.", again)
    used: dict[str, Mapping[str, Any]] = {str(of_area[area]["id"]): of_area[area] for area in current}
    if not used:
        raise NotVerifiedError(f"There is no receipt for the list of {state.list_date}.", again)
    valid_until = min(str(receipt["valid_until"]) for receipt in used.values())
    if age.days_left(valid_until, str(manifest.payload["profile"])) < 0:
        raise StaleError(f"The list of {state.list_date} could be used until {valid_until}; nothing was washed.", again)
    return LocalCopy(
        folder=folder,
        list_date=date.fromisoformat(state.list_date),
        valid_until=date.fromisoformat(valid_until),
        manifest=manifest,
        receipts=tuple(sorted(used)),
        current=current,
        older=frozenset(state.areas) - set(current),
    )


def _manifest(folder: Folder, day: str) -> SignedManifest:
    path = folder.manifests / f"{Path(day).name}.jws"
    if not path.is_file():
        raise NotVerifiedError(f"The manifest of the list of {day} is missing.", ("Pull again.",))
    signed = path.read_bytes()
    payload = payload_of(folder.keys(), signed.decode("ascii", "replace"), "manifest")
    if payload["date"] != day:
        raise NotVerifiedError(f"{path.name} is the manifest of {payload['date']}.", ("Pull again.",))
    return SignedManifest(payload, hashlib.sha256(signed).hexdigest())
