"""What washes need from outside."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

from quietline.kernel.errors import TooManyRequestsError
from quietline.usage.model import Agent, Take
from quietline.washes.model import FileFacts, Uploaded, Wash


class ChangedMeanwhileError(Exception):
    """Somebody else wrote the wash after it was read; nothing was written."""


class WashStore(Protocol):
    """Washes by organization."""

    def add(self, wash: Wash) -> bool:
        """Keep a new wash; return False when the organization has one of this reference."""
        ...

    def get(self, organization_id: str, wash_id: str) -> Wash | None:
        """Return a wash of the organization, or None."""
        ...

    def of_reference(self, organization_id: str, client_reference: str, agent: Agent | None = None) -> Wash | None:
        """Return the wash of a reference, or None; an agent has references of its own."""
        ...

    def page(self, organization_id: str, limit: int, after: str, agent: Agent | None = None) -> list[Wash]:
        """Return washes, newest first, that are older than the one with the id `after` (empty: from the newest).

        With an agent only those that it asked for.
        """
        ...

    def save(self, wash: Wash) -> None:
        """Write a wash that moved one step.

        Raises:
            ChangedMeanwhileError: its version is not the stored one plus one.
        """
        ...

    def finish(self, wash: Wash, take: Take) -> bool:
        """Write a wash that is done and count its numbers, both or neither; return False when the limit is passed.

        Raises:
            ChangedMeanwhileError: its version is not the stored one plus one.
        """
        ...


class UploadForms(Protocol):
    """Gives access to the bucket of washes for minutes."""

    def form(self, key: str, max_bytes: int, seconds: int, back: str = "") -> tuple[str, Mapping[str, str]]:
        """Return URL and fields of an upload to that key, of at most so many bytes.

        With `back` a browser that has uploaded is sent to that address.
        """
        ...

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        """Return a URL that serves the object under a file name for so many seconds."""
        ...


class Source(Protocol):
    """A call list being read."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...

    def facts(self) -> FileFacts:
        """Read what is left and return what the whole file is."""
        ...


class Sink(Protocol):
    """An answer being written."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...

    def facts(self) -> FileFacts:
        """End the file and return what it is."""
        ...


class WashFiles(Protocol):
    """The bucket of washes, for the worker."""

    def source(self, uploaded: Uploaded) -> Source:
        """Open a call list; reading fails when its bytes have been replaced."""
        ...

    def sink(self, key: str) -> AbstractContextManager[Sink]:
        """Open an answer file; it does not exist unless `facts` was called before the end of the context."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file, whether or not there is one."""
        ...


class AnsweringList(Protocol):
    """The list that answers."""

    @property
    def date(self) -> date:
        """Its date."""
        ...

    @property
    def manifest_sha256(self) -> str:
        """Hash of its manifest."""
        ...

    @property
    def areas(self) -> frozenset[str]:
        """The areas it covers."""
        ...

    def bitmap(self, area: str) -> bytes:
        """Return the bitmap of one of its areas, as it is published."""
        ...


class WashLists(Protocol):
    """The published lists, for the worker."""

    def newest(self) -> AnsweringList | None:
        """Return the newest list, or None before the first."""
        ...


class EntitlementReader(Protocol):
    """Which areas an organization has paid for, or has free."""

    def entitled_areas(self, organization_id: str) -> frozenset[str]:
        """Return the areas that the organization may use today."""
        ...


class StopReader(Protocol):
    """Who told an organization to stop calling."""

    def held(self, organization_id: str) -> frozenset[str]:
        """Return the numbers (E.164) with a stop request to the organization that was not taken back."""
        ...


class Signer(Protocol):
    """Signs what we say."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS (ES256) of the payload."""
        ...


class Meter(Protocol):
    """Meters washes."""

    @property
    def today(self) -> date:
        """The registry's date."""
        ...

    def allow_wash(self, organization_id: str) -> None:
        """Refuse a wash whose account has used its day up.

        Raises:
            TooManyRequestsError: as it says.
        """
        ...

    def wash_refused(self, organization_id: str) -> TooManyRequestsError:
        """Report that an account is past its limit, and return the refusal."""
        ...

    def washed(self, organization_id: str, day: date, numbers: int) -> None:
        """Tell of a wash whose numbers were counted together with its end."""
        ...
