"""Sending: one attempt at a time, with growing pauses, until the endpoint takes the event or it is given up."""

import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from quietline.kernel.clock import Clock
from quietline.profiles.profile import Profile
from quietline.webhooks import address, signature
from quietline.webhooks.model import Attempt, Delivery, DeliveryState, Endpoint, Failure
from quietline.webhooks.ports import Deliveries, Endpoints, Requeue, Resolver, SecretCipher, Sender

MAX_DELAY = 900
"""Seconds that SQS can hold a message back; a longer pause is several of these."""
OVERDUE_SECONDS = 60
"""So long after its time an attempt that nobody has made is made by the message of the one before."""
KEPT_ATTEMPTS = 20
JITTER = 0.2


@dataclass(frozen=True)
class DeliveryService:
    """Sends deliveries.

    Attributes:
        endpoints: where to.
        deliveries: what, and how far it is.
        cipher: decrypts signing secrets.
        resolve: finds a host's addresses.
        send: sends one request.
        requeue: lets a delivery come again.
        clock: the time.
        profile: for how many days an endpoint may fail, and the pauses.
        retry_seconds: pauses before the second, third … attempt; empty for the profile's.
        allow_loopback: whether a local cloud's receivers may be called.
        jitter: a random number in [0, 1).

    """

    endpoints: Endpoints
    deliveries: Deliveries
    cipher: SecretCipher
    resolve: Resolver
    send: Sender
    requeue: Requeue
    clock: Clock
    profile: Profile
    retry_seconds: tuple[int, ...] = ()
    allow_loopback: bool = False
    jitter: Callable[[], float] = field(default=random.random)

    def deliver(self, delivery_id: str, attempt: int = 0) -> Delivery | None:
        """Make the attempt after `attempt` ones, or wait on; return the delivery as it is now, None if there is none.

        A message that comes twice makes an attempt twice at most: one whose attempt is recorded waits whether the next
        one is made in time, for the message of that may never have been sent, and ends here when it was.
        """
        found = self.deliveries.get(delivery_id)
        if found is None or found.state is not DeliveryState.PENDING:
            return found
        now = self.clock.now()
        if found.attempt_count == attempt + 1 and found.next_attempt_at is not None:
            overdue = found.next_attempt_at + timedelta(seconds=OVERDUE_SECONDS)
            if now < overdue:
                self._wait(found.id, attempt, overdue - now)
                return found
        elif found.attempt_count != attempt:
            return found
        if found.next_attempt_at is not None and now < found.next_attempt_at:
            self._later(found, now)
            return found
        endpoint = self.endpoints.get(found.organization_id, found.endpoint_id)
        if endpoint is None or not endpoint.enabled:
            reason = Failure.ENDPOINT_DISABLED if endpoint else Failure.ENDPOINT_DELETED
            return self._recorded(found, replace(found, state=DeliveryState.DEAD, reason=reason, next_attempt_at=None))
        made = self._attempt(endpoint, found, now)
        after = replace(
            found,
            attempt_count=found.attempt_count + 1,
            attempts=(*found.attempts, made)[-KEPT_ATTEMPTS:],
            next_attempt_at=None,
        )
        if not made.failure:
            stored = self._recorded(found, replace(after, state=DeliveryState.DELIVERED))
            if endpoint.failing_since is not None:
                self.endpoints.note_failing(endpoint, None)
            return stored
        return self._failed(endpoint, found, after, made.failure)

    def _failed(self, endpoint: Endpoint, before: Delivery, after: Delivery, failure: str) -> Delivery | None:
        now = self.clock.now()
        pause = self._pause(after.attempt_count)
        if pause is None:
            after = replace(after, state=DeliveryState.DEAD, reason=failure)
        else:
            after = replace(after, next_attempt_at=now + timedelta(seconds=pause))
        if not self.deliveries.record(before, after):
            return self.deliveries.get(before.id)
        self._note_failing(endpoint, now)
        if after.next_attempt_at is not None:
            self._later(after, now)
        return after

    def _note_failing(self, endpoint: Endpoint, now: datetime) -> None:
        if endpoint.failing_since is None:
            self.endpoints.note_failing(endpoint, now)
            return
        days = self.profile.webhooks.disable_after_days
        if now - endpoint.failing_since >= timedelta(days=days):
            self.endpoints.give_up(endpoint, endpoint.failing_since, now, days)

    def _pause(self, attempts: int) -> float | None:
        pauses = self.retry_seconds or self.profile.webhooks.retry_seconds
        if attempts > len(pauses):
            return None
        return pauses[attempts - 1] * (1 + JITTER * (2 * self.jitter() - 1))

    def _later(self, delivery: Delivery, now: datetime) -> None:
        assert delivery.next_attempt_at is not None
        self._wait(delivery.id, delivery.attempt_count, delivery.next_attempt_at - now)

    def _wait(self, delivery_id: str, attempt: int, left: timedelta) -> None:
        # a second too much rather than too little, or the message would come back for the rest of it
        self.requeue(delivery_id, attempt, min(MAX_DELAY, int(left.total_seconds()) + 1))

    def _recorded(self, before: Delivery, after: Delivery) -> Delivery | None:
        return after if self.deliveries.record(before, after) else self.deliveries.get(before.id)

    def _attempt(self, endpoint: Endpoint, delivery: Delivery, now: datetime) -> Attempt:
        begun = time.monotonic()
        status, failure = self._request(endpoint, delivery, now)
        return Attempt(now, status, failure, int((time.monotonic() - begun) * 1000))

    def _request(self, endpoint: Endpoint, delivery: Delivery, now: datetime) -> tuple[int, str]:
        parts = urlsplit(endpoint.url)
        loopback = self.allow_loopback and parts.scheme == "http"
        if parts.scheme != "https" and not loopback:
            return 0, Failure.ADDRESS
        port = parts.port or (80 if loopback else 443)
        try:
            found = self.resolve(parts.hostname or "", port)
        except OSError:
            return 0, Failure.NAME
        ip = address.allowed(found, loopback=loopback)
        if ip is None:
            return 0, Failure.ADDRESS
        keys = [self.cipher.decrypt(secret.ciphertext) for secret in endpoint.secrets if secret.holds(now)]
        body = delivery.body.encode()
        signed = signature.headers(body, delivery.event_id, int(now.timestamp()), keys)
        fixed = {"Content-Type": "application/json", "User-Agent": "Quietline-Webhooks/1"}
        try:
            status = self.send(endpoint.url, ip, fixed | signed, body)
        except TimeoutError:
            return 0, Failure.TIMEOUT
        except ssl.SSLError:
            return 0, Failure.TLS
        except OSError:
            return 0, Failure.CONNECTION
        if 200 <= status < 300:
            return status, ""
        return status, Failure.REDIRECT if 300 <= status < 400 else Failure.STATUS
