"""Runs that meet on a day, or break off: what the next run finds, and what it leaves."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from quietline.kernel.clock import FixedClock
from quietline.opendata.answer import ReportedCalls
from quietline.opendata.layout import read_rows
from quietline.opendata.model import Release
from quietline.opendata.publish import OpenDataPublication, rows_name
from quietline.opendata.query import Query
from quietline.profiles.profile import Profile

from tests.fakes.opendata import MemoryComplaints, MemoryFiles, complaint, publication

TUESDAY = date(2026, 11, 24)
FILE, PARQUET = (f"DNC_Complaint_Numbers_2026-11-24.{suffix}" for suffix in ("csv", "parquet"))
MONDAY = tuple(complaint(number) for number in range(1, 6))


def as_parquet(body: bytes) -> bytes:
    return b"PAR1" + body


def rows_of(files: MemoryFiles) -> int:
    return len(files.public[FILE].splitlines()) - 1


@pytest.mark.parametrize("more", [0, 1])
def test_a_run_that_another_overtook_leaves_nothing_older_behind(
    profile: Profile, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    made = publication(profile, clock, *MONDAY, complaint(6), complaint(7))
    made.publish(TUESDAY)
    complaints, files, releases = made.complaints, made.files, made.releases
    assert isinstance(complaints, MemoryComplaints) and isinstance(files, MemoryFiles)
    del complaints.kept[6]
    real, second = releases.put, "manifests/2026-11-24.v2.jws"
    kept: list[bytes] = []

    def overtaken(release: Release) -> bool:
        """Let another run, which sees one withdrawal more, publish while this one is about to put its version."""
        monkeypatch.setattr(releases, "put", real)
        older = dict(files.public), dict(files.private)
        clock.instant += timedelta(seconds=5)
        del complaints.kept[5]
        assert made.publish(TUESDAY) is not None
        kept.append(files.public[second])
        files.public, files.private = older
        del complaints.kept[:more]
        return real(release)

    monkeypatch.setattr(releases, "put", overtaken)
    release = made.publish(TUESDAY)

    assert release is not None and release == releases.get(TUESDAY)
    assert (release.current.version, rows_of(files)) == (2 + more, 5 - more)
    assert len(read_rows(files.private[rows_name(TUESDAY)])) == 5 - more
    assert files.public[second] == kept[0]
    assert made.publish(TUESDAY) is None


def test_files_that_are_not_those_of_the_release_are_written_again(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *MONDAY)
    release = made.publish(TUESDAY)
    files = made.files
    assert isinstance(files, MemoryFiles)
    body, files.public[FILE] = files.public[FILE], b"of a run that broke off"

    assert made.publish(TUESDAY) == release
    assert files.public[FILE] == body


@pytest.mark.parametrize("broke_off_after", [1, 2, 3, 4])
def test_a_run_that_read_before_a_withdrawal_and_breaks_off_leaves_no_withdrawn_row(
    profile: Profile, clock: FixedClock, broke_off_after: int
) -> None:
    made = publication(profile, clock, *MONDAY, complaint(6), columns=as_parquet)
    made.publish(TUESDAY)
    complaints, files = made.complaints, made.files
    assert isinstance(complaints, MemoryComplaints) and isinstance(files, MemoryFiles)
    older = dict(files.public), dict(files.private)
    del complaints.kept[5]
    release = made.publish(TUESDAY)
    assert release is not None and release.current.version == 2
    wanted = dict(files.public), dict(files.private)
    manifest = "manifests/2026-11-24.v2.jws"
    # in the order in which a run writes
    left: list[tuple[dict[str, bytes], str, bytes]] = [
        (files.private, rows_name(TUESDAY), older[1][rows_name(TUESDAY)]),
        (files.public, FILE, older[0][FILE]),
        (files.public, PARQUET, older[0][PARQUET]),
        (files.public, manifest, b"of the run that broke off"),
    ]
    for place, name, body in left[:broke_off_after]:
        place[name] = body

    assert made.publish(TUESDAY) == release
    assert (files.public, files.private) == wanted
    assert made.publish(TUESDAY) is None


def test_what_a_run_left_that_broke_off_is_put_right_under_the_next_version_too(
    profile: Profile, clock: FixedClock
) -> None:
    made = publication(profile, clock, *MONDAY, complaint(6), columns=as_parquet)
    made.publish(TUESDAY)
    complaints, files = made.complaints, made.files
    assert isinstance(complaints, MemoryComplaints) and isinstance(files, MemoryFiles)
    manifest = "manifests/2026-11-24.v1.jws"
    signed = files.public[manifest]
    files.private[rows_name(TUESDAY)] = files.public[manifest] = b"of the run that broke off"
    del complaints.kept[5]

    release = made.publish(TUESDAY)

    assert release is not None and release.current.version == 2
    assert files.public[manifest] == signed


@pytest.mark.parametrize("missing", [FILE, PARQUET])
def test_a_file_that_is_missing_is_written_again(profile: Profile, clock: FixedClock, missing: str) -> None:
    made = publication(profile, clock, *MONDAY, columns=as_parquet)
    release = made.publish(TUESDAY)
    files = made.files
    assert isinstance(files, MemoryFiles)
    body = files.public.pop(missing)

    assert made.publish(TUESDAY) == release
    assert files.public[missing] == body


def test_parquet_that_cannot_be_made_as_it_was_is_a_version_of_its_own(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, *MONDAY, columns=as_parquet)
    made.publish(TUESDAY)
    files = made.files
    assert isinstance(files, MemoryFiles)
    # another release of the library; nothing is written for that alone
    made = replace(made, columns=lambda body: b"PAR2" + body)
    assert made.publish(TUESDAY) is None
    files.public[PARQUET] = b"of a run that broke off"

    release = made.publish(TUESDAY)

    assert release is not None and release.current.version == 2
    told = json.loads(files.public["manifests/2026-11-24.v2.jws"])
    assert hashlib.sha256(files.public[PARQUET]).hexdigest() == told["files"][1]["sha256"]
    assert made.publish(TUESDAY) is None


@pytest.mark.parametrize("missing", ["reported_numbers", "index.json"])
def test_what_is_made_of_all_files_is_made_up_for(
    profile: Profile, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    made = publication(profile, clock, *MONDAY, complaint(6))
    made.publish_due()
    complaints, files = made.complaints, made.files
    assert isinstance(complaints, MemoryComplaints) and isinstance(files, MemoryFiles)
    numbers = files.public["reported-numbers.csv"]
    complaints.kept = complaints.kept[:1]
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        breaking(patch, made, missing)
        made.publish_due()

    assert made.publish_due() == []

    assert json.loads(files.public["index.json"])["files"][0]["version"] == 2
    assert files.public["reported-numbers.csv"] != numbers
    before = dict(files.public)
    assert made.publish_due() == []
    assert files.public == before


def breaking(patch: pytest.MonkeyPatch, made: OpenDataPublication, missing: str) -> None:
    """Let a run break off just before it makes what is named."""
    real = made.files.publish

    def publish(name: str, body: bytes, content_type: str) -> None:
        if name == missing:
            raise RuntimeError(name)
        real(name, body, content_type)

    def numbers(_self: OpenDataPublication) -> None:
        raise RuntimeError(missing)

    patch.setattr(made.files, "publish", publish)
    if missing == "reported_numbers":
        patch.setattr(OpenDataPublication, "reported_numbers", numbers)


def test_rows_of_a_run_that_broke_off_are_not_answered_once_they_are_put_right(
    profile: Profile, clock: FixedClock
) -> None:
    made = publication(profile, clock, *MONDAY, complaint(6))
    made.publish(TUESDAY)
    complaints = made.complaints
    assert isinstance(complaints, MemoryComplaints)
    older = made.files.kept(rows_name(TUESDAY)) or b""
    del complaints.kept[5]
    made.publish(TUESDAY)
    calls = ReportedCalls(profile, clock, made.releases, made.files)
    everything = Query(city="springfield")
    made.files.keep(rows_name(TUESDAY), older)
    assert len(calls.find(everything).rows) == 6

    made.publish(TUESDAY)

    assert len(calls.find(everything).rows) == 5
