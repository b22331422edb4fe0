"""The maximum is that of the call's own day."""

from datetime import UTC, datetime

import pytest
from quietline.cases.penalties import maximum_penalty, worksheet
from quietline.kernel.errors import ConfigurationError
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile


@pytest.mark.parametrize(
    ("day", "dollars"),
    [
        ((2003, 10, 1), 11_000),
        ((2009, 2, 8), 11_000),
        ((2009, 2, 9), 16_000),
        ((2012, 6, 1), 16_000),
        ((2016, 7, 31), 16_000),
        ((2016, 8, 1), 40_000),
        ((2018, 1, 22), 41_484),
        ((2023, 1, 10), 46_517),
        ((2023, 1, 11), 50_120),
        ((2025, 1, 17), 53_088),
        ((2026, 11, 20), 53_088),
    ],
)
def test_the_maximum_of_a_day(day: tuple[int, int, int], dollars: int, profile: Profile) -> None:
    assert maximum_penalty(datetime(*day, 17, 0, tzinfo=UTC), profile) == Money(dollars * 100, "USD")


def test_the_day_is_the_registry_s(profile: Profile) -> None:
    # 03:59 UTC is the evening before in Washington
    assert maximum_penalty(datetime(2016, 8, 1, 3, 59, tzinfo=UTC), profile).minor == 1_600_000
    assert maximum_penalty(datetime(2016, 8, 1, 4, 0, tzinfo=UTC), profile).minor == 4_000_000


def test_a_day_before_the_law_has_no_maximum(profile: Profile) -> None:
    with pytest.raises(ConfigurationError):
        maximum_penalty(datetime(2002, 12, 1, tzinfo=UTC), profile)


def test_the_worksheet_adds_up_each_period(profile: Profile) -> None:
    days = [(2016, 7, 1), (2016, 9, 1), (2016, 7, 2), (2016, 7, 3)]

    lines = worksheet([datetime(*day, 17, 0, tzinfo=UTC) for day in days], profile)

    assert [(line.calls, line.maximum.minor, line.total.minor) for line in lines] == [
        (3, 1_600_000, 4_800_000),
        (1, 4_000_000, 4_000_000),
    ]
    assert all(line.source for line in lines)
    assert worksheet([], profile) == ()
