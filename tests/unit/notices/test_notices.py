"""Reminders: on time, once each, and also after a day on which nothing ran."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.mails.render import placeholders, texts
from quietline.notices.model import Freshness, Preferences, PublishedList
from quietline.notices.service import TELLERS, Notifier, each
from quietline.profiles.profile import Profile
from quietline.webhooks.model import Endpoint, EndpointState, EventType

from tests.fakes.webhooks import MemoryNotices

LIST = date(2026, 11, 1)
NOON = datetime(2026, 11, 1, 17, tzinfo=UTC)


class Lists:
    def of(self, day: date) -> PublishedList | None:
        if day != LIST:
            return None
        return PublishedList(LIST, NOON, 350, 258_000_000, 60_000, 20_000, "ab" * 32)


@pytest.fixture
def store() -> MemoryNotices:
    made = MemoryNotices()
    made.pulled("acme", LIST, LIST + timedelta(days=21))
    return made


@pytest.fixture
def notifier(store: MemoryNotices, clock: FixedClock, profile: Profile) -> Notifier:
    return Notifier(store, Lists(), clock, profile)


def endpoint(name: str, *events: EventType, organization: str = "acme") -> Endpoint:
    return Endpoint(name, organization, "https://hooks.example.com/", frozenset(events), (), NOON, "anna")


def sent(store: MemoryNotices) -> list[tuple[str, str]]:
    return [(mail.template, mail.id.split("-")[-2]) for _, mail in store.mails.values()]


def test_a_list_is_reminded_of_at_21_28_and_31_days_and_never_again(
    store: MemoryNotices, notifier: Notifier, clock: FixedClock
) -> None:
    counts = {}
    for day in range(60):
        clock.instant = NOON + timedelta(days=day)
        if count := notifier.daily() + notifier.daily():  # twice a day does no more than once
            counts[day] = count

    assert counts == {21: 1, 28: 1, 31: 1}
    assert sent(store) == [("list-aging", "21"), ("list-aging", "28"), ("list-expiring", "31")]


def test_nobody_is_reminded_of_a_list_that_their_subscription_no_longer_has(
    store: MemoryNotices, notifier: Notifier, clock: FixedClock
) -> None:
    store.entitled_until["acme"] = LIST + timedelta(days=24)
    for day in (21, 28, 31):
        clock.instant = NOON + timedelta(days=day)
        notifier.daily()

    assert [age for _, age in sent(store)] == ["21"]
    del store.entitled_until["acme"]  # subscribed again, and still not pulled
    notifier.daily()
    assert [age for _, age in sent(store)] == ["21", "31"]


@pytest.mark.parametrize(
    ("ran", "told"),
    [
        ([22], ["21"]),
        ([30], ["28"]),
        ([40], ["31"]),
        ([23, 29, 35], ["21", "28", "31"]),
        ([20], []),
    ],
)
def test_after_skipped_days_the_highest_age_reached_is_told_once(
    store: MemoryNotices, notifier: Notifier, clock: FixedClock, ran: list[int], told: list[str]
) -> None:
    for day in ran:
        clock.instant = NOON + timedelta(days=day)
        notifier.daily()

    assert [age for _, age in sent(store)] == told


def test_the_day_is_the_registrys_and_not_utcs(store: MemoryNotices, notifier: Notifier, clock: FixedClock) -> None:
    clock.instant = datetime(2026, 11, 22, 4, 59, tzinfo=UTC)  # 23:59 of the 21st in Washington
    assert notifier.daily() == 0
    clock.instant += timedelta(minutes=1)
    assert notifier.daily() == 1


def test_a_pull_meanwhile_ends_the_reminders_of_the_list_before(
    store: MemoryNotices, notifier: Notifier, clock: FixedClock
) -> None:
    clock.instant = NOON + timedelta(days=21)
    notifier.daily()
    store.pulled("acme", LIST + timedelta(days=21), LIST + timedelta(days=42))
    clock.instant = NOON + timedelta(days=31)

    assert notifier.daily() == 0


def test_who_wants_no_mail_still_gets_the_webhook(store: MemoryNotices, notifier: Notifier, clock: FixedClock) -> None:
    store.prefer("acme", Preferences(mail_reminders=False))
    store.hooks = [
        endpoint("one", EventType.LIST_STALE),
        endpoint("two", EventType.LIST_PUBLISHED),
        replace(endpoint("three", EventType.LIST_STALE), state=EndpointState.DISABLED),
        endpoint("four", EventType.LIST_STALE, organization="others"),
    ]
    clock.instant = NOON + timedelta(days=28)

    assert notifier.daily() == 1

    assert store.mails == {}
    [delivery] = store.deliveries.values()
    assert (delivery.endpoint_id, delivery.event_type) == ("one", EventType.LIST_STALE)
    expected = '"data":{"age_days":28,"list_date":"2026-11-01","valid_until":"2026-12-02"}'
    assert expected in delivery.body


def test_many_are_told_side_by_side_and_each_once() -> None:
    together = Barrier(TELLERS)

    def tell(number: int) -> int:
        together.wait(timeout=10)
        return number % 2

    assert each(iter(range(100 * TELLERS)), tell) == 50 * TELLERS


def test_a_failure_keeps_nobody_else_from_being_told(
    store: MemoryNotices, notifier: Notifier, clock: FixedClock
) -> None:
    store.pulled("others", LIST, LIST + timedelta(days=21))
    store.broken = {"acme"}
    clock.instant = NOON + timedelta(days=21)

    with pytest.raises(UnavailableError, match="1 notices"):
        notifier.daily()
    assert [who for who, _ in store.mails.values()] == ["others"]
    store.broken = set()
    assert notifier.daily() == 1
    assert [who for who, _ in store.mails.values()] == ["others", "acme"]


def test_a_published_list_is_told_to_those_who_asked(store: MemoryNotices, notifier: Notifier) -> None:
    store.prefer("acme", Preferences(mail_published=True))
    store.prefer("quiet", Preferences())
    store.hooks = [
        endpoint("one", EventType.LIST_PUBLISHED),
        endpoint("two", EventType.LIST_STALE),
        endpoint("three", EventType.LIST_PUBLISHED, organization="others"),
    ]

    assert notifier.published(LIST) == 3
    assert notifier.published(LIST) == 0

    assert [(who, mail.template) for who, mail in store.mails.values()] == [("acme", "list-published")]
    assert {one.endpoint_id for one in store.deliveries.values()} == {"one", "three"}
    assert len({one.event_id for one in store.deliveries.values()}) == 2
    with pytest.raises(NotFoundError):
        notifier.published(date(2026, 1, 1))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_mails_get_just_the_facts_they_name(
    store: MemoryNotices, notifier: Notifier, clock: FixedClock, language: str
) -> None:
    store.prefer("acme", Preferences(mail_published=True))
    notifier.published(LIST)
    for day in (21, 31):
        clock.instant = NOON + timedelta(days=day)
        notifier.daily()

    for _, mail in store.mails.values():
        text = texts(language)[mail.template]
        assert placeholders(text["subject"] + text["body"]) <= set(mail.facts)
    assert len(store.mails) == 3


def test_no_reminder_is_due_of_what_was_told() -> None:
    ages = (21, 28, 31)
    assert Freshness("acme", LIST, 28).due(LIST + timedelta(days=30), ages) is None
    assert Freshness("acme", LIST, 28).due(LIST + timedelta(days=31), ages) == 31
