"""Rebuilding the public directory from the organizations' records, e.g. for those certified before it existed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from quietline.sellers.model import Organization

ATTEMPTS = 3


class Listings(Protocol):
    """Organizations, and what the public directory shows of them."""

    def everybody(self) -> Iterable[Organization]:
        """Return every organization, in no order."""
        ...

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        ...

    def list_again(self, organization: Organization) -> int | None:
        """Make the directory show just what it is to show of an organization as read.

        Returns:
            How many items were wrong; None when the organization changed since, and nothing was written.
        """
        ...


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuilding found: organizations, how many of them are listed, how many were shown wrongly.

    `missed` are ids of organizations that somebody else kept changing; running again helps.
    """

    organizations: int
    listed: int
    mended: int
    missed: tuple[str, ...]


@dataclass(frozen=True)
class DirectoryRebuild:
    """Rebuilds the directory beside everything that changes it; running it again finds nothing to mend."""

    listings: Listings

    def run(self) -> Rebuilt:
        """Compare each organization with what the directory shows of it, and mend that."""
        organizations = listed = mended = 0
        missed = []
        for found in self.listings.everybody():
            organizations += 1
            listed += found.public and found.certified_at is not None
            wrong = self._mend(found)
            if wrong is None:
                missed.append(found.id)
            else:
                mended += wrong > 0
        return Rebuilt(organizations, listed, mended, tuple(missed))

    def _mend(self, found: Organization) -> int | None:
        now: Organization | None = found
        for _ in range(ATTEMPTS):
            if now is None:
                return 0
            wrong = self.listings.list_again(now)
            if wrong is not None:
                return wrong
            now = self.listings.get(found.id)
        return None
