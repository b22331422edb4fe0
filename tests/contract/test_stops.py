"""Stop requests on the tables: asked, confirmed, acknowledged, taken back; each once."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb.stop_sellers import DynamoStopSellers
from quietline.adapters.dynamodb.stops import DynamoStops
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.dynamodb.webhooks import EndpointStore
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError, LinkError
from quietline.mails.links import CONFIRM_STOP, WITHDRAW_STOP, LinkSigner
from quietline.profiles.profile import Profile
from quietline.stops.feed import StopFeed, as_csv
from quietline.stops.model import Answer, Change, State
from quietline.stops.service import StopService
from quietline.webhooks.model import Endpoint, EventType, Secret

from tests.fakes.complaints import CALLED, NOW, SECRET, PlainCipher
from tests.fakes.stops import ACME, SAN, declare, list_seller


class Stops:
    """The use cases, a seller with a webhook, and a look into the outbox."""

    def __init__(self, cloud: Any, clock: FixedClock, profile: Profile) -> None:
        clock.instant = NOW
        self.clock, self.table = clock, Table(cloud.sellers_table)
        self.store = DynamoStops(self.table, Table(cloud.registry_table))
        self.links = LinkSigner(SECRET)
        sellers = DynamoStopSellers(self.table)
        self.service = StopService(sellers, self.store, PlainCipher(), self.links, SECRET, profile, clock)
        self.feed = StopFeed(self.store, clock, profile)
        list_seller(self.table)
        events = frozenset({EventType.STOP_REQUEST_CREATED})
        secret = Secret("s", NOW)
        EndpointStore(self.table).add(Endpoint("one", ACME, "https://a.example", events, (secret,), NOW, "user-1"))

    def asked(self) -> list[str]:
        return sorted(item["pk"].removeprefix("STOP_REQUEST#") for item in self.table.scan("STOP_REQUEST#"))

    def token(self, request_id: str, purpose: str) -> str:
        request = self.store.get(request_id)
        assert request is not None
        return self.links.token(purpose, request_id, request.nonce)

    def ask(self, number: str = "(202) 555-0143", email: str = "alex@example.com") -> str:
        known = set(self.asked())
        self.service.ask(number, ACME, email, "en")
        (new,) = set(self.asked()) - known
        return new

    def held(self, **given: str) -> str:
        made = self.ask(**given)
        self.service.confirm(self.token(made, CONFIRM_STOP))
        self.feed.tell(made)
        return made

    def mails(self) -> list[str]:
        return sorted(item["template"] for item in self.table.scan("MAIL#"))


@pytest.fixture
def stops(cloud: Any, clock: FixedClock, profile: Profile) -> Stops:
    return Stops(cloud, clock, profile)


def test_the_seller_learns_of_a_request_when_its_mail_is_answered(stops: Stops) -> None:
    made = stops.ask()

    assert (stops.feed.page(ACME).entries, stops.mails()) == ((), ["confirm-stop"])
    assert stops.store.before(ACME, CALLED, NOW) is None

    done = stops.service.confirm(stops.token(made, CONFIRM_STOP))

    assert (stops.feed.tell(made), stops.feed.tell(made)) == (2, 0)
    assert (done.state, done.due_on) == (State.ACTIVE, date(2026, 12, 9))
    page = stops.feed.page(ACME)
    assert (page.next, page.more) == (1, False)
    (entry,) = page.entries
    assert (entry.change, entry.number.e164, entry.request_id) == (Change.REQUESTED, CALLED, made)
    assert stops.mails() == ["confirm-stop", "stop-confirmed", "stop-requested"]
    (delivery,) = stops.table.scan("WEBHOOK_DELIVERY#")
    assert '"sequence":1' in delivery["body"] and "5550143" not in delivery["body"]


def test_a_link_works_once_and_for_its_time(stops: Stops, profile: Profile) -> None:
    made, late = stops.ask(), stops.ask()
    token = stops.token(made, CONFIRM_STOP)
    stops.service.confirm(token)
    reasons = []
    stops.clock.instant = NOW + timedelta(hours=profile.stops.link_hours)
    for wrong in (token, stops.token(late, CONFIRM_STOP), stops.token(late, WITHDRAW_STOP), "no token"):
        with pytest.raises(LinkError) as refused:
            stops.service.confirm(wrong)
        reasons.append(refused.value.reason)

    assert reasons == ["request_used", "request_expired", "forged", "forged"]
    assert len(stops.feed.page(ACME).entries) == 1


def test_rules_ask_what_held_at_an_instant(stops: Stops) -> None:
    first = stops.held()
    stops.clock.instant = NOW + timedelta(days=2)
    stops.held(email="sam@example.org")
    stops.clock.instant = NOW + timedelta(days=4)
    stops.service.withdraw(stops.token(first, WITHDRAW_STOP))

    def held(days: int) -> date | None:
        found = stops.store.before(ACME, CALLED, NOW + timedelta(days=days))
        return found.requested_at.date() if found else None

    assert [held(days) for days in (-1, 0, 3, 4, 90)] == [
        None,
        NOW.date(),
        NOW.date(),
        NOW.date() + timedelta(days=2),
        NOW.date() + timedelta(days=2),
    ]
    assert stops.store.before("01OTHER", CALLED, NOW) is None


def test_a_number_is_free_when_nobody_asks_any_more(stops: Stops) -> None:
    first, second = stops.held(), stops.held(email="sam@example.org")

    stops.service.withdraw(stops.token(first, WITHDRAW_STOP))
    assert [entry.change for entry in stops.feed.page(ACME).entries] == [Change.REQUESTED, Change.REQUESTED]
    stops.service.withdraw(stops.token(second, WITHDRAW_STOP))

    page = stops.feed.page(ACME, since=2)
    assert [(entry.sequence, entry.change) for entry in page.entries] == [(3, Change.WITHDRAWN)]
    assert stops.feed.unacknowledged(ACME) == ()
    with pytest.raises(LinkError):
        stops.service.withdraw(stops.token(first, WITHDRAW_STOP))


def test_an_acknowledgement_is_told_once(stops: Stops) -> None:
    made, taken_back, waiting = stops.held(), stops.held(number="(202) 555-0144"), stops.ask(number="(202) 555-0145")
    stops.service.withdraw(stops.token(taken_back, WITHDRAW_STOP))
    assert [one.request_id for one in stops.feed.unacknowledged(ACME)] == [made]
    assert stops.store.overdue(date(2026, 12, 9), 10) == ()
    assert [one.request_id for one in stops.store.overdue(date(2026, 12, 10), 10)] == [made]

    answers = stops.feed.acknowledge(ACME, "user-7", [made, made, taken_back, waiting, "01UNKNOWN"])

    assert answers == [
        (made, Answer.ACKNOWLEDGED),
        (taken_back, Answer.WITHDRAWN),
        (waiting, Answer.UNKNOWN),
        ("01UNKNOWN", Answer.UNKNOWN),
    ]
    assert stops.feed.acknowledge(ACME, "user-8", [made]) == [(made, Answer.ALREADY)]
    assert stops.feed.acknowledge("01OTHER", "user-9", [made]) == [(made, Answer.UNKNOWN)]
    assert stops.mails().count("stop-acknowledged") == 1
    assert stops.feed.unacknowledged(ACME) == () == stops.store.overdue(date(2027, 1, 1), 10)
    kept = stops.store.get(made)
    assert kept is not None and kept.acknowledged_by == "user-7"
    notice = stops.store.before(ACME, CALLED, NOW)
    assert notice is not None and notice.acknowledged_at == NOW
    # it still holds, and can be taken back
    stops.service.withdraw(stops.token(made, WITHDRAW_STOP))


def test_pages_of_the_feed_go_on(stops: Stops) -> None:
    for last in range(3):
        stops.held(number=f"(202) 555-014{last}", email=f"a{last}@example.com")

    first = stops.feed.page(ACME, limit=2)
    rest = stops.feed.page(ACME, since=first.next)

    assert ([entry.sequence for entry in first.entries], first.more) == ([1, 2], True)
    assert ([entry.sequence for entry in rest.entries], rest.more, rest.next) == ([3], False, 3)
    assert stops.feed.page(ACME, since=3) == replace(rest, entries=())
    lines = as_csv(rest.entries).splitlines()
    assert lines[0] == "number,change,requested_at,due_on,id,sequence"
    assert re.fullmatch(r"\+12025550142,requested,2026-11-24T15:00:00\.000Z,2026-12-09,\w{26},3", lines[1])
    for wrong in ({"since": -1}, {"limit": 0}, {"limit": 1001}):
        with pytest.raises(InvalidInputError):
            stops.feed.page(ACME, **wrong)


def test_a_seller_is_mailed_once_a_day(stops: Stops) -> None:
    stops.held()
    stops.held(number="(202) 555-0144")
    stops.clock.instant = NOW + timedelta(days=1)
    stops.held(number="(202) 555-0145")

    assert stops.mails().count("stop-requested") == 2


def test_a_mailbox_gets_only_so_many_mails(stops: Stops, profile: Profile) -> None:
    for _ in range(profile.registration.mails_per_address_per_day):
        stops.ask()
    before = stops.mails()

    stops.service.ask("(202) 555-0143", ACME, "alex@example.com", "en")

    assert stops.mails() == before


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SAN, ["Acme Roofs"]),
        ("1234567897", ["Acme Roofs"]),
        ("roof", ["Acme Roofs"]),
        ("ACME roofs", ["Acme Roofs"]),
        ("(305) 555-0187", []),
        ("123-456-7890", []),
        ("acme sons", []),
        ("a", []),
    ],
)
def test_sellers_are_found_by_account_number_and_name(text: str, found: list[str], stops: Stops) -> None:
    try:
        names = [one.name for one in stops.service.check("(202) 555-0143", text, "a@example.com").sellers]
    except InvalidInputError as error:
        assert [field.code for field in error.fields] == ["seller_unknown"]
        names = []

    assert names == found


def test_a_seller_is_found_by_a_number_that_it_declares(stops: Stops) -> None:
    declare(stops.table, "+13055550187")

    asked = stops.service.check("(202) 555-0143", "305 555 0187", "a@example.com")

    assert [one.organization_id for one in asked.sellers] == [ACME]


def test_every_wrong_field_is_named_at_once(stops: Stops) -> None:
    with pytest.raises(InvalidInputError) as refused:
        stops.service.check("12", " ", "no")

    assert [field.pointer for field in refused.value.fields] == ["/number", "/seller", "/email"]
