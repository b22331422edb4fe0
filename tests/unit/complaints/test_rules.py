"""Each rule of screening, with its days counted at the edges."""

from datetime import UTC, datetime, timedelta

import pytest
from quietline.complaints import rules
from quietline.complaints.model import Outcome
from quietline.profiles.profile import Profile

LISTED = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


def test_a_robocall_is_accepted_without_registration(profile: Profile) -> None:
    screening = rules.screen(True, LISTED, None, profile)

    assert screening.outcome is Outcome.ROBOCALL
    assert [(r.rule, r.answer) for r in screening.rulings] == [
        ("robocall", "yes"),
        ("registered", "no"),
        ("past_grace_period", "skipped"),
    ]


def test_a_call_to_a_number_that_is_not_listed_is_no_violation(profile: Profile) -> None:
    assert rules.screen(False, LISTED, None, profile).outcome is Outcome.NOT_REGISTERED


@pytest.mark.parametrize(
    ("days", "outcome"),
    [(0, Outcome.IN_GRACE_PERIOD), (30, Outcome.IN_GRACE_PERIOD), (31, Outcome.ACCEPTED), (4000, Outcome.ACCEPTED)],
)
def test_callers_have_31_days(days: int, outcome: Outcome, profile: Profile) -> None:
    assert rules.screen(False, LISTED + timedelta(days=days), LISTED, profile).outcome is outcome


def test_the_grace_period_is_counted_in_days_of_the_registry(profile: Profile) -> None:
    # 3 June 03:30 UTC is still 2 June in Washington: the 31st day is 3 July there
    listed = datetime(2026, 6, 3, 3, 30, tzinfo=UTC)

    early = rules.past_grace_period(listed, datetime(2026, 7, 3, 3, 59, tzinfo=UTC), profile)
    late = rules.past_grace_period(listed, datetime(2026, 7, 3, 4, 0, tzinfo=UTC), profile)

    assert (early.answer, late.answer) == ("no", "yes")


def test_another_profile_has_another_grace_period(profile: Profile) -> None:
    shorter = profile.model_copy(update={"complaints": profile.complaints.model_copy(update={"grace_days": 5})})

    assert rules.screen(False, LISTED + timedelta(days=6), LISTED, shorter).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("robocall", [True, False])
@pytest.mark.parametrize("since", [None, LISTED])
def test_every_rule_tried_is_told_with_its_source(robocall: bool, since: datetime | None, profile: Profile) -> None:
    tried = rules.screen(robocall, LISTED + timedelta(days=3), since, profile).rulings

    assert [ruling.rule for ruling in tried] == ["robocall", "registered", "past_grace_period"]
    assert all("CFR" in ruling.source and ruling.detail.endswith(".") for ruling in tried)
