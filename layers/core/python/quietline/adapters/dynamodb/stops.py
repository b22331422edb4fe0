"""Stop requests in the sellers table; the count of a mailbox's mails is the registry's."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.registrations import write_counted
from quietline.adapters.dynamodb.stop_items import (
    entry_of,
    held_item,
    held_of,
    open_item,
    open_of,
    request_item,
    request_of,
)
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.adapters.dynamodb.webhooks import EndpointStore, delivery_write
from quietline.kernel.clock import to_text
from quietline.kernel.errors import NotFoundError
from quietline.mails.links import CONFIRM_STOP, WITHDRAW_STOP
from quietline.mails.outbox import Template
from quietline.registrations.ports import ChangedMeanwhileError as CountChangedError
from quietline.registrations.ports import LimitReachedError as CountReachedError
from quietline.stops.model import (
    Answer,
    Change,
    FeedPage,
    OpenRequest,
    State,
    StopNotice,
    StopRequest,
)
from quietline.stops.ports import ChangedMeanwhileError, LimitReachedError
from quietline.webhooks.model import Delivery, Event, EventType

KEEP = timedelta(days=30)
"""How long a request that was never confirmed stays, so that a late click is told that its link is too old."""


@dataclass(frozen=True)
class DynamoStops:
    """See `stops.ports.StopStore`.

    Attributes:
        table: the sellers table.
        registry: the registry table, which counts the mails of a mailbox; only `ask` needs it.
    """

    table: Table
    registry: Table | None = None

    def get(self, request_id: str) -> StopRequest | None:
        """Return a request with a strongly consistent read, or None."""
        item = self.table.get(keys.stop_request(request_id))
        return request_of(item) if item else None

    def ask(self, request: StopRequest, day: date, limit: int) -> None:
        """Keep a waiting request, its mail, and the count of the mailbox's mails of a day.

        Raises:
            LimitReachedError: the mailbox already had `limit` mails that day.
            ChangedMeanwhileError: two transactions met.
        """
        if self.registry is None:
            raise TypeError("Requests are asked for where the registry table is known.")
        asked = self.table.put_new(
            keys.stop_request(request.id), request_item(request) | {"ttl": int((request.expires_at + KEEP).timestamp())}
        )
        mail = self._consumer(request, "confirm-stop", request.asked_at, CONFIRM_STOP, expires_at=request.expires_at)
        mailbox = keys.mailbox(request.email_hash, day)
        try:
            write_counted(self.registry, mailbox, request.asked_at, limit, asked, mail)
        except CountReachedError as error:
            raise LimitReachedError from error
        except CountChangedError as error:
            raise ChangedMeanwhileError from error

    def confirm(self, request: StopRequest, confirmed: StopRequest) -> None:
        """Keep an active request, the feed's entry, the consumer's mail, and that the seller is to be told.

        Raises:
            ChangedMeanwhileError: somebody else was faster.
        """
        organization_id = confirmed.seller.organization_id
        requested_at, due_on = _held(confirmed)
        own = StopNotice(confirmed.id, requested_at, due_on)
        opened = OpenRequest(confirmed.id, organization_id, confirmed.number, requested_at, due_on)
        version, held = self._stopped(organization_id, confirmed.number.e164)
        sequence, feed = self._entry(confirmed, Change.REQUESTED, requested_at)
        self._write(
            self._moved(request, confirmed),
            self._hold(confirmed, version, [*held, (own, None)]),
            self.table.put_new(keys.stop_open(organization_id, due_on, confirmed.id), open_item(opened)),
            *feed,
            self._consumer(confirmed, "stop-confirmed", requested_at, WITHDRAW_STOP, due_on=due_on),
            self.table.put_new(keys.stop_told(confirmed.id), {"sequence": sequence}),
        )

    def tell(self, request_id: str, day: date) -> int:
        """Ask for the seller's mail, one a day at most, and its webhook deliveries; return how many are new."""
        request, outbox = self.get(request_id), self.table.get(keys.stop_told(request_id))
        if request is None or outbox is None:
            raise NotFoundError("There is no such stop request.")
        return sum(map(self._new, [*self._seller_mail(request, day), *self._deliveries(request, outbox["sequence"])]))

    def withdraw(self, request: StopRequest, at: datetime) -> None:
        """Keep that a request was taken back; where no other one asks for the number, the feed says so.

        Raises:
            ChangedMeanwhileError: somebody else was faster.
        """
        organization_id = request.seller.organization_id
        _, due_on = _held(request)
        version, held = self._stopped(organization_id, request.number.e164)
        after = [(one, at if one.request_id == request.id else ended) for one, ended in held]
        writes = [
            self._moved(request, replace(request, state=State.WITHDRAWN, withdrawn_at=at)),
            self._hold(request, version, after),
            self.table.delete(keys.stop_open(organization_id, due_on, request.id)),
            self._consumer(request, "stop-withdrawn", at),
        ]
        if all(ended for _, ended in after):
            writes += self._entry(request, Change.WITHDRAWN, at)[1]
        self._write(*writes)

    def acknowledge(self, organization_id: str, request_id: str, by: str, at: datetime) -> Answer:
        """Keep that the seller has taken a request over and tell the consumer, once.

        Raises:
            ChangedMeanwhileError: somebody else was faster.
        """
        request = self.get(request_id)
        if request is None or request.seller.organization_id != organization_id or request.state is State.WAITING:
            return Answer.UNKNOWN
        if request.state is State.WITHDRAWN:
            return Answer.WITHDRAWN
        if request.acknowledged_at is not None:
            return Answer.ALREADY
        _, due_on = _held(request)
        version, held = self._stopped(organization_id, request.number.e164)
        after = [
            (replace(one, acknowledged_at=at) if one.request_id == request_id else one, ended) for one, ended in held
        ]
        self._write(
            self._moved(request, replace(request, acknowledged_at=at, acknowledged_by=by)),
            self._hold(request, version, after),
            self.table.delete(keys.stop_open(organization_id, due_on, request_id)),
            self._consumer(request, "stop-acknowledged", at),
        )
        return Answer.ACKNOWLEDGED

    def before(self, organization_id: str, e164: str, at: datetime) -> StopNotice | None:
        """Return the oldest request of a number to an organization that held at an instant, or None."""
        _, held = self._stopped(organization_id, e164)
        found = [one for one, ended in held if one.requested_at <= at and (ended is None or ended > at)]
        return min(found, key=lambda one: one.requested_at, default=None)

    def held(self, organization_id: str) -> frozenset[str]:
        """Return the numbers with a request to an organization that holds now; see `washes.ports.StopReader`."""
        pk, prefix = keys.stopped(organization_id, "")
        return _numbers_held(self.table.query(pk, prefix=prefix))

    def held_among(self, organization_id: str, numbers: Collection[str]) -> frozenset[str]:
        """Return those of some numbers with a request that holds now; see `lookups.ports.StopRequests`."""
        return _numbers_held(self.table.get_many([keys.stopped(organization_id, number) for number in numbers]))

    def feed(self, organization_id: str, after: int, limit: int) -> FeedPage:
        """Return an organization's entries after a sequence, oldest first."""
        pk, low = keys.stop_entry(organization_id, after + 1)
        items = list(self.table.query(pk, between=(low, "ENTRY#~"), limit=limit + 1))
        entries = tuple(entry_of(item) for item in items[:limit])
        return FeedPage(entries, entries[-1].sequence if entries else after, len(items) > limit)

    def unacknowledged(self, organization_id: str, limit: int) -> tuple[OpenRequest, ...]:
        """Return what an organization has not acknowledged, the most urgent first."""
        pk = keys.stop_feed(organization_id)[0]
        return tuple(open_of(item) for item in self.table.query(pk, prefix="OPEN#", limit=limit))

    def overdue(self, today: date, limit: int) -> tuple[OpenRequest, ...]:
        """Return what organizations should have acknowledged before a day, the longest overdue first."""
        until = ("0", f"{today.isoformat()}")
        items = self.table.query(keys.STOPS_OPEN, index="gsi1", between=until, limit=limit)
        return tuple(open_of(item) for item in items)

    def _stopped(self, organization_id: str, e164: str) -> tuple[int, list[tuple[StopNotice, datetime | None]]]:
        item = self.table.get(keys.stopped(organization_id, e164))
        return (item["version"], held_of(item)) if item else (0, [])

    def _hold(self, request: StopRequest, version: int, held: Sequence[tuple[StopNotice, datetime | None]]) -> Write:
        key = keys.stopped(request.seller.organization_id, request.number.e164)
        item = held_item(version + 1, held)
        if not version:
            return self.table.put_new(key, item)
        return self.table.put(key, item, condition="version = :read", values={":read": version})

    def _moved(self, before: StopRequest, after: StopRequest) -> Write:
        return self.table.put(
            keys.stop_request(after.id),
            request_item(after),
            condition="#state = :state AND acknowledged_at = :acknowledged",
            names={"#state": "state"},
            values={
                ":state": before.state.value,
                ":acknowledged": to_text(before.acknowledged_at) if before.acknowledged_at else None,
            },
        )

    def _entry(self, request: StopRequest, change: Change, at: datetime) -> tuple[int, list[Write]]:
        """Return the feed's next entry: its sequence and what writes it."""
        key = keys.stop_feed(request.seller.organization_id)
        head = self.table.get(key)
        sequence = head["entries"] + 1 if head else 1
        requested_at, due_on = _held(request)
        item = {
            "sequence": sequence,
            "at": to_text(at),
            "change": change.value,
            "request_id": request.id,
            "number": request.number.e164,
            "requested_at": to_text(requested_at),
            "due_on": due_on.isoformat(),
        }
        counted = (
            self.table.put(key, {"entries": sequence}, condition="entries = :read", values={":read": sequence - 1})
            if head
            else self.table.put_new(key, {"entries": sequence})
        )
        return sequence, [
            counted,
            self.table.put_new(keys.stop_entry(request.seller.organization_id, sequence), item),
        ]

    def _seller_mail(self, request: StopRequest, day: date) -> list[Write]:
        organization_id = request.seller.organization_id
        requested_at, due_on = _held(request)
        mail_id = f"stop-requested-{organization_id}-{day.isoformat()}"
        organization = self.table.get(keys.organization(organization_id))
        if organization is None:
            return []
        return [
            mail_write(
                self.table,
                template="stop-requested",
                language=organization["language"],
                to_ciphertext=organization["contact_email_ciphertext"],
                facts={"due_on": due_on.isoformat()},
                now=requested_at,
                mail_id=mail_id,
            )
        ]

    def _deliveries(self, request: StopRequest, sequence: int) -> list[Write]:
        organization_id = request.seller.organization_id
        requested_at, due_on = _held(request)
        kind = EventType.STOP_REQUEST_CREATED
        # an event names nobody: the number is in the feed
        data = {
            "request": request.id,
            "due_on": due_on.isoformat(),
            "sequence": sequence,
            "path": f"/v1/stop-requests?since={sequence - 1}",
        }
        event = Event.of(kind, organization_id, requested_at, data, request.id)
        told = [one for one in EndpointStore(self.table).of(organization_id) if one.enabled and kind in one.events]
        return [delivery_write(self.table, Delivery.of(event, endpoint)) for endpoint in told]

    def _consumer(
        self, request: StopRequest, template: Template, at: datetime, purpose: str = "", **facts: date | datetime
    ) -> Write:
        written: dict[str, str] = {
            name: to_text(value) if isinstance(value, datetime) else value.isoformat() for name, value in facts.items()
        }
        return mail_write(
            self.table,
            template=template,
            language=request.language,
            to_ciphertext=request.email_ciphertext,
            facts={"seller": request.seller.name, "number": str(request.number)} | written,
            now=at,
            link={"purpose": purpose, "id": request.id, "nonce": request.nonce} if purpose else None,
            mail_id=f"{template}-{request.id}",
        )

    def _new(self, write: Write) -> bool:
        try:
            self.table.write(write)
        except ConditionFailedError:
            return False
        return True

    def _write(self, *writes: Any) -> None:
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error


def _held(request: StopRequest) -> tuple[datetime, date]:
    if request.requested_at is None or request.due_on is None:
        raise ValueError("This request was never confirmed.")
    return request.requested_at, request.due_on


def _numbers_held(items: Iterable[Item]) -> frozenset[str]:
    """Return the numbers of items of `held_item` in which a request holds."""
    _, prefix = keys.stopped("", "")
    return frozenset(item["sk"].removeprefix(prefix) for item in items if not all(ended for _, ended in held_of(item)))
