"""What the list needs of the world; adapters implement it with DynamoDB, S3 and KMS, tests in memory."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from quietline.lists.model import Change, ImportedNumbers, KeptReceipt, Publication, Published

if TYPE_CHECKING:
    from quietline.lists.render import Rendered, RenderRequest


class PublicationStore(Protocol):
    """Dates begun and published; a date is begun once and published once, in the order of time."""

    def newest(self) -> Published | None:
        """Return the current list, or None before the first."""
        ...

    def published(self, day: date) -> Published | None:
        """Return the list of a date, or None when it is not published."""
        ...

    def begun(self, day: date) -> Publication | None:
        """Return what the first run of a date fixed, or None when there was none."""
        ...

    def begin(self, publication: Publication) -> Publication:
        """Fix a date's publication; a repeat returns what the first run fixed.

        Raises:
            ConflictError: a later date was begun, or another list was published meanwhile.
        """
        ...

    def finish(self, published: Published, base: date | None) -> None:
        """Make a list exist, if it is the one begun last and builds on the one published last. Repeats change nothing.

        Raises:
            ConflictError: a later date was begun, or another list was published meanwhile.
        """
        ...


class ChangeReader(Protocol):
    """The registry's dated changes."""

    def first(self) -> datetime | None:
        """Return the start of the first day with a change, or None; reads the whole registry, once in its life."""
        ...

    def changed(self, areas: Iterable[str], since: datetime, before: datetime) -> set[str]:
        """Return those of the areas that have a change or an import in `[since, before)`."""
        ...

    def of_area(self, area: str, since: datetime, before: datetime) -> list[Change]:
        """Return an area's changes in `[since, before)`, oldest first."""
        ...

    def imports_of_area(self, area: str, since: datetime, before: datetime) -> list[ImportedNumbers]:
        """Return what imports added to an area in `[since, before)`, oldest first."""
        ...


class ObjectStore(Protocol):
    """The bucket of lists."""

    def get(self, key: str) -> bytes | None:
        """Return an object's bytes, or None when there is none."""
        ...

    def put(self, key: str, body: bytes, content_type: str, facts: Mapping[str, str] | None = None) -> None:
        """Write an object, whether or not there is one; `facts` are kept beside it."""
        ...

    def facts(self, key: str) -> Mapping[str, str] | None:
        """Return the facts kept beside an object, or None when there is none."""
        ...

    def put_new(self, key: str, body: bytes, content_type: str) -> bool:
        """Write an object unless there is one; return whether it was written."""
        ...

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        """Return a URL that serves the object under a file name for so many seconds."""
        ...


class Renders(Protocol):
    """Renders files that publication does not keep."""

    def render(self, requests: Sequence["RenderRequest"]) -> list["Rendered"]:
        """Return the files, in order.

        Raises:
            UnavailableError: they cannot be made now.
        """
        ...


class Signer(Protocol):
    """Signs what we say."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS (ES256) of the payload."""
        ...


class EntitlementReader(Protocol):
    """Which areas an organization has paid for, or has free."""

    def entitled_areas(self, organization_id: str) -> frozenset[str]:
        """Return the areas that the organization may download today."""
        ...


class ReceiptStore(Protocol):
    """Receipts by organization."""

    def add(self, organization_id: str, receipt_id: str, payload: Mapping[str, Any], signed: str) -> None:
        """Keep a receipt.

        Raises:
            ConflictError: there is one with this id.
        """
        ...

    def get(self, organization_id: str, receipt_id: str) -> KeptReceipt | None:
        """Return a receipt of the organization, or None."""
        ...

    def newest(self, organization_id: str, most: int) -> list[KeptReceipt]:
        """Return the organization's newest receipts, newest first."""
        ...
