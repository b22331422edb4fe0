"""A stop request: one consumer's number, one seller."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quietline.kernel.phone import PhoneNumber


class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    """Its mail was not answered yet: the seller knows nothing of it."""
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class Change(StrEnum):
    """What an entry of a seller's feed says of a number."""

    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    """Nobody asks any more that this number be left alone."""


class Answer(StrEnum):
    """What became of an acknowledgement."""

    ACKNOWLEDGED = "acknowledged"
    ALREADY = "already_acknowledged"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Seller:
    """A seller that may be told to stop; `place` tells those of one name apart."""

    organization_id: str
    name: str
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class StopRequest:
    """A request as it is kept.

    Attributes:
        id: ULID.
        seller: as it was when asked.
        number: the consumer's.
        language: of the consumer's mails.
        email_ciphertext: the mailbox that asked, encrypted.
        email_hash: its keyed hash.
        nonce: random part of the links' tokens.
        asked_at: when the form was sent.
        expires_at: from then on the link that confirms is refused.
        requested_at: when the link was used; from then on the request holds.
        due_on: the last day on which the seller may still be busy taking it over.
        acknowledged_at: when the seller said that it has stopped.
        acknowledged_by: who of the seller said so (Cognito `sub` or client id).
        withdrawn_at: when the consumer took it back.
    """

    id: str
    seller: Seller
    number: PhoneNumber
    language: str
    email_ciphertext: str = field(repr=False)
    email_hash: str = field(repr=False)
    nonce: str = field(repr=False)
    asked_at: datetime
    expires_at: datetime
    state: State = State.WAITING
    requested_at: datetime | None = None
    due_on: date | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class StopNotice:
    """What a rule needs of a request that held at an instant."""

    request_id: str
    requested_at: datetime
    due_on: date
    acknowledged_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One entry of a seller's feed; `sequence` counts them from 1 without a gap."""

    sequence: int
    at: datetime
    change: Change
    request_id: str
    number: PhoneNumber
    requested_at: datetime
    due_on: date


@dataclass(frozen=True)
class FeedPage:
    """Entries after a sequence. `next` is what to ask with the next time, `more` whether there is more already."""

    entries: tuple[Entry, ...]
    next: int
    more: bool


@dataclass(frozen=True)
class OpenRequest:
    """A request that its seller has not acknowledged."""

    request_id: str
    organization_id: str
    number: PhoneNumber
    requested_at: datetime
    due_on: date

    def is_overdue(self, today: date) -> bool:
        """Whether the seller's time is over."""
        return today > self.due_on
