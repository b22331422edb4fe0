"""The daily file: the FTC's bytes, what is left out, versions."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from quietline.kernel.clock import FixedClock
from quietline.opendata.layout import read_ftc, read_rows, write_rows
from quietline.opendata.model import day_of
from quietline.opendata.publish import import_name, rows_name
from quietline.profiles.profile import Profile

from tests.fakes.opendata import MemoryComplaints, MemoryFiles, complaint, publication

TUESDAY = date(2026, 11, 24)
FILE = "DNC_Complaint_Numbers_2026-11-24.csv"
HAND_MADE = Path(__file__).parent / "files" / FILE


def eastern(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC) + timedelta(hours=5)


MONDAY = (
    complaint(1, received_at=eastern(23, 0, 3, 4), called_at=eastern(22, 18, 30)),
    complaint(2, received_at=eastern(23, 0, 3, 5), called_at=eastern(22, 18, 30), subject=3, robocall=False),
    complaint(
        3, received_at=eastern(23, 9), called_at=eastern(20, 9, 15), subject=0, caller_number="", caller_name="Acme"
    ),
    complaint(4, received_at=eastern(23, 12), called_at=eastern(23, 11, 59), subject=4, caller_number="+18005550100"),
    complaint(
        5,
        received_at=eastern(23, 23, 59, 59),
        called_at=eastern(23, 23),
        subject=1,
        robocall=False,
        caller_number="+12125550111",
    ),
)
"""What the file made by hand says."""


def rows_of(made: Any) -> list[dict[str, str]]:
    files = made.files
    assert isinstance(files, MemoryFiles)
    return list(csv.DictReader(files.public[FILE].decode().splitlines()))


def test_the_file_is_byte_for_byte_the_ftcs(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *reversed(MONDAY))

    assert made.publish(TUESDAY) is not None
    assert made.files.published(FILE) == HAND_MADE.read_bytes()


def test_days_before_and_after_belong_to_other_files(profile: Profile, clock: FixedClock) -> None:
    sunday, tuesday = eastern(22, 23, 59, 59), eastern(24, 0)
    others = (complaint(8, received_at=sunday), complaint(9, received_at=tuesday))
    made = publication(profile, clock, *MONDAY, *others)

    release = made.publish(TUESDAY)

    assert release is not None
    assert release.current.rows == 5


def test_nothing_that_names_the_consumer_is_published(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *(complaint(number) for number in range(1, 7)))
    made.publish(TUESDAY)

    files = made.files
    assert isinstance(files, MemoryFiles)
    text = b"".join(files.public.values()).decode()
    for secret in ("2175550001", "Alex", "62701", "They know", "Sunny Pills", "complainant"):
        assert secret not in text


def test_a_caller_that_shows_the_consumers_own_number_is_left_blank(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *MONDAY, complaint(6, caller_number="+12175550006"))
    made.publish(TUESDAY)

    assert {row["Company_Phone_Number"] for row in rows_of(made)} == {"3055550187", "", "8005550100", "2125550111"}


def test_a_foreign_caller_is_left_blank(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *(complaint(n, caller_number="+442079460123") for n in range(1, 6)))
    made.publish(TUESDAY)

    assert {row["Company_Phone_Number"] for row in rows_of(made)} == {""}


@pytest.mark.parametrize("word", ["stage", "outcome"])
def test_withdrawn_and_duplicate_complaints_are_not_published(profile: Profile, clock: FixedClock, word: str) -> None:
    class Word(StrEnum):
        STAGE = "withdrawn"
        OUTCOME = "duplicate"

    gone: dict[str, Any] = {word: Word[word.upper()]}
    made = publication(profile, clock, *MONDAY, complaint(6, **gone))

    release = made.publish(TUESDAY)

    assert release is not None
    assert release.current.rows == 5


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        # city, area, state of the last row
        (["springfield"] * 5, ("Springfield", "217", "Illinois")),
        (["springfield"] * 4 + ["peoria"], ("", "217", "Illinois")),
        (["springfield"] * 4, ("", "", "")),
    ],
)
def test_small_cells_lose_city_then_area_then_state(
    profile: Profile, clock: FixedClock, people: list[str], shown: tuple[str, str, str]
) -> None:
    complaints = [
        complaint(number, consumer={"city": city, "state": "IL"}, received_at=eastern(23, number))
        for number, city in enumerate(people, start=1)
    ]
    made = publication(profile, clock, *complaints)
    made.publish(TUESDAY)

    last = rows_of(made)[-1]
    assert (last["Consumer_City"], last["Consumer_Area_Code"], last["Consumer_State"]) == shown


@pytest.mark.parametrize("city", ['=hyperlink("https://evil.example")', "+1", "-1", "@sum(1)", "\t=1", "＝1", "1st"])
def test_a_city_that_is_no_name_is_blank_so_that_no_spreadsheet_computes_it(
    profile: Profile, clock: FixedClock, city: str
) -> None:
    complaints = [
        complaint(number, consumer={"city": city, "state": "IL"}, received_at=eastern(23, number))
        for number in range(1, 6)
    ]
    made = publication(profile, clock, *complaints)
    made.publish(TUESDAY)

    assert {row["Consumer_City"] for row in rows_of(made)} == {""}


def test_what_was_imported_or_kept_before_is_no_formula_either() -> None:
    header, first, *_ = HAND_MADE.read_text().splitlines()
    values = next(csv.reader([first]))
    values[3], values[4], values[6] = "=1+1", "@x", "-2"
    [row] = read_ftc(f"{header}\n{','.join(values)}\n".encode(), TUESDAY).rows

    assert (row.city, row.state, row.subject) == ("", "", "")
    kept = replace(row, city="=1+1")
    assert read_rows(write_rows([kept])) == [row]


def test_a_small_area_of_a_large_state_loses_area_and_city(profile: Profile, clock: FixedClock) -> None:
    chicago = complaint(6, called="+13125550106", received_at=eastern(23, 23, 59, 59))
    made = publication(profile, clock, *(complaint(n) for n in range(1, 6)), chicago)
    made.publish(TUESDAY)

    last = rows_of(made)[-1]
    assert (last["Consumer_City"], last["Consumer_Area_Code"], last["Consumer_State"]) == ("", "", "Illinois")


def test_one_person_who_complains_often_makes_no_crowd(profile: Profile, clock: FixedClock) -> None:
    again = [replace(complaint(n), called="+12175550001") for n in range(1, 9)]
    made = publication(profile, clock, *again)
    made.publish(TUESDAY)

    assert {row["Consumer_State"] for row in rows_of(made)} == {""}


def test_the_state_is_the_areas_where_none_was_given(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *(complaint(n, consumer={"state": "somewhere"}) for n in range(1, 6)))
    made.publish(TUESDAY)

    assert {row["Consumer_State"] for row in rows_of(made)} == {"Illinois"}


def test_published_again_nothing_changes(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *MONDAY)
    made.publish(TUESDAY)

    clock.instant += timedelta(hours=1)

    assert made.publish(TUESDAY) is None


def test_a_withdrawal_makes_the_next_version_and_both_manifests_stay(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *MONDAY, complaint(6))
    made.publish(TUESDAY)
    complaints = made.complaints
    assert isinstance(complaints, MemoryComplaints)
    del complaints.kept[5]

    assert [(one.date, one.current.version) for one in made.publish_due()] == [(TUESDAY, 2)]
    first, second = (
        json.loads(made.files.published(f"manifests/2026-11-24.v{version}.jws") or b"") for version in (1, 2)
    )
    assert second["previous"] == {"version": 1, "sha256": first["files"][0]["sha256"]}
    assert (first["rows"], second["rows"], len(rows_of(made))) == (6, 5, 5)


def test_a_corrected_complaint_that_only_changes_unpublished_facts_is_a_version_too(
    profile: Profile, clock: FixedClock
) -> None:
    made = publication(profile, clock, *MONDAY)
    made.publish(TUESDAY)
    complaints = made.complaints
    assert isinstance(complaints, MemoryComplaints)
    complaints.kept[0] = replace(complaints.kept[0], called="+12175559999")

    release = made.publish(TUESDAY)

    assert release is not None
    assert release.versions[0].sha256 == release.versions[1].sha256


def test_days_on_which_the_schedule_failed_are_made_up_for(profile: Profile, clock: FixedClock) -> None:
    early = complaint(7, received_at=eastern(10, 12))
    made = publication(profile, clock, early, *MONDAY)

    # 11 November is a holiday: its file is of the 12th
    assert [one.date for one in made.publish_due()] == [date(2026, 11, 12), TUESDAY]
    index = json.loads(made.files.published("index.json") or b"")
    assert [one["date"] for one in index["files"]] == ["2026-11-24", "2026-11-12"]


def test_today_is_published_even_without_rows(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock)

    assert [(one.date, one.current.rows) for one in made.publish_due()] == [(TUESDAY, 0)]
    assert rows_of(made) == []


def test_on_holidays_and_at_weekends_no_file_appears(profile: Profile) -> None:
    for day in (26, 28, 29):
        clock = FixedClock(eastern(day, 11))
        made = publication(profile, clock)
        assert made.publish_due() == []


def test_ids_name_the_day_of_their_file(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *MONDAY)
    made.publish(TUESDAY)

    rows = read_rows(made.files.kept(rows_name(TUESDAY)) or b"")
    assert {day_of(row.id) for row in rows} == {TUESDAY}
    assert len({row.id for row in rows}) == 5
    assert all(len(row.id) == 32 for row in rows)


def test_imported_rows_stay_as_the_ftc_published_them(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock)

    found = read_ftc(HAND_MADE.read_bytes(), TUESDAY)
    made.files.keep(import_name(TUESDAY), write_rows(found.rows))
    made.publish(TUESDAY)

    assert found.refused == ()
    assert made.files.published(FILE) == HAND_MADE.read_bytes()


def test_own_and_imported_rows_of_a_day_make_one_file(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *MONDAY)
    imported = read_ftc(HAND_MADE.read_bytes(), TUESDAY)
    made.files.keep(import_name(TUESDAY), write_rows(imported.rows))

    release = made.publish(TUESDAY)

    assert release is not None
    assert release.summary["sources"] == {"ftc": 5, "quietline": 5}


def test_callers_of_several_people_are_in_the_feed_with_signs_of_spoofing(profile: Profile, clock: FixedClock) -> None:
    near = [complaint(n, called=f"+1217444{n:04d}", caller_number="+12174449999", robocall=False) for n in (11, 12)]
    once = complaint(13, caller_number="+12125550111")
    again = [replace(complaint(n, caller_number="+12125550112"), called="+12175550014") for n in (14, 15)]
    invalid = [complaint(n, caller_number="+11125550113") for n in (16, 17)]
    made = publication(profile, clock, *near, once, *again, *invalid)
    made.publish_due()

    body = made.files.published("reported-numbers.csv") or b""
    rows = {row["number"]: row for row in csv.DictReader(body.decode().splitlines())}
    assert set(rows) == {"2174449999", "1125550113"}
    assert rows["2174449999"] == {
        "number": "2174449999",
        "complaints": "2",
        "complainants": "2",
        "robocall_percent": "0",
        "first_reported": "2026-11-23",
        "last_reported": "2026-11-23",
        "changed_on": "2026-11-24",
        "signs": "neighbour",
    }
    assert rows["1125550113"]["signs"] == "invalid_number"
    manifest = json.loads(made.files.published("manifests/reported-numbers.jws") or b"")
    assert (manifest["numbers"], manifest["files"][0]["bytes"]) == (2, len(body))
