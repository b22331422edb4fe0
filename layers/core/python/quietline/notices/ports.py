"""What notices need of the world."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from quietline.notices.model import Calendar, Deadlines, Freshness, MailNotice, Preferences, PublishedList
from quietline.webhooks.model import Delivery, Endpoint


class NoticeStore(Protocol):
    """Who is to be told, and what they were told."""

    def preferences(self, organization_id: str) -> Preferences:
        """Return an organization's preferences; the default before it has chosen."""
        ...

    def prefer(self, organization_id: str, preferences: Preferences) -> None:
        """Store an organization's preferences."""
        ...

    def due(self, today: date) -> Iterable[Freshness]:
        """Return the organizations whose next reminder is due by today."""
        ...

    def is_entitled(self, organization_id: str, today: date) -> bool:
        """Tell whether an organization may still download the list of some area."""
        ...

    def audience(self) -> Iterable[tuple[str, Endpoint | None]]:
        """Return who is told of a published list: an organization's endpoint, or None for its mailbox."""
        ...

    def endpoints(self, organization_id: str) -> list[Endpoint]:
        """Return an organization's endpoints."""
        ...

    def remind(
        self,
        freshness: Freshness,
        age: int,
        next_due: date | None,
        mail: MailNotice | None,
        deliveries: Sequence[Delivery],
    ) -> bool:
        """Note that an organization is reminded, and ask for mail and deliveries, in one transaction.

        Returns:
            False when it has pulled, or was reminded, meanwhile.
        """
        ...

    def mail(self, organization_id: str, mail: MailNotice) -> bool:
        """Ask for a mail; False when it was asked for before, or there is no such organization."""
        ...

    def deliver(self, delivery: Delivery) -> bool:
        """Ask for a delivery; False when it was asked for before."""
        ...


class PublishedLists(Protocol):
    """The published lists."""

    def of(self, day: date) -> PublishedList | None:
        """Return the list of a date, or None."""
        ...


class Calendars(Protocol):
    """Where feeds are kept."""

    def add(self, calendar: Calendar, token_hash: str) -> None:
        """Store a feed."""
        ...

    def listed(self, organization_id: str) -> list[Calendar]:
        """Return an organization's feeds, oldest first."""
        ...

    def remove(self, organization_id: str, calendar_id: str) -> bool:
        """Forget a feed and its token; False when there is none."""
        ...

    def find(self, token_hash: str) -> Deadlines | None:
        """Return what the feed of this token is made of."""
        ...
