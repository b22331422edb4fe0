"""What operators do with the payment server's events: see which are not done, and have them worked on again.

Working on an event again is harmless: it is only a hint, what the payment server says now decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError

RECEIVED = "received"
MISMATCH = "amount_mismatch"
"""What billing stores of an event whose invoice does not fit its order."""
SLOW = timedelta(minutes=15)


@dataclass(frozen=True)
class StoredEvent:
    """An event as it is stored: `state` is `received`, or what came of it."""

    id: str
    type: str
    object_id: str
    state: str
    received_at: datetime

    def needs_a_look(self, now: datetime) -> bool:
        """Whether nobody worked on it for a quarter of an hour, or its invoice and order do not fit together."""
        return self.state == MISMATCH or (self.state == RECEIVED and self.received_at < now - SLOW)


class StoredEvents(Protocol):
    """The events that came."""

    def get(self, event_id: str) -> StoredEvent | None:
        """Return an event."""
        ...

    def between(self, since: datetime, until: datetime) -> Iterator[StoredEvent]:
        """Yield the events that came in a period, oldest first."""
        ...

    def reopen(self, event_id: str) -> None:
        """Make an event one that was received and not worked on yet."""
        ...


class PaymentsQueue(Protocol):
    """The queue of the payment worker, and its dead letters."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Put one message onto the queue."""
        ...

    def dead(self) -> list[dict[str, Any]]:
        """Return the dead letters, which stay where they are."""
        ...

    def revive(self) -> list[dict[str, Any]]:
        """Put every dead letter back onto the queue and return them."""
        ...


@dataclass(frozen=True)
class EventReplay:
    """Lists and replays."""

    events: StoredEvents
    queue: PaymentsQueue
    clock: Clock

    def listed(self, since: datetime, *, every: bool) -> list[StoredEvent]:
        """Return events since an instant, oldest first: those that need a look, or `every` one."""
        now = self.clock.now()
        found = self.events.between(since, now)
        return [one for one in found if every or one.needs_a_look(now)]

    def replay(self, event_ids: Iterable[str]) -> int:
        """Have events worked on again; return how many.

        Raises:
            NotFoundError: there is no event of one of these ids; none was touched.
        """
        wanted = list(dict.fromkeys(event_ids))
        for event_id in wanted:
            if self.events.get(event_id) is None:
                raise NotFoundError(f"There is no event {event_id}.")
        for event_id in wanted:
            self.events.reopen(event_id)
            self.queue.send({"pk": f"PAYMENT_EVENT#{event_id}", "kind": "PAYMENT_EVENT"})
        return len(wanted)

    def replay_between(self, since: datetime, until: datetime) -> int:
        """Have every event of a period worked on again; return how many."""
        return self.replay([one.id for one in self.events.between(since, until)])

    def revive(self) -> list[dict[str, Any]]:
        """Put the dead letters back into the queue: events, orders and commands alike.

        An event among them whose state says that it is done is not opened again: the letter was one too many.
        """
        return self.queue.revive()
