"""Downloads: which files an organization may fetch, by links of minutes, against a signed receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import (
    FieldError,
    ForbiddenError,
    InvalidInputError,
    NotEntitledError,
    NotFoundError,
    NotPublishedError,
    NotPublishedOnError,
)
from quietline.kernel.ids import WRONG_LIST, is_sandbox, new_ulid
from quietline.lists.choice import CHANGES_LARGER, Choice, choose
from quietline.lists.model import (
    CONTENT_TYPES,
    FORMATS,
    AreaEntry,
    Day,
    KeptReceipt,
    Kind,
    ListFile,
    Manifest,
    Published,
    download_name,
)
from quietline.lists.ports import EntitlementReader, ObjectStore, PublicationStore, ReceiptStore, Renders, Signer
from quietline.lists.publish import read_manifest
from quietline.lists.render import Rendered
from quietline.profiles import Profile
from quietline.usage.model import Agent, in_receipt


@dataclass(frozen=True)
class DownloadedFile:
    """One file to fetch: `url` lives for minutes, `name` is what to save it as.

    `since` is the list that changes start from, where one was named; `reason` says why the full list comes instead.
    """

    area: str
    date: Day
    kind: Kind
    format: str
    since: Day | None
    reason: str
    count: int
    size: int
    sha256: str
    name: str
    url: str


@dataclass(frozen=True)
class Download:
    """The answer to a download request: files and the signed receipt for them."""

    receipt_id: str
    receipt: str
    list_date: date
    valid_until: date
    files: tuple[DownloadedFile, ...]


@dataclass(frozen=True)
class Manifests:
    """Reads published manifests."""

    store: PublicationStore
    objects: ObjectStore

    def signed(self, day: date | None) -> tuple[Published, bytes]:
        """Return the manifest of a date, or the newest, as it was signed.

        Raises:
            NotPublishedError: no list exists yet.
            NotFoundError: that date has none.
        """
        found = self.store.newest() if day is None else self.store.published(day)
        if found is None and day is None:
            raise NotPublishedError("No list has been published yet.")
        data = None if found is None else self.objects.get(found.key)
        if found is None or data is None:
            raise NotFoundError("No list was published under this date.")
        return found, data


@dataclass(frozen=True)
class Downloads:
    """Hands out lists to organizations."""

    profile: Profile
    clock: Clock
    store: PublicationStore
    objects: ObjectStore
    entitlements: EntitlementReader
    receipts: ReceiptStore
    signer: Signer
    renders: Renders
    url_seconds: int
    sandbox: bool = False
    """Whether this is the sandbox's list, which is handed to sandbox organizations and nobody else."""

    def create(
        self,
        organization_id: str,
        san: str,
        areas: Sequence[str] | None,
        kind: Kind,
        format_: str | None,
        *,
        since: date | None = None,
        agent: Agent | None = None,
    ) -> Download:
        """Return links to the current list's files of some areas, and the receipt for them.

        Args:
            organization_id: who asks.
            san: its subscription account number, which the receipt names; it has one once it has certified.
            areas: area keys; None means every area it is entitled to.
            kind: what to fetch.
            format_: one of the kind's formats; None means the first.
            since: with changes, the date of the list they start from; None means the list before the current one.
            agent: who asks for the organization, when it does not itself; the receipt names both.

        Raises:
            ForbiddenError: the organization has not certified.
            InvalidInputError: an area, a format or the list of `since` does not exist.
            NotEntitledError: the subscription does not cover an area.
            NotPublishedError: no list exists yet, or none of an area.
        """
        if not san:
            raise ForbiddenError("Your organization must certify how it uses the registry first.")
        if is_sandbox(organization_id) is not self.sandbox:
            raise ForbiddenError(WRONG_LIST)
        now = self.clock.now()
        wanted_format = self._format(kind, format_)
        entitled = self.entitlements.entitled_areas(organization_id)
        wanted = self._areas(areas, entitled)
        newest = self.store.newest()
        if newest is None:
            raise NotPublishedError("No list has been published yet.")
        manifest = manifest_of(self.objects, newest)
        start = self._start(manifest, kind, since)
        chosen = [choose(manifest, start, area, kind, wanted_format, since=since) for area in wanted]
        rendered = iter(self.renders.render([choice.request for choice in chosen if choice.request]))
        files = tuple(self._file(choice, next(rendered) if choice.request else None) for choice in chosen)
        receipt_id = new_ulid(now)
        valid_until = newest.date + timedelta(days=self.profile.lists.max_age_days)
        payload = {
            "type": "receipt",
            "id": receipt_id,
            "san": san,
            "organization": organization_id,
            **in_receipt(agent),
            "list_date": newest.date.isoformat(),
            "issued_at": to_text(now),
            "valid_until": valid_until.isoformat(),
            "areas": [_in_receipt(file) for file in files],
        }
        receipt = self.signer.sign(payload)
        self.receipts.add(organization_id, receipt_id, payload, receipt)
        return Download(receipt_id, receipt, newest.date, valid_until, files)

    def receipt(self, organization_id: str, receipt_id: str) -> KeptReceipt:
        """Return the receipt of a download.

        Raises:
            NotFoundError: the organization has none of this id.
        """
        found = self.receipts.get(organization_id, receipt_id)
        if found is None:
            raise NotFoundError("There is no such receipt.")
        return found

    def newest_receipts(self, organization_id: str, most: int) -> list[KeptReceipt]:
        """Return the receipts of the organization's newest downloads, newest first."""
        return self.receipts.newest(organization_id, most)

    def _format(self, kind: Kind, format_: str | None) -> str:
        known = FORMATS[kind]
        if format_ is not None and format_ not in known:
            names = {Kind.FULL: "A full list comes", Kind.CHANGES: "Changes come", Kind.BITMAP: "A bitmap comes"}
            message = f"{names[kind]} as {' or '.join(known)}."
            raise InvalidInputError(message, (FieldError("/format", message, "format_not_offered"),))
        return format_ or known[0]

    def _areas(self, areas: Sequence[str] | None, entitled: frozenset[str]) -> list[str]:
        if areas is None:
            if not entitled:
                raise NotEntitledError(
                    "Your organization holds no area now. Order areas; a term begins with free ones."
                )
            return sorted(entitled)
        served = set(self.profile.area_keys)
        wrong = tuple(
            FieldError(f"/areas/{index}", "There is no such area.", "area_unknown")
            for index, area in enumerate(areas)
            if area not in served
        )
        if wrong:
            raise InvalidInputError("Some areas do not exist.", wrong)
        if not areas:
            message = "Name at least one area, or leave `areas` out for all of yours."
            raise InvalidInputError(message, (FieldError("/areas", message, "areas_missing"),))
        missing = sorted(set(areas) - entitled)
        if missing:
            raise NotEntitledError(f"Your subscription does not cover {_named(missing)}.")
        return sorted(set(areas))

    def _start(self, manifest: Manifest, kind: Kind, since: date | None) -> Manifest | None:
        """Return the list that changes start from; None where there is none or it is not asked for.

        Raises:
            NotPublishedOnError: `since` names no published list.
            InvalidInputError: no change list is asked for.
        """
        if kind is not Kind.CHANGES:
            if since is not None:
                message = "Only changes have a start; leave `since` out or ask for changes."
                raise InvalidInputError(message, (FieldError("/since", message, "since_without_changes"),))
            return None
        day = since or (manifest.previous and manifest.previous[0])
        published = self.store.published(day) if day else None
        if since is not None and (published is None or since > manifest.date):
            message = f"No list of {since.isoformat()} was published. Name the date of a list that you hold."
            raise NotPublishedOnError("/since", message)
        if published is None:
            return None
        return manifest if published.date == manifest.date else read_manifest(self.objects, published)

    def _file(self, choice: Choice, rendered: Rendered | None) -> DownloadedFile:
        file = rendered.file if rendered else choice.file
        assert file is not None
        entry, reason = choice.entry, choice.reason
        if choice.kind is Kind.CHANGES and file.kind is Kind.FULL:
            reason = reason or CHANGES_LARGER
        count = rendered.count if rendered else _count(entry, file)
        start = choice.start if rendered and file.kind is Kind.CHANGES else None
        name = download_name(self.profile.name, entry.area, entry.date, file, start)
        url = self.objects.link(file.key, name=name, content_type=CONTENT_TYPES[file.format], seconds=self.url_seconds)
        since = choice.since if file.kind is Kind.CHANGES else None
        return DownloadedFile(
            entry.area, entry.date, file.kind, file.format, since, reason, count, file.size, file.sha256, name, url
        )


_manifests: dict[str, Manifest] = {}


def manifest_of(objects: ObjectStore, published: Published) -> Manifest:
    """Return a published manifest; the newest stays in memory, for what has this hash never changes."""
    if published.sha256 not in _manifests:
        manifest = read_manifest(objects, published)
        _manifests.clear()
        _manifests[published.sha256] = manifest
    return _manifests[published.sha256]


def _in_receipt(file: DownloadedFile) -> Mapping[str, Any]:
    return {
        "area": file.area,
        "date": file.date.isoformat(),
        "kind": file.kind.value,
        "format": file.format,
        **({"since": file.since.isoformat()} if file.since else {}),
        **({"reason": file.reason} if file.reason else {}),
        "count": file.count,
        "bytes": file.size,
        "sha256": file.sha256,
    }


def _count(entry: AreaEntry, file: ListFile) -> int:
    return entry.added + entry.removed if file.kind is Kind.CHANGES else entry.count


def _named(areas: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(areas[:most])
    more = f" and {len(areas) - most} more" if len(areas) > most else ""
    return f"{'area' if len(areas) == 1 else 'areas'} {shown}{more}"
