"""Answer carriers and call-blocking apps: the reported callers page by page, or what changed since a version.

Every feed that was published is kept unchanged under its version for as long as its window is, so that pages of one
answer fit together, and the difference to what somebody holds is exact, also for callers that have left.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quietline.kernel.errors import FieldError, InvalidInputError, UnavailableError
from quietline.kernel.jws import parse
from quietline.opendata.ports import Files

NUMBERS, NUMBERS_MANIFEST = "reported-numbers.csv", "manifests/reported-numbers.jws"
VERSION_LENGTH = 16
HELD = 3
"""Feeds that a container keeps: some 20 MB each."""
PAGE, MOST = 1000, 5000
"""Usual and most callers of a page: 5,000 are 1 MB, a sixth of what a function may answer."""

type Feed = dict[str, str]
"""Number → its line of the feed, in the order of numbers."""


def version_of(body: bytes) -> str:
    """Return what names a feed: the beginning of its SHA-256."""
    return hashlib.sha256(body).hexdigest()[:VERSION_LENGTH]


def feed_name(version: str) -> str:
    """Return the private file of a feed."""
    return f"feed/{version}.csv.gz"


def packed(body: bytes) -> bytes:
    """Return a feed as it is kept."""
    return gzip.compress(body, compresslevel=6, mtime=0)


@dataclass(frozen=True)
class CallersPage:
    """A page of callers, and what had left the feed since the version that was asked from.

    Attributes:
        facts: payload of the feed's manifest: `from`, `to`, `published_at`, `numbers`.
        complete: whether the pages hold every caller; else just those that are new or changed.
        lines: of callers, by number: the feed's CSV fields.
        removed: numbers to forget, all of them on the first page.
        following: where the next page begins; empty at the end.
    """

    version: str
    facts: Mapping[str, Any]
    complete: bool
    lines: tuple[tuple[str, ...], ...]
    removed: tuple[str, ...]
    following: str


@dataclass(frozen=True)
class ReportedCallers:
    """Reads the published feeds."""

    files: Files
    known: dict[str, Feed] = field(default_factory=dict)

    def current(self) -> tuple[str, Mapping[str, Any]]:
        """Return the newest feed's version and its manifest's payload; an empty version before there is one."""
        manifest = self.files.published(NUMBERS_MANIFEST)
        if manifest is None:
            return "", {}
        facts = parse(manifest.decode()).payload
        return str(facts["files"][0]["sha256"])[:VERSION_LENGTH], facts

    def page(self, since: str = "", after: str = "", limit: int = PAGE) -> CallersPage:
        """Return a page.

        Args:
            since: version that the caller holds; empty, or of a feed that is no longer kept, for everything.
            after: `following` of the page before.
            limit: callers of a page.

        Raises:
            InvalidInputError: `after` is none, or its feed is no longer kept.
            UnavailableError: the feed is being published.
        """
        newest, facts = self.current()
        version, _, last = after.partition(":") if after else (newest, "", "")
        if not version:
            return CallersPage("", {}, complete=True, lines=(), removed=(), following="")
        feed = self._feed(version)
        if feed is None:
            if after:
                sentence = "This page is of a feed that is no longer kept. Begin again without `after`."
                raise InvalidInputError(sentence, (FieldError("/after", sentence, "after_not_known"),))
            raise UnavailableError("The feed is being published. Please ask again.")
        before = self._feed(since) if since else None
        wanted = [number for number, line in feed.items() if before is None or before.get(number) != line]
        rest = [number for number in wanted if number > last]
        shown = rest[:limit]
        more = len(rest) > limit
        removed = () if before is None or after else tuple(sorted(number for number in before if number not in feed))
        return CallersPage(
            version=version,
            facts=facts if version == newest else {},
            complete=before is None,
            lines=tuple(tuple(feed[number].split(",")) for number in shown),
            removed=removed,
            following=f"{version}:{shown[-1]}" if more else "",
        )

    def _feed(self, version: str) -> Feed | None:
        if not (len(version) == VERSION_LENGTH and all(digit in "0123456789abcdef" for digit in version)):
            return None
        if version not in self.known:
            body = self.files.kept(feed_name(version))
            if body is None:
                return None
            if len(self.known) >= HELD:
                del self.known[next(iter(self.known))]
            lines = gzip.decompress(body).decode().splitlines()[1:]
            self.known[version] = {line.partition(",")[0]: line for line in lines}
        return self.known[version]
