"""Who may get lists: by the certification's term and text, and by the organization's status."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.fees.model import Term
from quietline.kernel.errors import CertificationDueError, OrganizationClosedError, OrganizationSuspendedError
from quietline.profiles.profile import Profile
from quietline.profiles.sellers import CertificationText
from quietline.sellers.access import (
    CertificationState,
    certification_standing,
    may_get_lists,
)
from quietline.sellers.model import Membership, OrganizationStatus, OrganizationType, Role

TERM = Term(date(2026, 11, 1), date(2027, 11, 1))


@pytest.fixture(scope="session")
def texts(profile: Profile) -> Profile:
    """Texts of 2026-10 and, from 1 March 2027, of 2027-03; grace and window are 30 days."""
    old, new = (
        CertificationText.model_validate({"version": version, "from": since, "text": {"en": "I certify."}})
        for version, since in (("2026-10", date(2026, 10, 1)), ("2027-03", date(2027, 3, 1)))
    )
    changed = profile.organizations.model_copy(update={"certifications": (old, new), "certification_grace_days": 30})
    sellers = profile.sellers.model_copy(update={"renewal_window_days": 30})
    return profile.model_copy(update={"organizations": changed, "sellers": sellers})


def state(profile: Profile, today: date, certified: date | None, version: str, term: Term | None = TERM) -> str:
    return certification_standing(version, certified, term, today, profile).state


def test_without_any_it_is_missing(texts: Profile) -> None:
    found = certification_standing("", None, TERM, date(2026, 11, 24), texts)

    assert (found.state, found.text.version, found.due_on) == (CertificationState.MISSING, "2026-10", None)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 2, 28), "current"),
        (date(2027, 3, 1), "due"),
        (date(2027, 3, 31), "due"),
        (date(2027, 4, 1), "overdue"),
    ],
)
def test_a_new_text_is_due_from_its_first_day_and_overdue_after_the_grace(
    texts: Profile, today: date, expected: str
) -> None:
    assert state(texts, today, date(2026, 11, 10), "2026-10") == expected


@pytest.mark.parametrize(
    ("certified", "today", "expected"),
    [
        (date(2027, 3, 1), date(2027, 10, 1), "current"),
        (date(2027, 3, 1), date(2027, 10, 2), "due"),
        (date(2027, 10, 2), date(2027, 10, 2), "current"),
    ],
)
def test_before_the_term_ends_it_is_to_be_renewed_once(
    texts: Profile, certified: date, today: date, expected: str
) -> None:
    assert state(texts, today, certified, "2027-03") == expected


@pytest.mark.parametrize(
    ("certified", "today", "expected"),
    [
        # in the renewal window before the new term: it is the new term's
        (date(2027, 10, 2), date(2027, 12, 31), "current"),
        (date(2027, 10, 1), date(2027, 11, 1), "due"),
        (date(2027, 10, 1), date(2027, 12, 1), "due"),
        (date(2027, 10, 1), date(2027, 12, 2), "overdue"),
    ],
)
def test_each_term_needs_its_own(texts: Profile, certified: date, today: date, expected: str) -> None:
    assert state(texts, today, certified, "2027-03", Term(date(2027, 11, 1), date(2028, 11, 1))) == expected


def test_without_a_subscription_it_holds_for_a_term_from_its_day(texts: Profile) -> None:
    found = certification_standing("2027-03", date(2028, 2, 29), None, date(2028, 3, 1), texts)

    assert (found.state, found.held_until) == (CertificationState.CURRENT, date(2029, 2, 28))


@given(st.dates(date(2026, 10, 1), date(2030, 1, 1)), st.integers(0, 900))
def test_lists_are_never_refused_before_the_day_that_was_told(texts: Profile, certified: date, days: int) -> None:
    today = certified + timedelta(days=days)
    version = texts.certification(certified).version
    before = certification_standing(version, certified, None, certified, texts)
    now = certification_standing(version, certified, None, today, texts)

    assert before.state is not CertificationState.OVERDUE
    assert (now.state is CertificationState.OVERDUE) == (now.due_on is not None and today > now.due_on)


ACTIVE = Membership(
    "o", "123-456-7897", Role.DOWNLOADER, OrganizationType.SELLER, "2026-10", datetime(2026, 11, 2, tzinfo=UTC)
)


def test_an_active_and_certified_organization_gets_lists(texts: Profile) -> None:
    assert may_get_lists(ACTIVE, TERM, date(2026, 11, 24), texts) is ACTIVE


@pytest.mark.parametrize(
    ("status", "error"),
    [(OrganizationStatus.SUSPENDED, OrganizationSuspendedError), (OrganizationStatus.CLOSED, OrganizationClosedError)],
)
def test_no_other_status_does(texts: Profile, status: OrganizationStatus, error: type[Exception]) -> None:
    with pytest.raises(error):
        may_get_lists(replace(ACTIVE, status=status), TERM, date(2026, 11, 24), texts)


def test_an_overdue_certification_says_which_text_and_what_to_do(texts: Profile) -> None:
    with pytest.raises(CertificationDueError, match=r"2027-03 by 2027-03-31.*quietline certify"):
        may_get_lists(ACTIVE, TERM, date(2027, 4, 1), texts)
    with pytest.raises(CertificationDueError, match="first"):
        may_get_lists(replace(ACTIVE, certified_at=None), TERM, date(2026, 11, 24), texts)
