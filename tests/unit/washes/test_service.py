"""Asking for washes: one per reference, recoverable, only one's own, never past the day's limit."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import (
    ConflictError,
    ForbiddenError,
    NotEntitledError,
    NotFoundError,
    TooManyRequestsError,
)
from quietline.profiles import Profile
from quietline.usage.model import DayUsage, Standing
from quietline.usage.service import Metering
from quietline.washes.model import FileFacts, Result, State, Wash, WashRequest, parse_upload_key
from quietline.washes.service import Washes

from tests.fakes.usage import MemoryMetrics, MemoryUsage
from tests.fakes.washes import MemoryForms, MemoryWashes

ACME = Standing("acme", "SAN-1", frozenset({"202"}), subscriber=False)
LEADS = WashRequest("leads-1", "phone")


@pytest.fixture
def washes(profile: Profile, clock: FixedClock) -> Washes:
    usage = MemoryUsage()
    metering = Metering(profile, clock, usage, MemoryMetrics())
    return Washes(profile, clock, MemoryWashes(usage), MemoryForms(), metering, 3600, 300)


def moved(washes: Washes, wash: Wash, state: State, **changes: Any) -> Wash:
    made = wash.moved(washes.clock.now(), state, **changes)
    washes.store.save(made)
    return made


def finished(washes: Washes, wash: Wash) -> Wash:
    files = FileFacts("u", 1, "00"), FileFacts(f"answers/acme/{wash.id}/1.csv", 2, "11")
    counts = {"rows": 1, "listed": 1, "clear": 0, "unknown": {}, "distinct_numbers": 1, "distinct_answered": 1}
    result = Result(
        list_date=date(2026, 11, 23),
        valid_until=date(2026, 12, 24),
        column=1,
        column_name="phone",
        source=files[0],
        answer=files[1],
        receipt="jws",
        finished_at=washes.clock.now(),
        **counts,  # type: ignore[arg-type]
    )
    return moved(washes, wash, State.DONE, result=result)


def test_a_new_wash_comes_with_a_form_of_limited_size_and_time(washes: Washes, clock: FixedClock) -> None:
    asked = washes.ask(ACME, "user-1", LEADS)

    assert asked.is_new
    assert asked.wash.state is State.AWAITING_UPLOAD
    assert asked.upload is not None
    assert parse_upload_key(asked.upload.fields["key"]) == ("acme", asked.wash.id, 1)
    assert asked.upload.fields["max"] == str(asked.upload.max_bytes) == str(1 << 30)
    assert asked.upload.expires_at == clock.instant + timedelta(hours=1)


def test_the_same_reference_is_the_same_wash(washes: Washes) -> None:
    first = washes.ask(ACME, "user-1", LEADS)
    again = washes.ask(ACME, "user-2", LEADS)

    assert (again.wash, again.is_new, again.upload) == (first.wash, False, first.upload)
    moved(washes, first.wash, State.RUNNING, bytes_total=10)
    assert washes.ask(ACME, "user-1", LEADS).upload is None
    assert washes.ask(replace(ACME, organization_id="other"), "user-3", LEADS).is_new


@pytest.mark.parametrize("other", [WashRequest("leads-1"), WashRequest("leads-1", "phone", header=True)])
def test_a_reference_with_other_parameters_is_refused(washes: Washes, other: WashRequest) -> None:
    washes.ask(ACME, "user-1", LEADS)

    with pytest.raises(ConflictError):
        washes.ask(ACME, "user-1", other)


def test_a_failed_wash_can_be_uploaded_again(washes: Washes) -> None:
    first = washes.ask(ACME, "user-1", LEADS).wash
    moved(washes, first, State.FAILED, failure="file_damaged", detail="The gz file is damaged.", bytes_total=10)

    again = washes.ask(ACME, "user-1", LEADS)

    assert (again.wash.id, again.wash.attempt, again.wash.state) == (first.id, 2, State.AWAITING_UPLOAD)
    assert (again.wash.failure, again.wash.bytes_total) == ("", 0)
    assert again.upload is not None
    assert again.upload.fields["key"].endswith("/2")


def test_a_browser_that_has_uploaded_is_sent_back(washes: Washes) -> None:
    wash = washes.ask(ACME, "user-1", LEADS).wash

    form = washes.upload_form(wash, "https://registry.example/sent")

    assert form.fields["back"] == "https://registry.example/sent"
    assert form.fields["key"] == wash.upload_key


def test_a_wash_that_does_not_move_has_failed(washes: Washes, clock: FixedClock, profile: Profile) -> None:
    wash = washes.ask(ACME, "user-1", LEADS).wash
    running = moved(washes, wash, State.RUNNING, bytes_total=10)
    clock.instant += timedelta(minutes=profile.washes.stalled_minutes)
    assert washes.get("acme", wash.id) == running

    clock.instant += timedelta(seconds=1)

    assert (washes.get("acme", wash.id).state, washes.get("acme", wash.id).failure) == (State.FAILED, "stalled")
    assert washes.ask(ACME, "user-1", LEADS).wash.attempt == 2


def test_waiting_for_an_upload_is_no_failure(washes: Washes, clock: FixedClock) -> None:
    wash = washes.ask(ACME, "user-1", LEADS).wash
    clock.instant += timedelta(days=9)

    assert washes.get("acme", wash.id) == wash


def test_only_ones_own_washes_are_seen(washes: Washes) -> None:
    wash = washes.ask(ACME, "user-1", LEADS).wash

    with pytest.raises(NotFoundError):
        washes.get("other", wash.id)
    assert washes.page("other", 10, "").washes == ()


def test_pages_are_newest_first(washes: Washes, clock: FixedClock) -> None:
    ids = []
    for number in range(5):
        clock.instant += timedelta(seconds=1)
        ids.append(washes.ask(ACME, "user-1", WashRequest(f"leads-{number}")).wash.id)
    seen, cursor = [], ""
    while True:
        page = washes.page("acme", 2, cursor)
        seen += [wash.id for wash in page.washes]
        cursor = page.next
        if not cursor:
            break

    assert seen == ids[::-1]


def test_the_answer_has_a_link_until_it_expires(washes: Washes, clock: FixedClock, profile: Profile) -> None:
    wash = finished(washes, washes.ask(ACME, "user-1", LEADS).wash)

    assert washes.answer_link(wash) == (
        f"https://washes.example/answers/acme/{wash.id}/1.csv?name=leads-1.csv&type=text/csv&seconds=300"
    )
    clock.instant += timedelta(days=profile.washes.answer_days)
    assert washes.answer_link(wash) == ""
    assert washes.ask(ACME, "user-1", LEADS).wash.result == wash.result


def test_who_may_not_wash(washes: Washes, profile: Profile) -> None:
    with pytest.raises(ForbiddenError):
        washes.ask(replace(ACME, san=""), "user-1", LEADS)
    with pytest.raises(NotEntitledError):
        washes.ask(replace(ACME, areas=frozenset()), "user-1", LEADS)
    today = washes.meter.today
    washes.store.usage.days["acme", today] = DayUsage(today, washed=profile.usage.washes.limit)
    with pytest.raises(TooManyRequestsError):
        washes.ask(ACME, "user-1", LEADS)


@pytest.mark.parametrize("key", ["uploads/acme/1", "answers/acme/1/1", "uploads/acme/1/x", ""])
def test_a_key_of_another_form_is_no_upload(key: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_upload_key(key)
