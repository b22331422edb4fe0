"""The lists that answer washes."""

import hashlib
from dataclasses import dataclass
from datetime import date

from quietline.lists.model import Kind, Manifest
from quietline.lists.ports import ObjectStore, PublicationStore
from quietline.lists.service import manifest_of


@dataclass(frozen=True)
class ManifestList:
    """Implements `washes.ports.AnsweringList`."""

    manifest: Manifest
    manifest_sha256: str
    objects: ObjectStore

    @property
    def date(self) -> date:
        """The list's date."""
        return self.manifest.date

    @property
    def areas(self) -> frozenset[str]:
        """The areas it covers."""
        return frozenset(entry.area for entry in self.manifest.areas)

    def bitmap(self, area: str) -> bytes:
        """Return the bitmap of one of its areas.

        Raises:
            ValueError: the file is not the one that the manifest names.
        """
        entry = self.manifest.entry(area)
        assert entry is not None
        file = entry.file(Kind.BITMAP, "roar")
        body = self.objects.get(file.key)
        if body is None or hashlib.sha256(body).hexdigest() != file.sha256:
            raise ValueError(f"the bitmap of {area} is not the one that was published")
        return body


@dataclass(frozen=True)
class NewestList:
    """Implements `washes.ports.WashLists`."""

    store: PublicationStore
    objects: ObjectStore

    def newest(self) -> ManifestList | None:
        """Return the newest list, or None before the first."""
        found = self.store.newest()
        if found is None:
            return None
        return ManifestList(manifest_of(self.objects, found), found.sha256, self.objects)
