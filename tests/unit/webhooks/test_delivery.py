"""An event reaches its endpoint, or is given up where its customer sees it."""

import base64
import hashlib
import hmac
import json
import ssl
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from quietline.payments import signature as inbound
from quietline.profiles.profile import Profile
from quietline.webhooks.delivery import MAX_DELAY, OVERDUE_SECONDS, DeliveryService
from quietline.webhooks.model import Delivery, DeliveryState, EndpointState, Event, EventType
from quietline.webhooks.service import WebhookService

from tests.fakes.webhooks import MemoryDeliveries, MemoryEndpoints, PlainCipher

URL = "https://hooks.example.com/quietline"
PUBLIC = "93.184.215.14"


@dataclass
class World:
    clock: FixedClock
    profile: Profile
    endpoints: MemoryEndpoints = field(default_factory=MemoryEndpoints)
    deliveries: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    answers: list[int | Exception] = field(default_factory=list)
    addresses: list[str] = field(default_factory=lambda: [PUBLIC])
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    queued: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def service(self) -> WebhookService:
        return WebhookService(self.endpoints, self.deliveries, PlainCipher(), self.clock, self.profile)

    def sender(self, **changes: Any) -> DeliveryService:
        def resolve(host: str, port: int) -> list[str]:
            assert (host, port) == ("hooks.example.com", 443)
            if not self.addresses:
                raise OSError
            return self.addresses

        def send(url: str, ip: str, headers: dict[str, str], body: bytes) -> int:
            self.requests.append((url, ip, headers, body))
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        made = DeliveryService(
            endpoints=self.endpoints,
            deliveries=self.deliveries,
            cipher=PlainCipher(),
            resolve=resolve,
            send=send,
            requeue=lambda *message: self.queued.append(message),
            clock=self.clock,
            profile=self.profile,
            jitter=lambda: 0.5,
        )
        return replace(made, **changes)

    def endpoint(self) -> tuple[str, str]:
        made, secret = self.service.create("acme", "anna", URL, [EventType.LIST_PUBLISHED])
        return made.id, secret

    def event(self) -> Delivery:
        [endpoint] = self.endpoints.of("acme")
        event = Event.of(EventType.LIST_PUBLISHED, "acme", self.clock.now(), {"list_date": "2026-11-24"}, "1")
        made = Delivery.of(event, endpoint)
        self.deliveries.add(made)
        return made

    def drain(self) -> Delivery:
        """Follow the queue to its end, moving the clock as far as each message waits."""
        [(delivery_id, *_)] = self.queued
        while self.queued:
            delivery_id, attempt, seconds = self.queued.pop(0)
            assert seconds <= MAX_DELAY
            self.clock.instant += timedelta(seconds=seconds)
            self.sender().deliver(delivery_id, attempt)
        found = self.deliveries.get(delivery_id)
        assert found is not None
        return found


@pytest.fixture
def world(clock: FixedClock, profile: Profile) -> World:
    return World(clock, profile)


def test_a_delivery_is_signed_so_that_our_own_verifier_takes_it(world: World) -> None:
    _, secret = world.endpoint()
    delivery = world.event()
    world.answers = [204]

    done = world.sender().deliver(delivery.id)

    assert done is not None
    assert (done.state, done.attempt_count, world.queued) == (DeliveryState.DELIVERED, 1, [])
    [(url, ip, headers, body)] = world.requests
    assert (url, ip) == (URL, PUBLIC)
    inbound.verify(body, headers["Quietline-Signature"], [secret], world.clock.now())
    assert json.loads(body) == {
        "id": delivery.event_id,
        "type": "list.published",
        "created_at": "2026-11-24T15:00:00.000Z",
        "data": {"list_date": "2026-11-24"},
    }


def test_the_standard_webhooks_headers_verify(world: World) -> None:
    _, secret = world.endpoint()
    delivery = world.event()
    world.answers = [200]
    world.sender().deliver(delivery.id)

    [(_, _, headers, body)] = world.requests

    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == delivery.event_id


def test_a_rotated_secret_signs_beside_the_new_one_for_a_day(world: World) -> None:
    endpoint_id, old = world.endpoint()
    _, middle = world.service.rotate("acme", endpoint_id)
    _, new = world.service.rotate("acme", endpoint_id)
    world.answers = [200, 200]
    delivery = world.event()
    world.sender().deliver(delivery.id)
    header = world.requests[0][2]["Quietline-Signature"]

    assert header.count("v1=") == 2
    assert len(world.requests[0][2]["webhook-signature"].split(" ")) == 2
    for secret in (middle, new):
        inbound.verify(world.requests[0][3], header, [secret], world.clock.now())
    with pytest.raises(Exception, match="not valid"):
        inbound.verify(world.requests[0][3], header, [old], world.clock.now())

    world.clock.instant += timedelta(hours=24)
    world.sender().deliver(world.event().id)
    header = world.requests[1][2]["Quietline-Signature"]
    assert header.count("v1=") == 1
    inbound.verify(world.requests[1][3], header, [new], world.clock.now())


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (500, "http_status"),
        (404, "http_status"),
        (301, "redirect"),
        (TimeoutError(), "timeout"),
        (ssl.SSLError(), "tls"),
        (ConnectionRefusedError(), "connection"),
    ],
)
def test_what_fails_is_tried_again(world: World, answer: int | Exception, failure: str) -> None:
    world.endpoint()
    delivery = world.event()
    world.answers = [answer, 200]

    first = world.sender().deliver(delivery.id)
    assert first is not None
    assert (first.state, first.attempts[0].failure) == (DeliveryState.PENDING, failure)
    assert world.queued == [(delivery.id, 1, 6)]

    done = world.drain()
    assert (done.state, done.attempt_count) == (DeliveryState.DELIVERED, 2)
    assert world.requests[0][2]["webhook-id"] == world.requests[1][2]["webhook-id"]
    assert world.requests[0][3] == world.requests[1][3]


def test_a_receiver_that_never_answers_well_is_given_up_after_about_a_day(world: World) -> None:
    world.endpoint()
    delivery = world.event()
    begun = world.clock.now()
    pauses = world.profile.webhooks.retry_seconds
    world.answers = [500] * (len(pauses) + 1)

    world.sender().deliver(delivery.id)
    dead = world.drain()

    assert (dead.state, dead.reason, dead.attempt_count) == (DeliveryState.DEAD, "http_status", len(pauses) + 1)
    assert dead.next_attempt_at is None
    gaps = [later.at - earlier.at for earlier, later in zip(dead.attempts, dead.attempts[1:], strict=False)]
    for gap, pause in zip(gaps, pauses, strict=True):
        assert timedelta(seconds=pause) <= gap <= timedelta(seconds=pause + MAX_DELAY / 10)
    assert timedelta(hours=20) < world.clock.now() - begun < timedelta(hours=28)


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 5), (1.0, 7)])
def test_pauses_are_spread_by_a_fifth(world: World, random: float, seconds: int) -> None:
    world.endpoint()
    world.answers = [500]

    world.sender(jitter=lambda: random).deliver(world.event().id)

    assert world.queued[0][2] == seconds


def test_a_message_that_comes_too_early_waits_on_without_an_attempt(world: World) -> None:
    world.endpoint()
    delivery = world.event()
    later = world.clock.now() + timedelta(hours=2)
    world.deliveries.all[delivery.id] = replace(delivery, attempt_count=3, next_attempt_at=later)

    world.sender().deliver(delivery.id, 3)

    assert world.requests == []
    assert world.queued == [(delivery.id, 3, MAX_DELAY)]


def test_a_message_that_comes_twice_starts_no_second_chain(world: World) -> None:
    world.endpoint()
    delivery = world.event()
    world.answers = [500, 500]
    world.sender().deliver(delivery.id, 0)

    world.sender().deliver(delivery.id, 0)

    assert len(world.requests) == 1
    (_, chain, pause), (_, twice, wait) = world.queued
    assert (chain, twice, wait) == (1, 0, pause + OVERDUE_SECONDS)
    world.queued.clear()
    world.clock.instant += timedelta(seconds=pause)
    world.sender().deliver(delivery.id, 1)
    world.clock.instant += timedelta(seconds=OVERDUE_SECONDS)
    world.sender().deliver(delivery.id, 0)
    assert len(world.requests) == 2
    assert [attempt for _, attempt, _ in world.queued] == [2], "the second message saw that the attempt was made"


def test_a_delivery_goes_on_although_the_message_for_the_next_attempt_was_never_sent(world: World) -> None:
    world.endpoint()
    delivery = world.event()
    world.answers = [500, 200]

    with pytest.raises(ZeroDivisionError):
        world.sender(requeue=lambda *_message: 1 / 0).deliver(delivery.id, 0)
    world.sender().deliver(delivery.id, 0)  # the queue shows its message again
    assert len(world.requests) == 1, "not before its time"

    assert world.drain().state is DeliveryState.DELIVERED
    assert len(world.requests) == 2


@pytest.mark.parametrize("addresses", [["10.0.0.1"], [PUBLIC, "169.254.169.254"], ["127.0.0.1"], ["::1"]])
def test_a_name_that_points_inside_is_never_called(world: World, addresses: list[str]) -> None:
    world.endpoint()
    world.addresses = addresses

    found = world.sender().deliver(world.event().id)

    assert found is not None
    assert (found.attempts[0].failure, world.requests) == ("address_not_allowed", [])


def test_even_a_local_cloud_calls_inside_only_without_tls(world: World) -> None:
    world.endpoint()
    world.addresses = ["127.0.0.1"]

    found = world.sender(allow_loopback=True).deliver(world.event().id)

    assert found is not None
    assert found.attempts[0].failure == "address_not_allowed"


def test_a_name_without_an_address_is_said(world: World) -> None:
    world.endpoint()
    world.addresses = []

    found = world.sender().deliver(world.event().id)

    assert found is not None
    assert found.attempts[0].failure == "name_not_resolved"


def test_an_endpoint_that_fails_for_days_is_disabled_and_told_once(world: World) -> None:
    endpoint_id, _ = world.endpoint()
    days = world.profile.webhooks.disable_after_days
    for day in range(days + 2):
        world.answers = [500]
        world.sender().deliver(world.event().id)
        assert world.endpoints.all[endpoint_id].enabled is (day < days)
        world.clock.instant += timedelta(days=1)
    assert world.endpoints.told == [endpoint_id]

    last = list(world.deliveries.all.values())[-1]
    assert (last.state, last.reason) == (DeliveryState.DEAD, "endpoint_disabled")
    enabled = world.service.enable("acme", endpoint_id)
    assert (enabled.state, enabled.failing_since) == (EndpointState.ENABLED, None)


def test_a_success_ends_the_count_of_days(world: World) -> None:
    endpoint_id, _ = world.endpoint()
    world.answers = [500, 200]
    world.sender().deliver(world.event().id)
    assert world.endpoints.all[endpoint_id].failing_since == world.clock.now()
    world.clock.instant += timedelta(minutes=1)

    world.sender().deliver(world.event().id)

    assert world.endpoints.all[endpoint_id].failing_since is None


def test_a_deleted_endpoint_gets_nothing_more(world: World) -> None:
    endpoint_id, _ = world.endpoint()
    delivery = world.event()
    world.service.remove("acme", endpoint_id)

    found = world.sender().deliver(delivery.id)

    assert found is not None
    assert (found.state, found.reason) == (DeliveryState.DEAD, "endpoint_deleted")
    with pytest.raises(NotFoundError):
        world.service.replay("acme", delivery.id)


def test_a_dead_delivery_is_replayed_as_a_new_one_of_the_same_event(world: World) -> None:
    world.endpoint()
    delivery = world.event()
    with pytest.raises(ConflictError, match="being tried"):
        world.service.replay("acme", delivery.id)
    world.answers = [500, 200]
    world.sender(retry_seconds=(1,)).deliver(delivery.id)
    world.deliveries.all[delivery.id] = replace(world.deliveries.all[delivery.id], state=DeliveryState.DEAD)

    again = world.service.replay("acme", delivery.id)
    done = world.sender().deliver(again.id)

    assert done is not None
    assert (done.state, done.replay_of, done.event_id) == (DeliveryState.DELIVERED, delivery.id, delivery.event_id)
    assert world.deliveries.all[delivery.id].replayed_as == again.id
    assert world.requests[0][3] == world.requests[1][3]
    with pytest.raises(NotFoundError):
        world.service.replay("others", delivery.id)


def test_asked_twice_an_event_has_one_delivery(world: World) -> None:
    world.endpoint()
    first = world.event()

    world.event()

    assert list(world.deliveries.all) == [first.id]


def test_what_is_refused_of_an_endpoint(world: World) -> None:
    for events in ([], [EventType.TEST]):
        with pytest.raises(InvalidInputError) as caught:
            world.service.create("acme", "anna", URL, events)
        assert caught.value.fields[0].pointer == "/events"
    for _ in range(world.profile.webhooks.max_endpoints):
        world.endpoint()
    with pytest.raises(ConflictError):
        world.endpoint()


def test_a_test_event_needs_an_enabled_endpoint(world: World) -> None:
    endpoint_id, _ = world.endpoint()
    assert world.service.test("acme", endpoint_id).event_type is EventType.TEST
    world.service.disable("acme", endpoint_id)

    with pytest.raises(ConflictError):
        world.service.test("acme", endpoint_id)
    with pytest.raises(NotFoundError):
        world.service.test("others", endpoint_id)


def test_a_change_that_comes_second_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint_id, _ = world.endpoint()
    monkeypatch.setattr(world.endpoints, "replace", lambda _endpoint: False)

    with pytest.raises(ConflictError, match="meanwhile"):
        world.service.rotate("acme", endpoint_id)


def test_no_secret_and_no_address_shows_when_printed(world: World) -> None:
    endpoint_id, secret = world.endpoint()
    shown = repr(world.endpoints.all[endpoint_id]) + repr(world.event())

    assert secret not in shown
    assert "hooks.example.com" not in shown


def test_the_schedule_lasts_about_a_day(profile: Profile) -> None:
    assert 20 * 3600 <= sum(profile.webhooks.retry_seconds) <= 26 * 3600
    assert list(profile.webhooks.retry_seconds) == sorted(profile.webhooks.retry_seconds)
