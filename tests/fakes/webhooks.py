"""Ports of webhooks and notices in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from quietline.notices.model import Calendar, Deadlines, Freshness, MailNotice, Preferences
from quietline.webhooks.model import Delivery, DeliveryState, Endpoint, EndpointState, EventType


class MemoryEndpoints:
    def __init__(self) -> None:
        self.all: dict[str, Endpoint] = {}
        self.told: list[str] = []

    def of(self, organization_id: str) -> list[Endpoint]:
        return [one for one in self.all.values() if one.organization_id == organization_id]

    def get(self, organization_id: str, endpoint_id: str) -> Endpoint | None:
        found = self.all.get(endpoint_id)
        return found if found and found.organization_id == organization_id else None

    def add(self, endpoint: Endpoint) -> None:
        self.all[endpoint.id] = endpoint

    def replace(self, endpoint: Endpoint) -> bool:
        held = self.all.get(endpoint.id)
        if held is None or held.version != endpoint.version:
            return False
        self.all[endpoint.id] = replace(endpoint, version=endpoint.version + 1)
        return True

    def remove(self, organization_id: str, endpoint_id: str) -> None:
        del self.all[endpoint_id]

    def note_failing(self, endpoint: Endpoint, since: datetime | None) -> None:
        held = self.all[endpoint.id]
        if since is None or held.failing_since is None:
            self.all[endpoint.id] = replace(held, failing_since=since)

    def give_up(self, endpoint: Endpoint, since: datetime, now: datetime, days: int) -> None:
        self.all[endpoint.id] = replace(self.all[endpoint.id], state=EndpointState.DISABLED, disabled_reason="failing")
        self.told.append(endpoint.id)


class MemoryDeliveries:
    def __init__(self) -> None:
        self.all: dict[str, Delivery] = {}

    def add(self, delivery: Delivery, replayed: Delivery | None = None) -> bool:
        if delivery.id in self.all:
            return False
        self.all[delivery.id] = delivery
        if replayed is not None:
            self.all[replayed.id] = replace(replayed, replayed_as=delivery.id)
        return True

    def get(self, delivery_id: str) -> Delivery | None:
        return self.all.get(delivery_id)

    def page(
        self, organization_id: str, *, state: DeliveryState | None, endpoint_id: str, before: str, limit: int
    ) -> tuple[list[Delivery], str]:
        raise NotImplementedError

    def record(self, before: Delivery, after: Delivery) -> bool:
        held = self.all[before.id]
        if held.attempt_count != before.attempt_count or held.state is not DeliveryState.PENDING:
            return False
        self.all[after.id] = after
        return True


class PlainCipher:
    """Marks instead of encrypting."""

    def encrypt(self, text: str) -> str:
        return f"sealed:{text}"

    def decrypt(self, ciphertext: str) -> str:
        return ciphertext.removeprefix("sealed:")


class MemoryNotices:
    def __init__(self) -> None:
        self.fresh: dict[str, Freshness] = {}
        self.next_due: dict[str, date | None] = {}
        self.chosen: dict[str, Preferences] = {}
        self.hooks: list[Endpoint] = []
        self.mails: dict[str, tuple[str, MailNotice]] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.broken: set[str] = set()
        self.entitled_until: dict[str, date] = {}

    def pulled(self, organization_id: str, list_date: date, due: date) -> None:
        self.fresh[organization_id] = Freshness(organization_id, list_date)
        self.next_due[organization_id] = due

    def preferences(self, organization_id: str) -> Preferences:
        return self.chosen.get(organization_id, Preferences())

    def prefer(self, organization_id: str, preferences: Preferences) -> None:
        self.chosen[organization_id] = preferences

    def due(self, today: date) -> Iterator[Freshness]:
        for organization_id, due in list(self.next_due.items()):
            if due is not None and due <= today:
                yield self.fresh[organization_id]

    def is_entitled(self, organization_id: str, today: date) -> bool:
        return today < self.entitled_until.get(organization_id, date.max)

    def audience(self) -> Iterator[tuple[str, Endpoint | None]]:
        for organization_id, preferences in self.chosen.items():
            if preferences.mail_published:
                yield organization_id, None
        for one in self.hooks:
            if one.enabled and EventType.LIST_PUBLISHED in one.events:
                yield one.organization_id, one

    def endpoints(self, organization_id: str) -> list[Endpoint]:
        return [one for one in self.hooks if one.organization_id == organization_id]

    def remind(
        self,
        freshness: Freshness,
        age: int,
        next_due: date | None,
        mail: MailNotice | None,
        deliveries: Sequence[Delivery],
    ) -> bool:
        organization_id = freshness.organization_id
        if organization_id in self.broken:
            raise ConnectionError
        if self.fresh[organization_id] != freshness:
            return False
        self.fresh[organization_id] = replace(freshness, reminded=age)
        self.next_due[organization_id] = next_due
        if mail is not None:
            assert self.mail(organization_id, mail)
        for one in deliveries:
            assert self.deliver(one)
        return True

    def mail(self, organization_id: str, mail: MailNotice) -> bool:
        if organization_id in self.broken:
            raise ConnectionError
        if mail.id in self.mails:
            return False
        self.mails[mail.id] = organization_id, mail
        return True

    def deliver(self, delivery: Delivery) -> bool:
        if delivery.id in self.deliveries:
            return False
        self.deliveries[delivery.id] = delivery
        return True


class MemoryCalendars:
    def __init__(self, deadlines: Deadlines) -> None:
        self.deadlines = deadlines
        self.kept: dict[str, tuple[Calendar, str]] = {}

    def add(self, calendar: Calendar, token_hash: str) -> None:
        self.kept[calendar.id] = calendar, token_hash

    def listed(self, organization_id: str) -> list[Calendar]:
        return [one for one, _ in self.kept.values() if one.organization_id == organization_id]

    def remove(self, organization_id: str, calendar_id: str) -> bool:
        return self.kept.pop(calendar_id, None) is not None

    def find(self, token_hash: str) -> Deadlines | None:
        return self.deadlines if any(kept == token_hash for _, kept in self.kept.values()) else None
