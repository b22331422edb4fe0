"""Before a term ends and before a certification is due: on time, once each, and not when it is done already."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from quietline.fees.model import Term
from quietline.kernel.clock import FixedClock
from quietline.mails.render import placeholders, texts
from quietline.notices.model import Preferences
from quietline.notices.renewals import RenewalReminders, Standing
from quietline.profiles.profile import Profile

from tests.fakes.webhooks import MemoryNotices

TERM = Term(date(2026, 11, 1), date(2027, 11, 1))
NEXT = Term(date(2027, 11, 1), date(2028, 11, 1))
BEGIN = datetime(2026, 11, 1, 17, tzinfo=UTC)


@dataclass
class Office:
    standing: Standing

    def every(self) -> Iterable[Standing]:
        return [self.standing]


@pytest.fixture
def office(profile: Profile) -> Office:
    version = profile.certification(TERM.start).version
    return Office(Standing("acme", version, TERM.start, frozenset({TERM})))


@pytest.fixture
def store() -> MemoryNotices:
    return MemoryNotices()


def sent(store: MemoryNotices, office: Office, clock: FixedClock, profile: Profile, days: int) -> dict[str, list[int]]:
    """Day by day, twice each: template → the days (from the term's first) on which a mail of it went out."""
    reminders = RenewalReminders(store, office, clock, profile)
    found: dict[str, list[int]] = {}
    for day in range(days):
        clock.instant = BEGIN + timedelta(days=day)
        before = set(store.mails)
        reminders.daily()
        reminders.daily()
        for mail_id in set(store.mails) - before:
            found.setdefault(store.mails[mail_id][1].template, []).append(day)
    return found


def test_both_are_reminded_of_three_times_and_once_when_it_is_too_late(
    store: MemoryNotices, office: Office, clock: FixedClock, profile: Profile
) -> None:
    grace = profile.organizations.certification_grace_days

    found = sent(store, office, clock, profile, 365 + grace + 30)

    assert found["term-ends"] == [335, 358, 364]
    assert found["certification-due"] == [335, 365 + grace - 7, 365 + grace - 1]
    assert found["certification-overdue"] == [365 + grace + 1]


def test_who_has_renewed_and_certified_hears_nothing(
    store: MemoryNotices, office: Office, clock: FixedClock, profile: Profile
) -> None:
    done = replace(office.standing, certified_on=TERM.end - timedelta(days=10), terms=frozenset({TERM, NEXT}))

    assert sent(store, Office(done), clock, profile, 400) == {}


def test_the_term_may_be_left_out_and_the_certification_not(
    store: MemoryNotices, office: Office, clock: FixedClock, profile: Profile
) -> None:
    store.prefer("acme", Preferences(mail_reminders=False))

    assert set(sent(store, office, clock, profile, 365)) == {"certification-due"}


def test_every_text_has_its_facts(store: MemoryNotices, office: Office, clock: FixedClock, profile: Profile) -> None:
    sent(store, office, clock, profile, 430)

    for _, mail in store.mails.values():
        for language in profile.languages:
            text = texts(language)[mail.template]
            needed = placeholders(text["subject"]) | placeholders(text["body"])
            assert needed <= {*mail.facts, "site", "registry"}, (language, mail.template)
