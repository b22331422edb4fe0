"""The data book: it reconciles with the files, ranks by residents, and keeps what it once said."""

import csv
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from quietline.kernel.clock import FixedClock
from quietline.opendata.layout import read_ftc, write_rows
from quietline.opendata.publish import OpenDataPublication, import_name
from quietline.profiles.profile import Profile
from quietline.statistics.answer import Statistics
from quietline.statistics.calls import ReportedCallsBook
from quietline.statistics.publish import DataBook

from infra.local.reported import sample_file
from tests.fakes.opendata import publication

DAYS = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2), date(2026, 11, 3))
ROWS = 60


@pytest.fixture
def made(profile: Profile, clock: FixedClock) -> OpenDataPublication:
    """Files of two fiscal years: 30 September and 1 October are of the calls of 29 and 30 September."""
    clock.instant = datetime(2026, 11, 4, 17, tzinfo=UTC)  # the last day on which 2026 may still change
    made = publication(profile, clock)
    for day in DAYS:
        put(made, day, ROWS)
    return made


def put(made: OpenDataPublication, day: date, rows: int) -> None:
    found = read_ftc(sample_file(day, rows, made.profile).encode(), day)
    made.files.keep(import_name(day), write_rows(found.rows))
    made.publish(day)


@pytest.fixture
def book(made: OpenDataPublication) -> DataBook:
    calls = ReportedCallsBook(made.releases, made.profile.statistics)
    return DataBook(made.profile, made.clock, made.files, made.signer, (calls,), made.releases)


def table(made: OpenDataPublication, name: str) -> list[dict[str, Any]]:
    return list(
        csv.DictReader((made.files.published(f"statistics/reported-calls/{name}.csv") or b"").decode().splitlines())
    )


def test_every_table_adds_up_to_the_files_of_its_year(made: OpenDataPublication, book: DataBook) -> None:
    assert book.publish() == ["reported-calls/2026/provisional", "reported-calls/2027/provisional"]

    for year in (2026, 2027):
        for name in ("total", "months", "states", "areas", "subjects", "state_subjects"):
            rows = table(made, f"{year}/provisional/{name}")
            assert sum(int(row["complaints"]) for row in rows) == 2 * ROWS, name
    published = [
        row
        for day in DAYS[2:]
        for row in csv.DictReader(
            (made.files.published(f"DNC_Complaint_Numbers_{day}.csv") or b"").decode().splitlines()
        )
    ]
    texas = [row for row in published if row["Consumer_State"] == "Texas"]
    shown = next(row for row in table(made, "2027/provisional/states") if row["state"] == "Texas")
    assert int(shown["complaints"]) == len(texas)
    assert int(shown["robocalls"]) == sum(row["Recorded_Message_Or_Robocall"] == "Y" for row in texas)
    assert float(shown["per_100000"]) == round(len(texas) * 100_000 / 29_145_505, 2)


def test_states_are_ranked_by_residents_and_equal_rates_share_a_rank(made: OpenDataPublication, book: DataBook) -> None:
    book.publish()

    rows = table(made, "2027/provisional/states")
    rates = [float(row["per_100000"]) for row in rows]
    assert rates == sorted(rates, reverse=True)
    assert [int(row["rank"]) for row in rows] == [1 + sum(other > rate for other in rates) for rate in rates]
    assert len(rows) == 56


def test_unchanged_numbers_are_not_published_again(book: DataBook) -> None:
    book.publish()

    assert book.publish() == []


def test_a_closed_year_keeps_every_version_it_had(made: OpenDataPublication, book: DataBook, clock: FixedClock) -> None:
    book.publish()
    clock.instant = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert book.publish() == ["reported-calls/2026/v1"]
    first = made.files.published("statistics/reported-calls/2026/v1/total.csv")

    put(made, DAYS[0], ROWS + 1)

    assert book.publish() == ["reported-calls/2026/v2"]
    assert made.files.published("statistics/reported-calls/2026/v1/total.csv") == first
    assert table(made, "2026/v2/total")[0]["complaints"] == str(2 * ROWS + 1)
    index = json.loads(made.files.published("statistics/index.json") or b"")
    assert [one["version"] for one in index["reported-calls"]["2026"]] == ["v1", "v2"]
    manifest = json.loads(made.files.published("statistics/reported-calls/2026/v2/manifest.jws") or b"")
    assert (manifest["previous"]["version"], len(manifest["files"])) == ("v1", 12)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 4, 15, 59, tzinfo=UTC), date(2026, 11, 3)),  # 10:59 in Washington
        (datetime(2026, 11, 4, 16, 0, tzinfo=UTC), date(2026, 11, 4)),
        (datetime(2026, 11, 8, 17, 0, tzinfo=UTC), date(2026, 11, 6)),  # Sunday
        (datetime(2026, 11, 12, 3, 0, tzinfo=UTC), date(2026, 11, 10)),  # Veterans Day, late in the evening
    ],
)
def test_which_daily_file_should_be_there(now: datetime, due: date, profile: Profile) -> None:
    assert profile.open_data.due(now.astimezone(profile.zone)) == due


def test_a_missed_daily_file_is_told_until_it_is_published(
    made: OpenDataPublication, book: DataBook, clock: FixedClock
) -> None:
    clock.instant = datetime(2026, 11, 4, 15, tzinfo=UTC)
    assert book.missing() is None  # yesterday's is there
    clock.instant = datetime(2026, 11, 4, 17, tzinfo=UTC)
    assert book.missing() == date(2026, 11, 4)

    made.publish_due()

    assert book.missing() is None


def test_an_index_of_the_time_before_books_had_names_is_left_aside(made: OpenDataPublication, book: DataBook) -> None:
    made.files.publish("statistics/index.json", b'{"2027": [{"version": "provisional", "sha256": "0"}]}', "")

    assert Statistics(made.files).index() == {}
    assert len(book.publish()) == 2
    assert set(Statistics(made.files).index()) == {"reported-calls"}
