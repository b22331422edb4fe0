"""What stop requests need from outside."""

from datetime import date, datetime
from typing import Protocol

from quietline.stops.model import Answer, FeedPage, OpenRequest, Seller, StopNotice, StopRequest


class ChangedMeanwhileError(Exception):
    """A condition did not hold any more: read again."""


class LimitReachedError(Exception):
    """The mailbox already had its mails of the day."""


class Sellers(Protocol):
    """The sellers that may be told to stop."""

    def of_id(self, organization_id: str) -> Seller | None:
        """Return a listed seller."""
        ...

    def of_san(self, text: str) -> Seller | None:
        """Return the seller of a SAN, however it is spaced; None where the text is none, or nobody's."""
        ...

    def declared(self, e164: str, on: date) -> tuple[Seller, ...]:
        """Return the sellers that had declared a number on a day."""
        ...

    def named(self, text: str) -> tuple[Seller, ...]:
        """Return sellers of that name, the closest first, ten at most."""
        ...


class StopRequests(Protocol):
    """What rules ask: a stop request beats every exemption of that seller."""

    def before(self, organization_id: str, e164: str, at: datetime) -> StopNotice | None:
        """Return the oldest request of a number to an organization that held at an instant, or None."""
        ...


class StopStore(StopRequests, Protocol):
    """The requests. Every change is one conditional transaction with what follows from it."""

    def get(self, request_id: str) -> StopRequest | None:
        """Return a request with a strongly consistent read, or None."""
        ...

    def ask(self, request: StopRequest, day: date, limit: int) -> None:
        """Keep a waiting request, its mail, and the count of the mailbox's mails of a day.

        Raises:
            LimitReachedError: the mailbox already had `limit` mails that day.
            ChangedMeanwhileError: two transactions met.
        """
        ...

    def confirm(self, request: StopRequest, confirmed: StopRequest) -> None:
        """Keep an active request, the feed's entry, the consumer's mail, and that the seller is to be told.

        Args:
            request: as it was read.
            confirmed: as it shall be.

        Raises:
            ChangedMeanwhileError: somebody else was faster.
        """
        ...

    def tell(self, request_id: str, day: date) -> int:
        """Ask for the seller's mail, one a day at most, and its webhook deliveries; return how many are new."""
        ...

    def withdraw(self, request: StopRequest, at: datetime) -> None:
        """Keep that a request was taken back; where no other one asks for the number, the feed says so.

        Raises:
            ChangedMeanwhileError: somebody else was faster.
        """
        ...

    def acknowledge(self, organization_id: str, request_id: str, by: str, at: datetime) -> Answer:
        """Keep that the seller has taken a request over and tell the consumer, once.

        Raises:
            ChangedMeanwhileError: somebody else was faster.
        """
        ...

    def feed(self, organization_id: str, after: int, limit: int) -> FeedPage:
        """Return an organization's entries after a sequence, oldest first."""
        ...

    def unacknowledged(self, organization_id: str, limit: int) -> tuple[OpenRequest, ...]:
        """Return what an organization has not acknowledged, the most urgent first."""
        ...

    def overdue(self, today: date, limit: int) -> tuple[OpenRequest, ...]:
        """Return what organizations should have acknowledged before a day, the longest overdue first (eventually)."""
        ...
