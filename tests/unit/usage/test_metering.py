"""Metering: sums a day, an alarm once, a refusal with the time until the registry's midnight."""

from datetime import date, timedelta

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import TooManyRequestsError
from quietline.kernel.phone import PhoneNumber
from quietline.profiles import Profile
from quietline.usage.model import Channel, DayUsage, Standing, walks
from quietline.usage.service import Metering

from tests.fakes.usage import MemoryMetrics, MemoryUsage

FREE = Standing("acme", "SAN-1", frozenset({"202"}), subscriber=False)
PAYING = Standing("acme", "SAN-1", frozenset({"202"}), subscriber=True)
TODAY = date(2026, 11, 24)


@pytest.fixture
def metering(profile: Profile, clock: FixedClock) -> Metering:
    return Metering(profile, clock, MemoryUsage(), MemoryMetrics())


def some(count: int, start: int = 0, step: int = 7) -> list[PhoneNumber]:
    return [PhoneNumber(f"+1202{2000000 + start + place * step}") for place in range(count)]


def test_numbers_are_summed_by_the_registrys_day(metering: Metering, clock: FixedClock) -> None:
    metering.look_up(FREE, some(10))
    metering.look_up(FREE, some(5))
    clock.instant += timedelta(hours=14)  # 05:00 UTC is midnight in Washington
    metering.look_up(FREE, some(1))

    assert metering.month("acme", TODAY) == [DayUsage(TODAY, 15), DayUsage(date(2026, 11, 25), 1)]
    assert metering.month("other", TODAY) == []
    assert metering.metrics.numbers == [(Channel.LOOKUP, 10), (Channel.LOOKUP, 5), (Channel.LOOKUP, 1)]


def test_the_alarm_sounds_once_a_day_and_the_limit_refuses(metering: Metering, profile: Profile) -> None:
    allowance = profile.usage.free_lookups
    metering.look_up(FREE, some(allowance.alarm))
    assert metering.metrics.suspicions == []

    metering.look_up(FREE, some(1))
    metering.look_up(FREE, some(1))
    assert metering.metrics.suspicions == [("acme", "daily_alarm")]

    metering.look_up(FREE, some(allowance.limit - allowance.alarm - 2))
    with pytest.raises(TooManyRequestsError) as refused:
        metering.look_up(FREE, some(1))

    assert metering.metrics.suspicions[-1] == ("acme", "daily_limit")
    assert refused.value.retry_after == 14 * 3600 + 1
    assert metering.store.of_day("acme", TODAY).looked_up == allowance.limit


def test_subscribers_may_ask_for_more(metering: Metering, profile: Profile) -> None:
    metering.look_up(PAYING, some(profile.usage.free_lookups.limit + 1))

    assert metering.metrics.suspicions == []


def test_a_lookup_that_answers_nothing_costs_nothing(metering: Metering) -> None:
    metering.look_up(FREE, [])

    assert metering.metrics.numbers == []


@pytest.mark.parametrize(
    ("numbers", "suspicious"),
    [
        (some(100, step=1), True),
        (some(99, step=1), False),
        (some(100, step=2), False),
        (some(60, step=1) + some(40, start=500, step=3), True),
        (some(50, step=1) + some(50, start=500, step=3), False),
    ],
    ids=["all neighbours", "too few", "every second", "most", "half"],
)
def test_walking_the_number_space_is_told(numbers: list[PhoneNumber], suspicious: bool, profile: Profile) -> None:
    assert walks(numbers, profile.usage) is suspicious


def test_a_walk_is_reported(metering: Metering) -> None:
    metering.look_up(PAYING, some(200, step=1))

    assert metering.metrics.suspicions == [("acme", "walk")]


def test_a_wash_is_refused_once_the_day_is_used_up(metering: Metering, profile: Profile) -> None:
    limit = profile.usage.washes.limit
    metering.store.days["acme", TODAY] = DayUsage(TODAY, washed=limit - 1)
    metering.allow_wash("acme")

    metering.store.days["acme", TODAY] = DayUsage(TODAY, washed=limit)

    with pytest.raises(TooManyRequestsError):
        metering.allow_wash("acme")


def test_a_wash_that_crosses_the_line_is_told(metering: Metering, profile: Profile) -> None:
    alarm = profile.usage.washes.alarm
    metering.store.days["acme", TODAY] = DayUsage(TODAY, washed=alarm + 5)

    metering.washed("acme", TODAY, 5)
    metering.washed("acme", TODAY, 4)

    assert metering.metrics.suspicions == [("acme", "daily_alarm")]
