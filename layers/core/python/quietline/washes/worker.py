"""Washing an uploaded call list: one run from the upload to the answer, the receipt and the count.

Only functions with the `lists` layer import this module. A run may be repeated or doubled: every write of the wash is
conditional on its version, so that one run ends it, and its numbers are counted in the same transaction.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, cast

from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import InvalidInputError
from quietline.kernel.ids import new_ulid
from quietline.profiles import Profile
from quietline.usage.model import Channel, Take, in_receipt
from quietline.washes.engine import ListsView, WashOptions, WashSummary, wash
from quietline.washes.model import UNFINISHED, FileFacts, Result, State, Uploaded, Wash, parse_upload_key
from quietline.washes.ports import (
    AnsweringList,
    ChangedMeanwhileError,
    EntitlementReader,
    Meter,
    Signer,
    StopReader,
    WashFiles,
    WashLists,
    WashStore,
)
from quietline.washes.report import Why

PROGRESS_EVERY = timedelta(seconds=2)
FRESH = timedelta(seconds=120)
"""A run that moved this recently is alive; the same upload announced twice is left to it."""
RESERVE_SECONDS = 20.0
"""Time kept to tell that the time limit is near."""


class _RefusedError(Exception):
    """The wash fails for a reason that its caller can do something about."""

    def __init__(self, failure: str, detail: str) -> None:
        super().__init__(failure)
        self.failure, self.detail = failure, detail


@dataclass(frozen=True)
class Run:
    """The circumstances of one run.

    Attributes:
        is_last_try: whether a fault of ours now ends the wash, because the queue will not try again.
        seconds_left: tells how long the function may still run.

    """

    is_last_try: bool
    seconds_left: Callable[[], float]


@dataclass(frozen=True)
class WashWorker:
    """Washes uploads."""

    profile: Profile
    clock: Clock
    store: WashStore
    lists: WashLists
    files: WashFiles
    entitlements: EntitlementReader
    stops: StopReader
    meter: Meter
    signer: Signer

    def run(self, uploaded: Uploaded, run: Run) -> str:
        """Wash an upload; return what became of it: `done`, `ignored` or the word of its failure.

        Raises:
            Exception: a fault of ours; the wash waits for the next try, or has failed if this was the last.
        """
        organization_id, wash_id, attempt = parse_upload_key(uploaded.key)
        known = self.store.get(organization_id, wash_id)
        if known is None or known.attempt != attempt or known.state not in UNFINISHED:
            return "ignored"
        if known.state is State.RUNNING and self.clock.now() - known.updated_at < FRESH:
            return "ignored"
        progress = _Progress(self.store, self.clock, run, known)
        try:
            progress.move(State.RUNNING, bytes_done=0, bytes_total=uploaded.size)
            return self._wash(uploaded, progress)
        except ChangedMeanwhileError:
            return "ignored"
        except InvalidInputError as error:
            self._fail(progress, error.fields[0].code if error.fields else error.slug, str(error))
        except _RefusedError as error:
            self._fail(progress, error.failure, error.detail)
        except Exception:
            with suppress(ChangedMeanwhileError):
                if run.is_last_try:
                    self._fail(progress, "internal_error", "Something went wrong on our side. Upload the file again.")
                else:
                    progress.move(State.QUEUED)
            raise
        self.files.delete(uploaded.key)
        return progress.wash.failure

    def _wash(self, uploaded: Uploaded, progress: "_Progress") -> str:
        current = self.lists.newest()
        if current is None:
            raise _RefusedError("not_published", "No list has been published yet.")
        known = progress.wash
        answer_key = f"answers/{known.organization_id}/{known.id}/{new_ulid(self.clock.now())}.csv"
        source = self.files.source(uploaded)
        with self.files.sink(answer_key) as sink:
            options = WashOptions(
                self.profile,
                column=known.request.column or None,
                header=known.request.header,
                max_bytes=self.profile.washes.max_bytes,
            )
            view = self._view(current, known.organization_id)
            summary = wash(cast(BinaryIO, source), cast(BinaryIO, sink), view, options, progress.read)
            source_facts, answer_facts = source.facts(), sink.facts()
        day = self.meter.today
        result = self._result(known, current, summary, source_facts, answer_facts)
        done = progress.next(State.DONE, result=result, bytes_done=uploaded.size)
        limit = self.profile.usage.washes.limit
        agent_san = known.agent.san if known.agent else ""
        take = Take(known.organization_id, day, Channel.WASH, summary.distinct_answered, limit, agent_san)
        try:
            counted = self.store.finish(done, take)
        except ChangedMeanwhileError:
            self.files.delete(answer_key)
            raise
        if not counted:
            self.files.delete(answer_key)
            raise _RefusedError("daily_limit", str(self.meter.wash_refused(known.organization_id)))
        self.meter.washed(known.organization_id, day, summary.distinct_answered)
        self.files.delete(uploaded.key)
        return "done"

    def _view(self, current: AnsweringList, organization_id: str) -> ListsView:
        answered = current.areas & self.entitlements.entitled_areas(organization_id)

        def bitmap_of(area: str) -> bytes | None:
            return current.bitmap(area) if area in answered else None

        def why_not(area: str) -> str:
            return Why.NOT_ENTITLED if area in current.areas else Why.AREA_NOT_PUBLISHED

        valid_until = current.date + timedelta(days=self.profile.lists.max_age_days)
        return ListsView(current.date, valid_until, bitmap_of, why_not, self.stops.held(organization_id))

    def _result(
        self, known: Wash, current: AnsweringList, summary: WashSummary, source: FileFacts, answer: FileFacts
    ) -> Result:
        now = self.clock.now()
        receipt = self.signer.sign(
            {
                "type": "wash",
                "id": known.id,
                "client_reference": known.request.client_reference,
                "san": known.san,
                "organization": known.organization_id,
                **in_receipt(known.agent),
                "list_date": summary.list_date.isoformat(),
                "manifest_sha256": current.manifest_sha256,
                "issued_at": to_text(now),
                "valid_until": summary.valid_until.isoformat(),
                "input": {"bytes": source.size, "sha256": source.sha256},
                "answer": {"bytes": answer.size, "sha256": answer.sha256},
                "rows": summary.rows,
                "listed": summary.listed,
                "clear": summary.clear,
                "unknown": dict(summary.unknown),
                "distinct_numbers": summary.distinct_numbers,
                "metered_numbers": summary.distinct_answered,
                "areas": list(summary.areas),
            }
        )
        return Result(
            list_date=summary.list_date,
            valid_until=summary.valid_until,
            rows=summary.rows,
            listed=summary.listed,
            clear=summary.clear,
            unknown=dict(summary.unknown),
            distinct_numbers=summary.distinct_numbers,
            distinct_answered=summary.distinct_answered,
            column=summary.column,
            column_name=summary.column_name,
            source=source,
            answer=answer,
            receipt=receipt,
            finished_at=now,
        )

    def _fail(self, progress: "_Progress", failure: str, detail: str) -> None:
        progress.move(State.FAILED, failure=failure, detail=detail)


class _Progress:
    """Moves a wash step by step, and tells now and then how far it is."""

    def __init__(self, store: WashStore, clock: Clock, run: Run, wash: Wash) -> None:
        self.store, self.clock, self.run, self.wash = store, clock, run, wash
        self.bytes_done = 0

    def next(self, state: State, **changes: object) -> Wash:
        """Return the wash's next step."""
        return self.wash.moved(self.clock.now(), state, **changes)

    def move(self, state: State, **changes: object) -> None:
        """Write the wash's next step.

        Raises:
            ChangedMeanwhileError: another run has taken over.
        """
        moved = self.next(state, **changes)
        self.store.save(moved)
        self.wash = moved

    def read(self, size: int) -> None:
        """Count bytes that were read."""
        self.bytes_done += size
        if self.run.seconds_left() < RESERVE_SECONDS:
            sentence = "The call list takes longer than a wash may run (15 minutes). Split it into smaller ones."
            raise _RefusedError("takes_too_long", sentence)
        if self.clock.now() - self.wash.updated_at >= PROGRESS_EVERY:
            self.move(State.RUNNING, bytes_done=min(self.bytes_done, self.wash.bytes_total))
