"""The feed in pages and in differences: whoever follows it by versions holds what the newest file says."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError, UnavailableError
from quietline.opendata.callers import CallersPage, ReportedCallers, feed_name, packed, version_of
from quietline.opendata.layout import read_ftc, write_rows
from quietline.opendata.publish import OpenDataPublication, import_name
from quietline.profiles.profile import Profile

from tests.conftest import NOW
from tests.fakes.opendata import MemoryFiles, ShapedSigner, publication

HEADER = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,"
    "Recorded_Message_Or_Robocall\n"
)


def put(made: OpenDataPublication, day: date, callers: list[str]) -> None:
    """Publish a day on which each of these callers was reported."""
    text = HEADER + "".join(f"{caller},{day} 00:00:{n:02},,,,,Other,Y\n" for n, caller in enumerate(callers))
    made.files.keep(import_name(day), write_rows(read_ftc(text.encode(), day).rows))
    made.publish_days([day])


def follow(reader: ReportedCallers, held: dict[str, tuple[str, ...]], since: str, limit: int) -> str:
    """Bring what is held to the newest feed as a client would; return its version."""
    page = reader.page(since, limit=limit)
    version = page.version
    if page.complete:
        held.clear()
    for number in page.removed:
        del held[number]
    while True:
        held.update({line[0]: line for line in page.lines})
        if not page.following:
            return version
        page = reader.page(since, page.following, limit)
        assert page.version == version
        assert page.removed == ()


DAY = date(2026, 11, 2)


@settings(max_examples=60)
@given(
    days=st.lists(st.lists(st.sampled_from([f"305555{n:04}" for n in range(8)]), max_size=12), min_size=1, max_size=5),
    limit=st.integers(1, 4),
)
def test_whoever_follows_by_versions_holds_the_newest_feed(days: list[list[str]], limit: int, profile: Profile) -> None:
    made = replace(publication(profile, FixedClock(NOW)), signer=ShapedSigner())
    reader = ReportedCallers(made.files)
    held: dict[str, tuple[str, ...]] = {}
    version = ""
    for back, callers in enumerate(days):
        # the same two days again and again: restated, so that callers leave too
        put(made, DAY + timedelta(days=back % 2), callers)
        version = follow(reader, held, version, limit)

        lines = (made.files.published("reported-numbers.csv") or b"").decode().splitlines()[1:]
        assert held == {line.split(",")[0]: tuple(line.split(",")) for line in lines}


@pytest.fixture
def made(profile: Profile, clock: FixedClock) -> OpenDataPublication:
    made = replace(publication(profile, clock), signer=ShapedSigner())
    put(made, DAY, [f"305555{n // 2:04}" for n in range(20)])
    return made


def test_pages_stay_with_the_version_they_began_with(made: OpenDataPublication) -> None:
    reader = ReportedCallers(made.files)
    first = reader.page(limit=4)
    assert (first.complete, len(first.lines), first.facts["numbers"]) == (True, 4, 10)

    put(made, DAY, ["3055550009", "3055550009"])

    second = reader.page(after=first.following, limit=100)
    assert (second.version, len(second.lines)) == (first.version, 6)
    now = reader.page(first.version)
    assert (now.complete, len(now.removed)) == (False, 9)


def test_nothing_has_changed_since_the_newest_version(made: OpenDataPublication) -> None:
    reader = ReportedCallers(made.files)
    version, _facts = reader.current()

    assert reader.page(version).lines == ()
    assert not reader.page(version).complete


@pytest.mark.parametrize("since", ["0123456789abcdef", "../imports", "x" * 64])
def test_from_a_version_that_is_not_kept_everything_is_answered(made: OpenDataPublication, since: str) -> None:
    page = ReportedCallers(made.files).page(since)

    assert (page.complete, len(page.lines)) == (True, 10)


@pytest.mark.parametrize("after", ["0123456789abcdef:3055550001", ":1", "abc", "../../x:1"])
def test_a_page_of_no_feed_is_refused(made: OpenDataPublication, after: str) -> None:
    if after == ":1":
        # as before the first feed: nothing to go on with
        assert ReportedCallers(made.files).page(after=after) == CallersPage("", {}, True, (), (), "")
        return
    with pytest.raises(InvalidInputError):
        ReportedCallers(made.files).page(after=after)


def test_before_the_first_feed_there_is_nothing() -> None:
    assert ReportedCallers(MemoryFiles()).page() == CallersPage("", {}, True, (), (), "")


def test_a_feed_that_is_told_but_not_there_yet_is_asked_for_again(made: OpenDataPublication) -> None:
    assert isinstance(made.files, MemoryFiles)
    body = made.files.public["reported-numbers.csv"]
    assert made.files.private[feed_name(version_of(body))] == packed(body)
    made.files.private.pop(feed_name(version_of(body)))

    with pytest.raises(UnavailableError):
        ReportedCallers(made.files).page()


def test_a_feed_has_the_time_of_its_manifest(made: OpenDataPublication) -> None:
    facts = ReportedCallers(made.files).page().facts

    assert (facts["to"], datetime.fromisoformat(facts["published_at"])) == (DAY.isoformat(), NOW)
