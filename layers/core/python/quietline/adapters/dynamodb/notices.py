"""Preferences, how old lists are, and calendars, in the `sellers` table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlements_of
from quietline.adapters.dynamodb.lists import DynamoPublicationStore
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.adapters.dynamodb.webhooks import EVERYBODY, EndpointStore, delivery_write, endpoint_of
from quietline.kernel.clock import Clock, from_text, to_text
from quietline.mails.outbox import Template
from quietline.notices.model import (
    Calendar,
    Deadlines,
    Freshness,
    MailNotice,
    Preferences,
    PublishedList,
)
from quietline.webhooks.model import Delivery, Endpoint


@dataclass(frozen=True)
class DynamoNotices:
    """`notices.ports.NoticeStore` on DynamoDB."""

    table: Table
    clock: Clock

    def preferences(self, organization_id: str) -> Preferences:
        """Return an organization's preferences; the default before it has chosen."""
        item = self.table.get(keys.preferences(organization_id))
        return Preferences(item["mail_published"], item["mail_reminders"]) if item else Preferences()

    def prefer(self, organization_id: str, preferences: Preferences) -> None:
        """Store an organization's preferences."""
        item: Item = {
            "organization_id": organization_id,
            "mail_published": preferences.mail_published,
            "mail_reminders": preferences.mail_reminders,
        }
        if preferences.mail_published:
            item |= {"gsi1pk": keys.audience(EVERYBODY), "gsi1sk": f"{organization_id}#MAIL"}
        self.table.write(self.table.put(keys.preferences(organization_id), item))

    def due(self, today: date) -> Iterator[Freshness]:
        """Yield the organizations whose next reminder is due by today."""
        for shard in range(keys.REMINDER_SHARDS):
            # `~` sorts behind every organization's id
            upto = ("0", f"{today.isoformat()}#~")
            for item in self.table.query(keys.reminders(shard), between=upto, index="gsi1"):
                yield Freshness(item["organization_id"], date.fromisoformat(item["list_date"]), item["reminded"])

    def is_entitled(self, organization_id: str, today: date) -> bool:
        """Tell whether an organization may still download the list of some area."""
        found = entitlements_of(self.table, organization_id)
        return any(one.is_active and one.term.holds(today) and one.areas for one in found)

    def audience(self) -> Iterator[tuple[str, Endpoint | None]]:
        """Yield who is told of a published list: an organization's endpoint, or None for its mailbox."""
        for item in self.table.query(keys.audience(EVERYBODY), index="gsi1"):
            endpoint = endpoint_of(item) if item["sk"].startswith("ENDPOINT#") else None
            yield item["organization_id"], endpoint

    def endpoints(self, organization_id: str) -> list[Endpoint]:
        """Return an organization's endpoints."""
        return EndpointStore(self.table).of(organization_id)

    def remind(
        self,
        freshness: Freshness,
        age: int,
        next_due: date | None,
        mail: MailNotice | None,
        deliveries: Sequence[Delivery],
    ) -> bool:
        """Note that an organization is reminded, and ask for mail and deliveries, in one transaction."""
        organization_id = freshness.organization_id
        values: Item = {
            ":age": age,
            ":before": freshness.reminded,
            ":date": freshness.list_date.isoformat(),
        }
        change = "SET reminded = :age REMOVE gsi1pk, gsi1sk"
        if next_due is not None:
            values[":pk"], values[":sk"] = keys.reminder(organization_id, next_due)
            change = "SET reminded = :age, gsi1pk = :pk, gsi1sk = :sk"
        condition = "reminded = :before AND list_date = :date"
        writes = [self.table.update(keys.freshness(organization_id), change, values=values, condition=condition)]
        asked = self._mail(organization_id, mail) if mail else None
        writes += [asked] if asked else []
        writes += [delivery_write(self.table, delivery) for delivery in deliveries]
        return self._written(*writes)

    def mail(self, organization_id: str, mail: MailNotice) -> bool:
        """Ask for a mail; False when it was asked for before, or there is no such organization."""
        asked = self._mail(organization_id, mail)
        return asked is not None and self._written(asked)

    def deliver(self, delivery: Delivery) -> bool:
        """Ask for a delivery; False when it was asked for before."""
        return self._written(delivery_write(self.table, delivery))

    def _mail(self, organization_id: str, mail: MailNotice) -> Write | None:
        organization = self.table.get(keys.organization(organization_id))
        if organization is None:
            return None
        return mail_write(
            self.table,
            template=cast(Template, mail.template),
            language=organization["language"],
            to_ciphertext=organization["contact_email_ciphertext"],
            facts=mail.facts,
            now=self.clock.now(),
            mail_id=mail.id,
        )

    def _written(self, *writes: Write) -> bool:
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return False
        return True


@dataclass(frozen=True)
class DynamoPublishedLists:
    """`notices.ports.PublishedLists` on the registry table."""

    table: Table

    def of(self, day: date) -> PublishedList | None:
        """Return the list of a date, or None."""
        found = DynamoPublicationStore(self.table).published(day)
        if found is None:
            return None
        return PublishedList(
            found.date, found.cutoff, found.areas, found.numbers, found.added, found.removed, found.sha256
        )


@dataclass(frozen=True)
class DynamoCalendars:
    """`notices.ports.Calendars` on DynamoDB."""

    table: Table

    def add(self, calendar: Calendar, token_hash: str) -> None:
        """Store a feed."""
        item: Item = {
            "id": calendar.id,
            "name": calendar.name,
            "created_at": to_text(calendar.created_at),
            "by": calendar.by,
            "token_hash": token_hash,
        }
        self.table.write(
            self.table.put_new(keys.calendar_token(token_hash), {"organization_id": calendar.organization_id}),
            self.table.put_new(keys.calendar(calendar.organization_id, calendar.id), item),
        )

    def listed(self, organization_id: str) -> list[Calendar]:
        """Return an organization's feeds, oldest first."""
        pk, prefix = keys.calendar(organization_id, "")
        return [
            Calendar(item["id"], organization_id, item["name"], from_text(item["created_at"]), item["by"])
            for item in self.table.query(pk, prefix=prefix)
        ]

    def remove(self, organization_id: str, calendar_id: str) -> bool:
        """Forget a feed and its token; False when there is none."""
        item = self.table.get(keys.calendar(organization_id, calendar_id))
        if item is None:
            return False
        self.table.write(
            self.table.delete(keys.calendar_token(item["token_hash"])),
            self.table.delete(keys.calendar(organization_id, calendar_id)),
        )
        return True

    def find(self, token_hash: str) -> Deadlines | None:
        """Return what the feed of this token is made of."""
        pointer = self.table.get(keys.calendar_token(token_hash))
        if pointer is None:
            return None
        organization_id = pointer["organization_id"]
        organization = self.table.get(keys.organization(organization_id))
        if organization is None:
            return None
        held = self.table.get(keys.freshness(organization_id))
        terms = {
            (one.term.start, one.term.end) for one in entitlements_of(self.table, organization_id) if one.is_active
        }
        list_date = date.fromisoformat(held["list_date"]) if held else None
        return Deadlines(organization_id, organization["language"], list_date, frozenset(terms))
