"""One run of a wash: answered by the list, receipted, counted once, whatever breaks or comes twice."""

import gzip
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pyroaring import BitMap
from quietline.kernel import jws
from quietline.kernel.clock import FixedClock
from quietline.profiles import Profile
from quietline.usage.model import Agent, DayUsage
from quietline.usage.service import Metering
from quietline.washes.model import State, Uploaded, Wash, WashRequest
from quietline.washes.worker import Run, WashWorker

from tests.conftest import NOW
from tests.fakes.lists import MemoryEntitlements, MemorySigner
from tests.fakes.usage import MemoryMetrics, MemoryUsage
from tests.fakes.washes import MemoryFiles, MemoryList, MemoryNewest, MemoryStopped, MemoryWashes

LIST_DAY = date(2026, 11, 23)
TODAY = date(2026, 11, 24)
CALLS = b"name,phone\nAnn,(202) 555-0143\nBob,202-555-0144\nCy,8185550100\nDi,9075550100\nEd,nonsense\nFay,2025550143\n"
ANSWER = (
    b"name,phone,status,reason,list_date,valid_until\n"
    b"Ann,(202) 555-0143,listed,,2026-11-23,2026-12-24\n"
    b"Bob,202-555-0144,clear,,2026-11-23,2026-12-24\n"
    b"Cy,8185550100,unknown,not_entitled,2026-11-23,2026-12-24\n"
    b"Di,9075550100,unknown,area_not_published,2026-11-23,2026-12-24\n"
    b"Ed,nonsense,unknown,not_a_number,2026-11-23,2026-12-24\n"
    b"Fay,2025550143,listed,,2026-11-23,2026-12-24\n"
)
FIRST_TRY = Run(is_last_try=False, seconds_left=lambda: 900)
LAST_TRY = Run(is_last_try=True, seconds_left=lambda: 900)
ID = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"


@pytest.fixture
def worker(profile: Profile, clock: FixedClock) -> WashWorker:
    usage = MemoryUsage()
    newest = MemoryList(LIST_DAY, {"202": BitMap([5550143]), "818": BitMap([5550100])})
    return WashWorker(
        profile=profile,
        clock=clock,
        store=MemoryWashes(usage),
        lists=MemoryNewest(newest),
        files=MemoryFiles(),
        entitlements=MemoryEntitlements(acme={"202", "907"}),
        stops=MemoryStopped(acme={"+12025550145"}),
        meter=Metering(profile, clock, usage, MemoryMetrics()),
        signer=MemorySigner(),
    )


def upload(worker: WashWorker, data: bytes = CALLS, column: str = "", agent: Agent | None = None) -> Uploaded:
    request = WashRequest("leads-1", column)
    wash = Wash(ID, "acme", "SAN-1", request, NOW, "user-1", State.AWAITING_UPLOAD, NOW, agent=agent)
    worker.store.add(wash)
    worker.files.objects[wash.upload_key] = data
    return Uploaded(wash.upload_key, "etag", len(data))


def kept(worker: WashWorker) -> Wash:
    wash = worker.store.get("acme", ID)
    assert wash is not None
    return wash


def washed(worker: WashWorker) -> int:
    return worker.meter.store.of_day("acme", TODAY).washed


def test_rows_are_answered_receipted_and_counted(worker: WashWorker) -> None:
    assert worker.run(upload(worker), FIRST_TRY) == "done"

    wash = kept(worker)
    assert wash.state is State.DONE
    result = wash.result
    assert result is not None
    assert worker.files.objects == {result.answer.key: ANSWER}
    assert result.answer.key.startswith(f"answers/acme/{ID}/")
    assert (result.rows, result.listed, result.clear) == (6, 2, 1)
    assert result.unknown == {"not_entitled": 1, "area_not_published": 1, "not_a_number": 1}
    assert (result.distinct_numbers, result.distinct_answered, washed(worker)) == (4, 2, 2)
    receipt = jws.parse(result.receipt).payload
    assert (receipt["type"], receipt["san"], receipt["list_date"], receipt["valid_until"]) == (
        "wash",
        "SAN-1",
        "2026-11-23",
        "2026-12-24",
    )
    assert receipt["input"] == {"bytes": len(CALLS), "sha256": result.source.sha256}
    assert receipt["answer"] == {"bytes": len(ANSWER), "sha256": result.answer.sha256}
    assert (receipt["metered_numbers"], receipt["areas"], receipt["manifest_sha256"]) == (2, ["202"], "5f" * 32)


def test_an_agents_wash_names_both_in_its_receipt(worker: WashWorker) -> None:
    assert worker.run(upload(worker, agent=Agent("calls", "SAN-2")), FIRST_TRY) == "done"

    result = kept(worker).result
    assert result is not None
    receipt = jws.parse(result.receipt).payload
    assert (receipt["san"], receipt["organization"]) == ("SAN-1", "acme")
    assert (receipt["agent_san"], receipt["agent_organization"]) == ("SAN-2", "calls")
    assert (washed(worker), receipt["areas"]) == (2, ["202"]), "the seller's areas and the seller's count"


def test_a_gzipped_list_and_a_named_column(worker: WashWorker) -> None:
    assert worker.run(upload(worker, gzip.compress(CALLS), column="phone"), FIRST_TRY) == "done"

    assert ANSWER in worker.files.objects.values()


@pytest.mark.parametrize(
    ("data", "column", "failure"),
    [
        (b"", "", "file_empty"),
        (b"name,age\nAnn,3\n", "", "column_not_found"),
        (CALLS, "fax", "column_unknown"),
        (gzip.compress(CALLS)[:-9], "", "file_damaged"),
    ],
    ids=["empty", "no numbers", "no such column", "cut off"],
)
def test_what_cannot_be_washed_fails_with_a_sentence_and_costs_nothing(
    worker: WashWorker, data: bytes, column: str, failure: str
) -> None:
    assert worker.run(upload(worker, data, column), FIRST_TRY) == failure

    wash = kept(worker)
    assert (wash.state, wash.result) == (State.FAILED, None)
    assert wash.failure == failure
    assert wash.detail.endswith(".")
    assert (worker.files.objects, washed(worker)) == ({}, 0)


def test_before_the_first_list_nothing_is_clear(worker: WashWorker) -> None:
    worker.lists.list = None

    assert worker.run(upload(worker), FIRST_TRY) == "not_published"
    assert kept(worker).state is State.FAILED


def test_an_upload_announced_twice_is_washed_once(worker: WashWorker) -> None:
    uploaded = upload(worker)

    assert [worker.run(uploaded, FIRST_TRY), worker.run(uploaded, FIRST_TRY)] == ["done", "ignored"]
    assert washed(worker) == 2


def test_uploads_that_belong_to_nothing_are_ignored(worker: WashWorker) -> None:
    uploaded = upload(worker)

    assert worker.run(replace(uploaded, key=f"uploads/other/{ID}/1"), FIRST_TRY) == "ignored"
    assert worker.run(replace(uploaded, key=f"uploads/acme/{ID}/2"), FIRST_TRY) == "ignored"
    assert kept(worker).state is State.AWAITING_UPLOAD


def test_a_run_that_is_alive_is_left_alone_and_a_dead_one_replaced(worker: WashWorker, clock: FixedClock) -> None:
    uploaded = upload(worker)
    worker.store.save(kept(worker).moved(clock.now(), State.RUNNING))

    assert worker.run(uploaded, FIRST_TRY) == "ignored"
    clock.instant += timedelta(minutes=16)
    assert worker.run(uploaded, FIRST_TRY) == "done"


def test_a_fault_of_ours_is_tried_again_and_then_told(worker: WashWorker) -> None:
    uploaded = upload(worker)
    worker.files.broken = ConnectionError("S3 is away")

    with pytest.raises(ConnectionError):
        worker.run(uploaded, FIRST_TRY)
    assert kept(worker).state is State.QUEUED
    with pytest.raises(ConnectionError):
        worker.run(uploaded, LAST_TRY)
    assert (kept(worker).state, kept(worker).failure) == (State.FAILED, "internal_error")
    assert uploaded.key in worker.files.objects


def test_after_a_fault_the_next_try_ends_it(worker: WashWorker) -> None:
    uploaded = upload(worker)
    worker.files.broken = ConnectionError("S3 is away")
    with pytest.raises(ConnectionError):
        worker.run(uploaded, FIRST_TRY)
    worker.files.broken = None

    assert worker.run(uploaded, FIRST_TRY) == "done"


def test_of_two_runs_one_ends_the_wash_and_the_other_leaves_nothing(
    worker: WashWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploaded = upload(worker)
    finish = worker.store.finish

    def overtaken(wash: Wash, take: object) -> bool:
        monkeypatch.setattr(worker.store, "finish", finish)
        worker.store.save(kept(worker).moved(worker.clock.now() - timedelta(hours=1), State.RUNNING))
        assert worker.run(uploaded, FIRST_TRY) == "done"
        return finish(wash, take)  # type: ignore[arg-type]

    monkeypatch.setattr(worker.store, "finish", overtaken)

    assert worker.run(uploaded, FIRST_TRY) == "ignored"
    result = kept(worker).result
    assert result is not None
    assert list(worker.files.objects) == [result.answer.key]
    assert washed(worker) == 2


def test_past_the_days_limit_there_is_no_answer(worker: WashWorker, profile: Profile) -> None:
    limit = profile.usage.washes.limit
    worker.meter.store.days["acme", TODAY] = DayUsage(TODAY, washed=limit - 1)

    assert worker.run(upload(worker), FIRST_TRY) == "daily_limit"
    assert worker.files.objects == {}
    assert washed(worker) == limit - 1
    assert worker.meter.metrics.suspicions == [("acme", "daily_limit")]


def test_progress_can_be_read_while_it_runs(worker: WashWorker, clock: FixedClock) -> None:
    rows = b"".join(b"Ann,202555%04d\n" % number for number in range(1000))
    worker.files.pieces = 4000
    uploaded = upload(worker, b"name,phone\n" + rows)

    def ticking() -> float:
        clock.instant += timedelta(seconds=1)
        return 900

    assert worker.run(uploaded, Run(is_last_try=False, seconds_left=ticking)) == "done"

    steps = [step.bytes_done for step in worker.store.steps if step.state is State.RUNNING]
    assert steps[0] == 0
    assert len(steps) > 1
    assert steps == sorted(steps)
    assert all(step.bytes_total == uploaded.size for step in worker.store.steps)
    assert kept(worker).bytes_done == uploaded.size


def test_a_list_that_takes_too_long_is_told(worker: WashWorker) -> None:
    assert worker.run(upload(worker), Run(is_last_try=False, seconds_left=lambda: 19)) == "takes_too_long"
    assert kept(worker).state is State.FAILED
