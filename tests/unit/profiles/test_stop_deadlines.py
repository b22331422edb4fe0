"""How long a seller may take to stop, by the day of the request."""

from datetime import date

import pytest
from quietline.kernel.errors import ConfigurationError
from quietline.profiles.profile import Profile
from quietline.profiles.workdays import is_business_day


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        # 47 CFR 64.1200(d)(3) before 11 April 2025: 30 days
        (date(2025, 4, 10), date(2025, 5, 10)),
        (date(2024, 2, 1), date(2024, 3, 2)),
        # from then on 10 business days: Friday 11 April 2025 → Friday 25 April (no federal holiday between)
        (date(2025, 4, 11), date(2025, 4, 25)),
        # over Memorial Day, 26 May 2025
        (date(2025, 5, 19), date(2025, 6, 3)),
        # over Thanksgiving, 26 November 2026
        (date(2026, 11, 24), date(2026, 12, 9)),
        # asked on a Saturday; over Christmas (a Friday) and New Year's Day 2027 (a Friday)
        (date(2026, 12, 19), date(2027, 1, 5)),
    ],
)
def test_the_last_day(asked: date, due: date, profile: Profile) -> None:
    assert profile.stop_due_on(asked) == due


def test_before_the_rule_there_is_no_deadline(profile: Profile) -> None:
    with pytest.raises(ConfigurationError):
        profile.stop_due_on(date(2003, 8, 24))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 25), True),
        (date(2026, 11, 26), False),  # Thanksgiving Day
        (date(2026, 7, 3), False),  # Independence Day is a Saturday: observed on Friday
        (date(2026, 7, 4), False),
        (date(2021, 12, 31), False),  # New Year's Day 2022 is a Saturday: observed in the old year
        (date(2022, 6, 20), False),  # Juneteenth is a Sunday: observed on Monday
        (date(2027, 1, 18), False),  # the third Monday of January
        (date(2026, 5, 25), False),  # the last Monday of May
        (date(2026, 5, 18), True),
    ],
)
def test_business_days(day: date, works: bool, profile: Profile) -> None:
    assert is_business_day(day, profile.holidays) is works
