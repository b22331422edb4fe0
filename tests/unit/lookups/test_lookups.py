"""Lookups: how many, for which areas, of which date."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from quietline.kernel import jws
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import (
    ForbiddenError,
    InvalidInputError,
    NotPublishedError,
    NotPublishedOnError,
    TooManyRequestsError,
)
from quietline.kernel.phone import PhoneNumber
from quietline.lookups.model import Calendar, Change, PublishedList
from quietline.lookups.service import Lookups
from quietline.profiles import Profile
from quietline.usage.model import Standing
from quietline.usage.service import Metering

from tests.fakes.lists import MemorySigner
from tests.fakes.usage import MemoryMetrics, MemoryUsage

FIRST = date(2026, 11, 20)
DATES = (FIRST, FIRST + timedelta(1), FIRST + timedelta(3))
FREE = Standing("acme", "SAN-1", frozenset({"202"}), subscriber=False)
PAYING = Standing("acme", "SAN-1", frozenset({"202"}), subscriber=True)


def cutoff(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=29)


class MemoryLists:
    def __init__(self) -> None:
        self.days: list[date] = list(DATES)

    def newest(self) -> PublishedList | None:
        return self.on(self.days[-1]) if self.days else None

    def on(self, day: date) -> PublishedList | None:
        areas = frozenset({"202"} if day == FIRST else {"202", "818"})
        return PublishedList(day, cutoff(day), areas) if day in self.days else None

    def calendar(self) -> Calendar:
        return Calendar(tuple(self.days), tuple(cutoff(day) for day in self.days))


class MemoryHistories:
    def __init__(self) -> None:
        self.known: dict[str, list[Change]] = {}

    def of(self, numbers: Sequence[PhoneNumber]) -> Mapping[PhoneNumber, Sequence[Change]]:
        return {number: self.known[number.e164] for number in numbers if number.e164 in self.known}


class MemoryStops:
    def __init__(self) -> None:
        self.stopped: dict[str, set[str]] = {"acme": set()}

    def held_among(self, organization_id: str, numbers: Collection[str]) -> frozenset[str]:
        return frozenset(self.stopped[organization_id] & set(numbers))


@pytest.fixture
def stops() -> MemoryStops:
    return MemoryStops()


@pytest.fixture
def lookups(profile: Profile, clock: FixedClock, stops: MemoryStops) -> Lookups:
    histories = MemoryHistories()
    histories.known["+12025550143"] = [Change(cutoff(FIRST) + timedelta(hours=1), True)]
    histories.known["+18185550143"] = [Change(cutoff(FIRST) - timedelta(days=9), True)]
    metering = Metering(profile, clock, MemoryUsage(), MemoryMetrics())
    return Lookups(profile, clock, MemoryLists(), histories, stops, metering, MemorySigner())


def statuses(lookups: Lookups, texts: list[str], standing: Standing = FREE, as_of: date | None = None) -> list[Any]:
    made = lookups.look_up(standing, texts, as_of)
    return [(answer.status.value, answer.reason, answer.first_listed) for answer in made.answers]


def test_listed_with_the_list_that_first_carried_it(lookups: Lookups) -> None:
    assert statuses(lookups, ["202 555 0143", "202 555 0144"]) == [
        ("listed", "", FIRST + timedelta(1)),
        ("clear", "", None),
    ]


def test_a_number_whose_owner_told_the_organization_to_stop_is_never_clear(
    lookups: Lookups, stops: MemoryStops
) -> None:
    stops.stopped = {"acme": {"+12025550143", "+12025550144", "+18185550144"}, "other": {"+12025550145"}}
    told = ("unknown", "stop_requested", None)

    assert statuses(lookups, ["202 555 0143", "202 555 0144", "202 555 0145"]) == [
        ("listed", "", FIRST + timedelta(1)),
        told,
        ("clear", "", None),
    ]
    # also where the list does not answer: more than the free numbers, of an area without a subscription
    texts = ["818 555 0144", "818 555 0145", *(f"202 555 {line}" for line in range(1000, 1010))]
    assert statuses(lookups, texts, PAYING)[:2] == [told, ("unknown", "not_entitled", None)]


def test_of_a_list_too_old_to_call_by_is_told_what_it_held(
    lookups: Lookups, stops: MemoryStops, clock: FixedClock
) -> None:
    stops.stopped = {"acme": {"+12025550144"}}
    last = datetime.combine(FIRST + timedelta(days=lookups.profile.lists.max_age_days), time(17), UTC)
    clock.instant = last
    assert statuses(lookups, ["202 555 0144"], as_of=FIRST) == [("unknown", "stop_requested", None)]

    clock.instant = last + timedelta(days=1)
    assert statuses(lookups, ["202 555 0144"], as_of=FIRST) == [("clear", "", None)]


def test_time_travel_answers_from_the_list_of_that_date(lookups: Lookups) -> None:
    made = lookups.look_up(FREE, ["202 555 0143", "818 555 0143"], FIRST)

    assert [(answer.status.value, answer.reason) for answer in made.answers] == [
        ("clear", ""),
        ("unknown", "area_not_published"),
    ]
    assert (made.list_date, made.valid_until) == (FIRST, FIRST + timedelta(31))
    signed = jws.parse(made.signed).payload
    assert (signed["list_date"], signed["answers"][0]["status"]) == ("2026-11-20", "clear")
    assert statuses(lookups, ["202 555 0143"], as_of=DATES[1]) == [("listed", "", DATES[1])]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (FIRST - timedelta(1), "The first list is that of 2026-11-20."),
        (FIRST + timedelta(2), "No list is dated 2026-11-22."),
        (FIRST + timedelta(4), "The newest list is that of 2026-11-23; there is none of later."),
    ],
)
def test_dates_without_a_list_are_told_apart(lookups: Lookups, day: date, sentence: str) -> None:
    with pytest.raises(NotPublishedOnError) as refused:
        lookups.look_up(FREE, ["202 555 0143"], day)

    assert str(refused.value) == sentence
    assert (refused.value.status, refused.value.fields[0].pointer) == (422, "/as_of")


def test_without_any_list_every_date_is_too_early(lookups: Lookups) -> None:
    lookups.lists.days = []

    with pytest.raises(NotPublishedError):
        lookups.look_up(FREE, ["202 555 0143"], FIRST)


def test_a_small_lookup_is_for_every_area_and_a_large_one_for_ones_own(lookups: Lookups) -> None:
    others = ["818 555 0143"] * 10

    assert {answer[0] for answer in statuses(lookups, others)} == {"listed"}
    assert {answer[0] for answer in statuses(lookups, others, PAYING)} == {"listed"}
    large = statuses(lookups, [*others, "202 555 0143"], PAYING)
    assert large == [("unknown", "not_entitled", None)] * 10 + [("listed", "", FIRST + timedelta(1))]


def test_how_many_numbers(lookups: Lookups, profile: Profile) -> None:
    most = profile.lookups.subscriber_numbers
    assert len(lookups.look_up(PAYING, ["202 555 0143"] * most).answers) == most

    for standing, count in ((FREE, 0), (FREE, 11), (PAYING, most + 1)):
        with pytest.raises(InvalidInputError) as refused:
            lookups.look_up(standing, ["202 555 0143"] * count)
        assert refused.value.fields[0].code == "numbers_count"


def test_only_different_numbers_that_were_answered_are_counted(lookups: Lookups) -> None:
    texts = ["202 555 0143", "(202) 555-0143", "818 555 0143", "nonsense", "8005550100"]

    lookups.look_up(FREE, texts)

    assert lookups.meter.metrics.numbers == [("looked_up", 2)]


def test_beyond_the_days_limit_nothing_is_answered(lookups: Lookups, profile: Profile) -> None:
    for place in range(profile.usage.free_lookups.limit // 10):
        lookups.look_up(FREE, [f"202 {200 + place} {1000 + digit}" for digit in range(10)])

    with pytest.raises(TooManyRequestsError):
        lookups.look_up(FREE, ["202 555 0143"])


def test_without_certification_there_is_no_answer(lookups: Lookups) -> None:
    with pytest.raises(ForbiddenError):
        lookups.look_up(Standing("acme", "", frozenset(), subscriber=False), ["202 555 0143"])
