"""Which file answers a download request for one area: a kept one, or one to be rendered."""

from dataclasses import dataclass
from datetime import date

from quietline.kernel.errors import NotPublishedError
from quietline.lists.model import AreaEntry, Day, Kind, ListFile, Manifest
from quietline.lists.render import RenderRequest, Source

NOT_PUBLISHED_SINCE = "area_not_published_since"
"""The area was not on the list that changes were to start from."""
CHANGES_LARGER = "changes_larger_than_full"
"""The change list would be the larger file."""


@dataclass(frozen=True)
class Choice:
    """Either `file`, which is kept, or `request`, which is to be rendered.

    Attributes:
        entry: the area's snapshot.
        kind: what was asked for.
        since: the list that changes start from, where the caller named one.
        start: when the area had last changed on that list.
        reason: why the full list comes in place of changes, if it is known already.
        file: the kept file.
        request: what to render.

    """

    entry: AreaEntry
    kind: Kind
    since: Day | None = None
    start: Day | None = None
    reason: str = ""
    file: ListFile | None = None
    request: RenderRequest | None = None


def choose(
    manifest: Manifest, start: Manifest | None, area: str, kind: Kind, format_: str, *, since: date | None
) -> Choice:
    """Return what answers for an area.

    Args:
        manifest: the current list.
        start: the list that changes start from; None where there is none.
        area: area key.
        kind: what was asked for.
        format_: one of its formats.
        since: the date of `start`, where the caller named it.

    Raises:
        NotPublishedError: the current list does not have the area.
    """
    entry = manifest.entry(area)
    if entry is None:
        raise NotPublishedError(f"No list of area {area} has been published yet.")
    if kind is not Kind.CHANGES:
        return _whole(entry, kind, kind, format_, "")
    before = start.entry(area) if start else None
    if since is not None and before is None:
        return _whole(entry, kind, Kind.FULL, format_, NOT_PUBLISHED_SINCE)
    todays = since is None and entry.date == manifest.date
    kept = _kept(entry, Kind.CHANGES, format_) if todays else None
    if kept is not None:
        full = _kept(entry, Kind.FULL, format_)
        if full is not None and kept.size > full.size:
            return _whole(entry, kind, Kind.FULL, format_, CHANGES_LARGER)
        return Choice(entry, kind, file=kept)
    request = RenderRequest(area, kind, format_, _source(entry), _source(before) if before else None)
    return Choice(entry, kind, since, before.date if before else None, request=request)


def _whole(entry: AreaEntry, asked: Kind, kind: Kind, format_: str, reason: str) -> Choice:
    kept = _kept(entry, kind, format_)
    request = None if kept else RenderRequest(entry.area, kind, format_, _source(entry))
    return Choice(entry, asked, reason=reason, file=kept, request=request)


def _kept(entry: AreaEntry, kind: Kind, format_: str) -> ListFile | None:
    return next((file for file in entry.files if (file.kind, file.format) == (kind, format_)), None)


def _source(entry: AreaEntry) -> Source:
    file = entry.file(Kind.BITMAP, "roar")
    return Source(entry.date, entry.count, file.key, file.sha256)
