"""Complaints, replies, carriers, deadlines, decisions, redrives and crashes in any order, on the real adapters.

No complaint is ever lost, no case is decided twice or by one person where two are asked for, nobody is decided against
unheard, and nobody is told the same thing twice. `QUIETLINE_MODEL_EXAMPLES` runs a longer search.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
from quietline.adapters.dynamodb.case_people import DynamoPeople
from quietline.cases.desk import DeskService
from quietline.cases.investigation.course import AGAINST_SELLER
from quietline.cases.model import Action, Status
from quietline.cases.people import Person
from quietline.cases.replies import AnswerInput
from quietline.cases.service import RedriveService
from quietline.complaints.changes import ChangeService
from quietline.complaints.model import Stage
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from quietline.mails.links import LinkSigner
from quietline.profiles.profile import Profile

from tests.crashing import Crash, CrashingClient
from tests.fakes.complaints import CALLER, NOW, SECRET, Desk
from tests.fakes.investigations import SAN, SELLER, Scene
from tests.machines import Machines, Seen, clean

EXAMPLES = int(os.environ.get("QUIETLINE_MODEL_EXAMPLES", "5"))
STEPS = 40 if EXAMPLES > 5 else 30
REASONS = "Recorded messages without anybody's consent."
PEOPLE = tuple(Person(f"user-{number}", "trade") for number in (7, 8, 9))
OTHER = "(305) 555-0188"
"""A number that nobody declared; the carrier AAA holds it."""
REFUSED = (ConflictError, ForbiddenError, InvalidInputError)
PICK = st.integers(0, 1000)
CRASH = st.sampled_from([None, None, None, 0, 1, 2, 3])
"""Writes done before the process dies; None: it lives."""


class InvestigationModel(RuleBasedStateMachine):
    """Everything around cases, under any order of what happens to it."""

    cloud: Any
    profile: Profile

    @initialize()
    def empty(self) -> None:
        self.clock = FixedClock(NOW)
        self.machines = Machines()
        self.desk = Desk(self.cloud, self.clock, self.profile)
        self.scene = Scene(self.cloud, self.clock, self.profile, tasks=self.machines, max_rounds=5)
        self.client = CrashingClient(self.desk.table.client)
        self.desk.table._client = self.scene.cases_table._client = self.client
        clean(self.desk.table)
        self.read_at = -1
        self.dues: dict[str, tuple[datetime | None, int]] = {}
        self.scene.seller(declares=CALLER)
        self.scene.carrier("AAA", "+1305")
        self.scene.carrier("BBB")
        self.changes = ChangeService(self.desk.complaints, LinkSigner(SECRET), SECRET, self.clock, self.profile)
        people = DynamoPeople(self.desk.table)
        self.work = DeskService(
            self.desk.cases, DynamoDeskStore(self.desk.table), people, self.machines, self.clock, self.profile
        )
        self.redriving = RedriveService(self.desk.cases, self.machines, self.clock)
        self.complaints: list[str] = []
        self.withdrawn: set[str] = set()

    # What consumers do.

    @rule(declared=st.booleans(), crash=CRASH)
    def complain(self, declared: bool, crash: int | None) -> None:
        number = len(self.complaints)
        made = self.desk.complain(
            robocall=True,
            caller_number=CALLER if declared else OTHER,
            called_number=f"(202) 555-01{number % 100:02}",
            call_time=f"{number // 60:02}:{number % 60:02}",
        )
        self.complaints.append(made.id)
        self.attempt(lambda: self.screen(made.id), crash)

    @precondition(lambda self: self.complaints)
    @rule(pick=PICK, crash=CRASH)
    def screened_again(self, pick: int, crash: int | None) -> None:
        self.attempt(lambda: self.screen(self.complaints[pick % len(self.complaints)]), crash)

    @precondition(lambda self: self.complaints)
    @rule(pick=PICK, crash=CRASH)
    def withdraw(self, pick: int, crash: int | None) -> None:
        complaint = self.desk.complaints.get(self.complaints[pick % len(self.complaints)])
        assert complaint is not None
        if self.attempt(lambda: self.changes.withdraw(complaint), crash):
            self.withdrawn.add(complaint.id)

    def screen(self, complaint_id: str) -> None:
        """`screen-complaint`, from its start."""
        screened = self.desk.screening.screen(complaint_id)
        if screened.outcome is not None and screened.outcome.is_violation:
            self.desk.assignment.assign(complaint_id)
        self.desk.screening.close(complaint_id)

    # What machines do.

    def relay(self) -> None:
        """Start what the outbox asks for."""
        for name in self.seen().asked:
            self.machines.start(name, name.partition("-")[0])

    @precondition(lambda self: self.cases())
    @rule(pick=PICK, steps=st.sampled_from([1, 2, 5, 9, 9]), crash=CRASH, dies=st.booleans())
    def go_on(self, pick: int, steps: int, crash: int | None, dies: bool) -> None:
        """Let an execution do some steps; a step that crashes is retried later, or the execution `dies` of it."""
        self.relay()
        live = self.machines.live()
        if not live:
            return
        name = live[pick % len(live)]
        self.client.arm(crash)
        try:
            for _ in range(steps):
                if not self.machines.step(self.scene.steps, name, self.clock.now()):
                    break
        except (Crash, *REFUSED) as error:
            self.client.arm(None)
            if dies or not isinstance(error, Crash):
                # as the machine does it: errors of ours are not tried again
                self.machines.fail(self.scene.steps, name, error)
        finally:
            self.client.arm(None)

    @precondition(lambda self: self.cases())
    @rule(crash=CRASH)
    def redrive(self, crash: int | None) -> None:
        self.attempt(self.redriving.redrive, crash)

    @precondition(lambda self: self.cases())
    @rule(hours=st.sampled_from([1, 25, 24 * 6, 24 * 15]))
    def time_passes(self, hours: int) -> None:
        self.clock.instant += timedelta(hours=hours)

    # What sellers, carriers and investigators do.

    @precondition(lambda self: self.cases())
    @rule(pick=PICK, crash=CRASH, extends=st.booleans())
    def seller(self, pick: int, crash: int | None, extends: bool) -> None:
        case_id = self.pick(pick)
        reply = self.scene.store.reply(case_id, SELLER)
        if reply is None:
            return
        said = [AnswerInput(one, "error") for one in reply.complaints]
        if extends:
            self.attempt(lambda: self.scene.replies.extend(SELLER, case_id, "seller"), crash)
        else:
            self.attempt(lambda: self.scene.replies.answer(SELLER, case_id, said, "", "seller"), crash)

    @precondition(lambda self: self.scene.store.asked("AAA"))
    @rule(
        code=st.sampled_from(["AAA", "BBB"]),
        said=st.sampled_from([(SAN, "", ""), ("Nobody", "", ""), ("", "BBB", ""), ("", "CCC", ""), ("", "", "No.")]),
        pick=PICK,
        crash=CRASH,
    )
    def carrier(self, code: str, said: tuple[str, str, str], pick: int, crash: int | None) -> None:
        hops = self.scene.store.asked(code)
        if hops:
            hop = hops[pick % len(hops)]
            request = f"{hop.case_id}-{hop.number}"
            self.attempt(lambda: self.scene.tracebacks.answer(f"client-{code}", request, *said), crash)

    @precondition(lambda self: self.cases())
    @rule(
        pick=PICK,
        kind=st.sampled_from(["dismissal", "warning", "citation", "citation", "referral"]),
        person=st.sampled_from(PEOPLE),
        crash=CRASH,
    )
    def decide(self, pick: int, kind: str, person: Person, crash: int | None) -> None:
        self.attempt(lambda: self.scene.decisions.decide(self.pick(pick), kind, REASONS, person), crash)

    @precondition(lambda self: self.cases())
    @rule(
        pick=PICK,
        what=st.sampled_from(["confirm", "confirm", "give_back", "reopen", "name_caller", "ask_carrier"]),
        person=st.sampled_from(PEOPLE),
        crash=CRASH,
    )
    def review(self, pick: int, what: str, person: Person, crash: int | None) -> None:
        case_id, review = self.pick(pick), self.scene.review
        given: dict[str, tuple[str, ...]] = {
            "give_back": (REASONS,),
            "reopen": (REASONS,),
            "name_caller": (SAN,),
            "ask_carrier": ("BBB",),
        }
        self.attempt(lambda: getattr(review, what)(case_id, *given.get(what, ()), person), crash)

    @precondition(lambda self: self.cases())
    @rule(pick=PICK, days=st.sampled_from([0, 1, 10]), crash=CRASH)
    def hold(self, pick: int, days: int, crash: int | None) -> None:
        """Let a case rest some days, or end its rest."""
        case_id, until = self.pick(pick), self.profile.local_date(self.clock.now()) + timedelta(days=days)
        if days:
            self.attempt(lambda: self.work.hold(case_id, REASONS, until, PEOPLE[0]), crash)
        else:
            self.attempt(lambda: self.work.release(case_id, PEOPLE[0]), crash)

    def attempt(self, act: Callable[[], Any], crash: int | None) -> bool:
        """Do what may be refused, or die in its middle; return whether it was done."""
        self.client.arm(crash)
        try:
            act()
        except (Crash, *REFUSED):
            return False
        finally:
            self.client.arm(None)
        return True

    # What is always true.

    def seen(self) -> Seen:
        """Return everything that is kept; read again only after a write."""
        if self.client.writes != self.read_at:
            self.now, self.read_at = Seen(self.desk.table), self.client.writes
        return self.now

    def cases(self) -> list[str]:
        return sorted(self.seen().cases)

    def pick(self, number: int) -> str:
        cases = self.cases()
        return cases[number % len(cases)]

    @invariant()
    def no_complaint_is_lost(self) -> None:
        seen = self.seen()
        counted = Counter(case_id for case_id, _ in seen.places)
        assert {case_id: case.complaints for case_id, case in seen.cases.items()} == {
            case_id: counted[case_id] for case_id in seen.cases
        }
        assert set(self.complaints) <= set(seen.complaints)
        named = {(one.case_id, one.id) for one in seen.complaints.values() if one.case_id}
        assert named == seen.places
        assert not {complaint_id for _, complaint_id in seen.places} & self.withdrawn

    @invariant()
    def nothing_is_decided_twice_or_by_one_person_or_unheard(self) -> None:
        seen = self.seen()
        for case_id, case in seen.cases.items():
            times = seen.times(case_id)
            settled = case.status in (Status.DECIDED, Status.CLOSED)
            assert times[Action.DECIDED] == times[Action.REOPENED] + settled
            assert times[Action.CLOSED] == times[Action.REOPENED] + (case.status is Status.CLOSED)
            assert times[Action.ESCALATED] == case.escalations
            kept, decision = seen.investigation(case_id), case.decision
            if not settled or decision is None or decision.kind not in AGAINST_SELLER:
                continue
            if kept.attribution is not None and kept.attribution.is_known and case.complaints:
                reply = seen.replies.get(case_id)
                assert reply is not None and reply.is_heard
            if decision.kind == "citation":
                assert kept.confirmed is not None
                assert kept.confirmed.by != decision.by and kept.confirmed.at >= decision.at

    @invariant()
    def no_deadline_is_missed_unseen(self) -> None:
        """Each time a review's deadline moves, supervisors see it, or the case rested."""
        seen = self.seen()
        for case_id, case in seen.cases.items():
            due, (before, counted) = seen.investigation(case_id).review_due_at, self.dues.get(case_id, (None, 0))
            known = case.escalations + seen.times(case_id)[Action.RESUMED]
            if before is not None and due is not None and due > before:
                assert known > counted
            self.dues[case_id] = due, known

    @invariant()
    def nobody_is_told_twice(self) -> None:
        seen = self.seen()
        for case_id in seen.cases:
            times, reply = seen.times(case_id), seen.replies.get(case_id)
            assert seen.told["accusation", case_id] == times[Action.SELLER_ASKED] == (reply.hearings if reply else 0)
            assert seen.told["accusation-reminder", case_id] == times[Action.SELLER_REMINDED]
            # each reminder once a hearing, and once more after an extension
            reminders = len(self.profile.investigations.reminder_days_before)
            assert times[Action.SELLER_REMINDED] <= reminders * (times[Action.SELLER_ASKED] + times[Action.EXTENDED])
            assert seen.told["accusation-decided", case_id] <= times[Action.DECIDED]
        for one in seen.complaints.values():
            decided = seen.times(one.case_id)[Action.DECIDED] if one.case_id else 0
            assert seen.told["complaint-decided", one.reference] <= decided

    def teardown(self) -> None:
        """Whatever happened: mended and redriven, every case comes to its end and every complainant knows."""
        if not hasattr(self, "complaints"):
            return
        for complaint_id in self.complaints:
            self.screen(complaint_id)
        for _ in range(40):
            if all(case.status is Status.CLOSED for case in self.seen().cases.values()):
                break
            self.clock.instant += timedelta(days=8)
            self.relay()
            self.redriving.redrive()
            for name in self.machines.live():
                while self.machines.step(self.scene.steps, name, self.clock.now()):
                    pass
            for case_id in self.cases():
                self.settle(case_id)
        else:
            raise AssertionError("a case never comes to its end")
        for check in (
            self.no_complaint_is_lost,
            self.nothing_is_decided_twice_or_by_one_person_or_unheard,
            self.no_deadline_is_missed_unseen,
            self.nobody_is_told_twice,
        ):
            check()
        seen = self.seen()
        for one in (seen.complaints[complaint_id] for complaint_id in self.complaints):
            assert bool(one.case_id) != (one.stage is Stage.WITHDRAWN)
            if one.case_id:
                assert one.stage is Stage.DECIDED
                assert seen.told["complaint-decided", one.reference] == seen.times(one.case_id)[Action.DECIDED]

    def settle(self, case_id: str) -> None:
        for person in PEOPLE:
            self.attempt(partial(self.scene.review.confirm, case_id, person), None)
        self.attempt(lambda: self.scene.decisions.decide(case_id, "dismissal", REASONS, PEOPLE[0]), None)


@pytest.mark.timeout(300)
def test_no_order_of_events_loses_a_complaint_or_decides_or_tells_twice(cloud: Any, profile: Profile) -> None:
    InvestigationModel.cloud, InvestigationModel.profile = cloud, profile
    run_state_machine_as_test(
        InvestigationModel,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=EXAMPLES <= 5,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        ),
    )
