"""What a crash, or somebody else between two writes, must not do to an investigation."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from quietline.cases.investigation.model import ReplyState, Way
from quietline.cases.model import Action, Event, Status
from quietline.cases.people import Person
from quietline.cases.ports import ChangedMeanwhileError
from quietline.cases.replies import AnswerInput
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError
from quietline.profiles.profile import Profile

from tests.crashing import Crash, CrashingClient
from tests.fakes.complaints import CALLER, NOW, Desk
from tests.fakes.investigations import SAN, SELLER, Awake, Scene

REASONS = "Recorded messages without anybody's consent."
ANA, BEN = Person("user-7", "trade"), Person("user-8", "trade")


@pytest.fixture
def scene(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> Scene:
    return Scene(cloud, clock, profile, tasks=Awake())


def closed(desk: Desk, scene: Scene) -> str:
    """Return a case whose seller answered and was warned."""
    scene.seller(declares=CALLER)
    case_id = desk.accuse()
    scene.run(case_id, until="await_reply")
    [reply] = scene.replies.all(SELLER)
    scene.replies.answer(SELLER, case_id, [AnswerInput(reply.complaints[0], "error")], "", "seller")
    scene.run(case_id, until="await_decision")
    scene.decisions.decide(case_id, "warning", REASONS, ANA)
    scene.run(case_id, until="done")
    return case_id


def test_a_missed_review_is_counted_though_its_step_died(desk: Desk, scene: Scene, clock: FixedClock) -> None:
    case_id = desk.accuse()
    scene.run(case_id, until="await_decision")
    due = scene.store.get(case_id).review_due_at
    assert due is not None
    clock.instant = due
    client = CrashingClient(scene.cases_table.client)
    scene.cases_table._client = client

    for left in (0, 1, None):
        client.arm(left)
        try:
            scene.steps.escalate(case_id)
        except Crash:
            continue
    client.arm(None)

    case = desk.cases.get(case_id)
    assert case is not None and case.escalations == 1
    assert [event.action for event in desk.cases.events(case_id)].count(Action.ESCALATED) == 1
    moved = scene.store.get(case_id).review_due_at
    assert moved is not None and moved > due


def test_a_case_that_cannot_be_opened_again_keeps_what_the_seller_was_told(desk: Desk, scene: Scene) -> None:
    case_id = closed(desk, scene)
    assert desk.accuse() != case_id

    with pytest.raises(ConflictError):
        scene.review.reopen(case_id, REASONS, BEN)

    reply = scene.store.reply(case_id, SELLER)
    assert reply is not None and reply.decision == "warning"


def test_a_case_opened_again_tells_the_seller_again(desk: Desk, scene: Scene) -> None:
    case_id = closed(desk, scene)

    scene.review.reopen(case_id, REASONS, BEN)
    scene.run(case_id, until="await_decision")
    scene.decisions.decide(case_id, "dismissal", REASONS, BEN)
    scene.run(case_id, until="done")

    told = [mail["facts"]["outcome"] for mail in desk.mails() if mail["template"] == "accusation-decided"]
    assert sorted(told) == ["dismissal", "warning"]


def test_a_confirmation_ends_with_the_citation_it_was_of(desk: Desk, scene: Scene) -> None:
    case_id = desk.accuse()
    scene.run(case_id, until="await_decision")
    scene.decisions.decide(case_id, "citation", REASONS, ANA)
    scene.review.confirm(case_id, BEN)
    scene.review.give_back(case_id, REASONS, BEN)
    scene.run(case_id, until="await_decision")

    scene.decisions.decide(case_id, "citation", REASONS, BEN)

    scene.run(case_id, until="await_confirmation")
    case = desk.cases.get(case_id)
    assert case is not None and case.status is Status.OPEN


def test_a_decision_taken_back_meanwhile_is_not_made_final(
    desk: Desk, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.accuse()
    scene.run(case_id, until="await_decision")
    scene.decisions.decide(case_id, "citation", REASONS, ANA)
    scene.review.confirm(case_id, BEN)
    decided = type(desk.cases).decided

    def late(*given: Any) -> None:
        monkeypatch.undo()
        scene.review.give_back(case_id, REASONS, BEN)
        decided(*given)

    monkeypatch.setattr(type(desk.cases), "decided", late)
    with pytest.raises(ChangedMeanwhileError):
        scene.steps.record(case_id)

    case = desk.cases.get(case_id)
    assert case is not None and (case.status, case.decision) == (Status.OPEN, None)


def traced(desk: Desk, scene: Scene) -> str:
    scene.seller()
    scene.carrier("AAA", "+1305")
    case_id = desk.accuse()
    scene.run(case_id, until="await_carrier")
    scene.tracebacks.answer("client-AAA", f"{case_id}-1", SAN, "", "")
    assert scene.store.get(case_id).attribution.way is Way.TRACED  # type: ignore[union-attr]
    return case_id


def test_who_was_named_before_the_calls_were_examined_is_not_warned_unheard(desk: Desk, scene: Scene) -> None:
    case_id = traced(desk, scene)

    with pytest.raises(ConflictError):
        scene.decisions.decide(case_id, "warning", REASONS, ANA)


def test_who_is_named_after_the_decision_is_heard_before_it_is_final(
    desk: Desk, scene: Scene, clock: FixedClock
) -> None:
    scene.seller()
    scene.carrier("AAA", "+1305")
    case_id = desk.accuse()
    scene.run(case_id, until="await_carrier")
    # nobody is known yet: nobody is to be heard
    scene.decisions.decide(case_id, "warning", REASONS, ANA)
    scene.tracebacks.answer("client-AAA", f"{case_id}-1", SAN, "", "")

    scene.run(case_id, until="await_reply")
    case = desk.cases.get(case_id)
    assert case is not None and case.decision is None
    clock.instant = NOW + timedelta(days=60)
    scene.run(case_id, until="await_decision")
    scene.decisions.decide(case_id, "warning", REASONS, ANA)
    scene.run(case_id, until="done")
    reply = scene.store.reply(case_id, SELLER)
    assert reply is not None and (reply.state, reply.decision) == (ReplyState.SILENT, "warning")
    actions = [event.action for event in desk.cases.events(case_id)]
    assert (actions.count(Action.RETURNED), actions.count(Action.DECIDED)) == (1, 1)


def test_an_examination_that_was_under_way_takes_no_confirmation_away(desk: Desk, scene: Scene) -> None:
    case_id = desk.accuse()
    scene.run(case_id, until="await_decision")
    kept, findings = scene.store.get(case_id), scene.store.findings(case_id)
    scene.cite(case_id)

    # it began before the facts were what the second person looked at, and ends after
    older = replace(scene.store.get(case_id), examined="older facts")
    scene.store.examined(older, findings, Event(NOW, Action.EXAMINED, "system"))
    scene.run(case_id, until="done")

    assert scene.store.get(case_id).examined == kept.examined
    case = desk.cases.get(case_id)
    assert case is not None and (case.status, case.decision and case.decision.kind) == (Status.CLOSED, "citation")


def test_a_citation_is_confirmed_on_the_findings_of_its_calls_as_they_are(desk: Desk, scene: Scene) -> None:
    case_id = desk.accuse()
    scene.run(case_id, until="await_decision")
    scene.decisions.decide(case_id, "citation", REASONS, ANA)
    desk.accuse(called_number="(202) 555-0177")

    with pytest.raises(ConflictError, match="examined again"):
        scene.review.confirm(case_id, BEN)
    scene.run(case_id, until="await_confirmation")
    scene.review.confirm(case_id, BEN)
    desk.accuse(called_number="(202) 555-0178")

    # more facts, another look
    scene.run(case_id, until="await_confirmation")
    assert scene.review.read(case_id).investigation.confirmed is None
    scene.review.confirm(case_id, BEN)
    scene.run(case_id, until="done")
