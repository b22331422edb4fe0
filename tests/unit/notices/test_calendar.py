"""The feed is iCalendar that another library reads, and its token opens it alone."""

from datetime import date, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConfigurationError, ConflictError, NotFoundError
from quietline.notices.calendar import (
    LINE_OCTETS,
    MAX_CALENDARS,
    CalendarService,
    Entry,
    escaped,
    folded,
    render,
    texts,
)
from quietline.notices.model import Deadlines
from quietline.profiles.profile import Profile

from tests.conftest import NOW
from tests.fakes.webhooks import MemoryCalendars

TODAY = date(2026, 11, 24)
HELD = Deadlines(
    "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
    "en",
    date(2026, 11, 20),
    frozenset({(date(2025, 11, 1), date(2026, 11, 1)), (date(2026, 11, 1), date(2027, 11, 1))}),
)


def service(clock: FixedClock, profile: Profile, found: Deadlines = HELD) -> CalendarService:
    return CalendarService(MemoryCalendars(found), clock, profile)


def events(text: str) -> dict[str, date]:
    calendar = icalendar.Calendar.from_ical(text)
    return {str(event["SUMMARY"]): event["DTSTART"].dt for event in calendar.walk("VEVENT")}


def test_the_deadlines_are_those_of_the_profile(clock: FixedClock, profile: Profile) -> None:
    made = service(clock, profile)
    _, token = made.create(HELD.organization_id, "anna", "team")

    assert events(made.feed(token)) == {
        "Pull a new do-not-call list": date(2026, 12, 11),
        "Last day of your do-not-call list of 2026-11-20": date(2026, 12, 21),
        "Do-not-call subscription can be renewed": date(2027, 10, 2),
        "Last day of your do-not-call subscription": date(2027, 10, 31),
    }


@pytest.mark.parametrize("language", ["en", "es"])
def test_another_library_finds_nothing_wrong(clock: FixedClock, profile: Profile, language: str) -> None:
    found = Deadlines(HELD.organization_id, language, HELD.list_date, HELD.terms)
    made = service(clock, profile, found)
    text = made.feed(made.create("acme", "anna", "team")[1])

    calendar = icalendar.Calendar.from_ical(text)

    assert calendar.errors == []
    assert str(calendar["VERSION"]) == "2.0"
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert len(set(uids)) == len(uids) == 4
    for event in calendar.walk("VEVENT"):
        assert event.errors == []
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=1)
        assert event["DTSTAMP"].dt == NOW
        assert "{" not in str(event["SUMMARY"]) + str(event["DESCRIPTION"])
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= LINE_OCTETS for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")


def test_a_deadline_that_moves_keeps_its_uid(clock: FixedClock, profile: Profile) -> None:
    def uids(found: Deadlines) -> set[str]:
        made = service(clock, profile, found)
        text = made.feed(made.create("acme", "anna", "team")[1])
        return {str(event["UID"]) for event in icalendar.Calendar.from_ical(text).walk("VEVENT")}

    assert uids(HELD) == uids(Deadlines(HELD.organization_id, "es", date(2026, 11, 23), HELD.terms))


def test_before_the_first_pull_there_is_one_event(clock: FixedClock, profile: Profile) -> None:
    made = service(clock, profile, Deadlines("acme", "en", None, frozenset()))

    assert events(made.feed(made.create("acme", "anna", "team")[1])) == {"Pull your first do-not-call list": TODAY}


def test_a_token_is_kept_as_a_hash_and_opens_until_revoked(clock: FixedClock, profile: Profile) -> None:
    made = service(clock, profile)
    calendar, token = made.create("acme", "anna", "team")

    assert token not in repr(made.calendars.__dict__)
    assert len(token) >= 43
    for wrong in ("", token[:-1], token + "x", "x" * 1000, "\ud800"):
        with pytest.raises(NotFoundError):
            made.feed(wrong)
    made.revoke("acme", calendar.id)
    with pytest.raises(NotFoundError):
        made.feed(token)
    with pytest.raises(NotFoundError):
        made.revoke("acme", calendar.id)


def test_an_organization_may_have_some(clock: FixedClock, profile: Profile) -> None:
    made = service(clock, profile)
    for _ in range(MAX_CALENDARS):
        made.create("acme", "anna", "team")

    with pytest.raises(ConflictError):
        made.create("acme", "anna", "one more")
    assert len(made.listed("acme")) == MAX_CALENDARS


# the reading library takes an escaped backslash before N for a line feed; the description below has a backslash
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\")))
def test_any_text_comes_back_as_it_was(summary: str) -> None:
    text = render([Entry("1@quietline", TODAY, summary, "a, b; c\\d\ne")], "en", NOW)

    [event] = icalendar.Calendar.from_ical(text).walk("VEVENT")

    assert str(event["SUMMARY"]) == summary
    assert str(event["DESCRIPTION"]) == "a, b; c\\d\ne"
    assert escaped("\\N;") == "\\\\N\\;"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_folding_cuts_no_character_and_loses_nothing(text: str) -> None:
    lines = folded(text).split("\r\n")

    assert all(len(line.encode()) <= LINE_OCTETS for line in lines)
    assert lines[0] + "".join(line[1:] for line in lines[1:]) == text
    assert "\n" not in escaped(text + "\r\n")


def test_both_languages_have_the_same_texts() -> None:
    assert set(texts("en")) == set(texts("es"))
    with pytest.raises(ConfigurationError):
        texts("../en")
