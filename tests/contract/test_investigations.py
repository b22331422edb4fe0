"""Investigations on DynamoDB: what was kept is read back, and whoever read an older state changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import decision_item, hold_item
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.cases.investigation import model as m
from quietline.cases.model import SYSTEM, Action, Case, Decision, Event, Hold, Status
from quietline.cases.ports import ChangedMeanwhileError
from quietline.kernel.clock import FixedClock
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile

from tests.fakes.complaints import NOW, Desk

HARBOR, SUNNY = "01KB3Q6W5N8Y2C4D6E8F0G1H2J", "01KB3Q6W5N8Y2C4D6E8F0G1H2K"
WHO = m.Accused(HARBOR, "100-000-0008", "Harbor Roofing LLC", exempt=False, contact_ciphertext="contact", language="es")
DECISION = Decision("citation", "Recorded messages without anybody's consent.", "user-7", NOW)
CALLER_KEYS = ("+13055550187",)
type Change = Callable[["Kept"], None]


def event(action: Action = Action.EXAMINED) -> Event:
    return Event(NOW, action, SYSTEM)


def finding(complaint_id: str, verdict: m.Verdict = m.Verdict.VIOLATION) -> m.Finding:
    return m.Finding(
        complaint_id=complaint_id,
        on=date(2026, 11, 20),
        verdict=verdict,
        checks=(
            m.Check("contained", "yes", "The list of 2026-03-02 contained the number.", "16 CFR 310.4(b)(1)(iii)(B)"),
        ),
        holding=m.Holding("receipt", date(2026, 3, 2), NOW - timedelta(days=9), 20, contained=True),
        maximum=Money(5308800, "USD"),
        factors=(m.Factor("first", -75),),
        proposed=Money(1327200, "USD"),
    )


@dataclass
class Kept:
    """A case with an investigation, a carrier asked, a right of reply, and a decision that is not recorded yet."""

    desk: Desk
    store: DynamoInvestigations
    case: Case

    @property
    def id(self) -> str:
        return self.case.id

    def now(self) -> m.Investigation:
        return self.store.get(self.id)

    def reply(self) -> m.Reply:
        found = self.store.reply(self.id, HARBOR)
        assert found
        return found

    def hop(self) -> m.Hop:
        return self.store.hops(self.id)[0]

    def everything(self) -> list[Any]:
        found = self.desk.table.client.scan(TableName=self.desk.table.name)["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def set(self, **values: Any) -> None:
        table, names = self.desk.table, {f"#{name}": name for name in values}
        said = ", ".join(f"#{name} = :{name}" for name in values)
        changes = {f":{name}": value for name, value in values.items()}
        table.write(table.update(keys.case(self.id), f"SET {said}", names=names, values=changes))

    def mails(self) -> list[str]:
        return sorted(mail["template"] for mail in self.desk.mails() if mail["template"].startswith("accusation"))


@pytest.fixture
def kept(cloud: Any, clock: FixedClock, profile: Profile) -> Kept:
    desk = Desk(cloud, clock, profile)
    store, case_id = DynamoInvestigations(desk.table), desk.accuse()
    case = desk.cases.get(case_id)
    assert case
    made = Kept(desk, store, replace(case, hold=Hold("A court looks at it.", date(2026, 12, 24), "user-7", NOW)))
    calls = tuple(one.complaint_id for one in desk.cases.accusations(case_id))
    store.save(
        m.Investigation(case_id=case_id, attribution=m.Attribution(m.Way.TRACED, HARBOR), examined="facts"), event()
    )
    asked = {"caller_number": "+13055550187", "asked_at": NOW, "due_at": NOW + timedelta(days=1)}
    store.ask_carrier(m.Hop(case_id=case_id, number=1, carrier="AAA", **asked), event(Action.CARRIER_ASKED))
    reply = m.Reply(
        case_id=case_id,
        organization_id=HARBOR,
        state=m.ReplyState.ASKED,
        notice_at=NOW,
        due_at=NOW + timedelta(days=21),
        complaints=calls,
    )
    store.hear(reply, WHO, event(Action.SELLER_ASKED))
    made.set(decision=decision_item(DECISION), hold=hold_item(made.case.hold) if made.case.hold else None)
    return made


def save(kept: Kept) -> Change:
    read = kept.now()
    return lambda kept: kept.store.save(replace(read, examined="newer"), event())


def accuse(kept: Kept) -> Change:
    read, cleared = kept.now(), replace(kept.reply(), state=m.ReplyState.CLEARED)
    new = replace(read, attribution=m.Attribution(m.Way.NAMED, SUNNY))
    return lambda kept: kept.store.accuse(new, event(Action.ATTRIBUTED), cleared, WHO)


def resumed(kept: Kept) -> Change:
    read, later = kept.now(), timedelta(days=3)
    hop, reply = replace(kept.hop(), due_at=NOW + later), replace(kept.reply(), due_at=NOW + later)
    return lambda kept: kept.store.resumed(
        kept.case, replace(read, review_due_at=NOW), event(), hop=hop, reply=reply, told=WHO
    )


def ask_carrier(kept: Kept) -> Change:
    following = replace(kept.hop(), number=2, carrier="BBB")
    return lambda kept: kept.store.ask_carrier(following, event(Action.CARRIER_ASKED))


def close_hop(kept: Kept) -> Change:
    answered = replace(kept.hop(), state=m.HopState.REFUSED, reason="No records.", answered_at=NOW)
    return lambda kept: kept.store.close_hop(answered, event())


def hear_again(kept: Kept) -> Change:
    asked = replace(kept.reply(), hearings=2)
    return lambda kept: kept.store.hear(asked, WHO, event(Action.SELLER_ASKED))


def hear_another(kept: Kept) -> Change:
    asked = replace(kept.reply(), organization_id=SUNNY)
    return lambda kept: kept.store.hear(asked, replace(WHO, id=SUNNY), event(Action.SELLER_ASKED))


def remind(kept: Kept) -> Change:
    reminded = replace(kept.reply(), reminded=1)
    return lambda kept: kept.store.change_reply(reminded, event(), WHO)


def answer(kept: Kept) -> Change:
    calls = kept.reply().complaints
    said = {calls[0]: m.CallAnswer(calls[0], m.Claim.AGREEMENT, date(2026, 5, 1), "Signed.", ("01FILE",))}
    answered = replace(
        kept.reply(), state=m.ReplyState.ANSWERED, answers=said, statement="All signed.", answered_at=NOW
    )
    return lambda kept: kept.store.change_reply(answered, event(Action.SELLER_ANSWERED))


def confirm(kept: Kept) -> Change:
    confirmed = replace(kept.now(), confirmation=m.Confirmation("user-8", NOW, "facts"))
    return lambda kept: kept.store.confirm(confirmed, event())


def escalate(kept: Kept) -> Change:
    missed = replace(kept.now(), review_due_at=NOW + timedelta(days=7))
    return lambda kept: kept.store.escalated(missed, event())


def give_back(kept: Kept) -> Change:
    read = kept.now()
    return lambda kept: kept.store.give_back(read, DECISION, event())


CHANGES = [
    save,
    accuse,
    resumed,
    ask_carrier,
    close_hop,
    hear_again,
    hear_another,
    remind,
    answer,
    confirm,
    escalate,
    give_back,
]


@pytest.mark.parametrize("prepare", CHANGES, ids=lambda prepare: prepare.__name__)
def test_a_change_is_kept_with_its_event_once(kept: Kept, prepare: Callable[[Kept], Change]) -> None:
    change, before = prepare(kept), len(kept.desk.cases.events(kept.id))
    change(kept)
    after = kept.everything()
    assert len(kept.desk.cases.events(kept.id)) > before

    with pytest.raises(ChangedMeanwhileError):
        change(kept)

    assert kept.everything() == after, "whoever is late changes nothing, asks for no mail and writes no event"


@pytest.mark.parametrize(
    ("prepare", "changed"),
    [
        (resumed, {"hold": None}),
        (resumed, {"status": Status.CLOSED.value}),
        (confirm, {"status": Status.CLOSED.value}),
        (escalate, {"status": Status.CLOSED.value}),
        (give_back, {"status": Status.DECIDED.value}),
        (give_back, {"decision": decision_item(replace(DECISION, kind="warning"))}),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)[:40]),
)
def test_what_needs_the_case_as_it_was_is_refused_when_it_is_not(
    kept: Kept, prepare: Callable[[Kept], Change], changed: dict[str, Any]
) -> None:
    change = prepare(kept)
    kept.set(**changed)
    before = kept.everything()

    with pytest.raises(ChangedMeanwhileError):
        change(kept)

    assert kept.everything() == before


def test_everything_is_read_back_as_it_was_kept(kept: Kept) -> None:
    answer(kept)(kept)
    confirm(kept)(kept)
    close_hop(kept)(kept)

    reply, investigation = kept.reply(), kept.now()
    [said] = reply.answers.values()
    assert (said.claim, said.on, said.text, said.evidence) == (
        m.Claim.AGREEMENT,
        date(2026, 5, 1),
        "Signed.",
        ("01FILE",),
    )
    assert (reply.statement, reply.answered_at, reply.version) == ("All signed.", NOW, 2)
    assert investigation.confirmed == m.Confirmation("user-8", NOW, "facts")
    assert investigation.attribution == m.Attribution(m.Way.TRACED, HARBOR)
    assert (kept.hop().state, kept.hop().reason, kept.hop().answered_at) == (m.HopState.REFUSED, "No records.", NOW)
    assert kept.store.get("01NOCASE").version == 0
    assert kept.store.reply(kept.id, SUNNY) is None


def test_findings_replace_those_of_before_and_the_last_write_says_so(kept: Kept) -> None:
    read = kept.now()
    kept.store.examined(replace(read, examined="one"), [finding("A"), finding("B")], event())
    assert kept.store.findings(kept.id) == (finding("A"), finding("B"))

    with pytest.raises(ChangedMeanwhileError):
        kept.store.examined(replace(read, examined="late"), [finding("C")], event())
    assert kept.now().examined == "one", "findings of who is late are not said to be those of newer facts"

    excused = finding("B", m.Verdict.EXCUSED)
    kept.store.examined(replace(kept.now(), examined="two"), [excused], event())
    assert (kept.store.findings(kept.id), kept.now().examined) == ((excused,), "two")


def test_more_findings_than_a_transaction_holds_are_kept(kept: Kept) -> None:
    many = [finding(f"C{number:03}") for number in range(120)]
    kept.store.examined(kept.now(), many, event())
    assert [one.complaint_id for one in kept.store.findings(kept.id)] == [one.complaint_id for one in many]


def test_a_carrier_and_an_organization_see_what_concerns_them_newest_first(kept: Kept, profile: Profile) -> None:
    other = kept.desk.accuse(caller_number="(407) 555-0166")
    later = NOW + timedelta(hours=1)
    kept.store.ask_carrier(replace(kept.hop(), case_id=other, asked_at=later), event())
    kept.store.hear(replace(kept.reply(), case_id=other, notice_at=later), WHO, event())
    hear_another(kept)(kept)

    assert [one.case_id for one in kept.store.asked("AAA")] == [other, kept.id]
    assert [one.case_id for one in kept.store.accusations_of(HARBOR)] == [other, kept.id]
    assert [one.organization_id for one in kept.store.replies(kept.id)] == [HARBOR, SUNNY]
    assert (kept.store.asked("ZZZ"), kept.store.accusations_of("01NOBODY")) == ((), ())


def test_each_mail_is_asked_for_once_in_the_sellers_language(kept: Kept) -> None:
    remind(kept)(kept)
    resumed(kept)(kept)
    accuse(kept)(kept)
    for _again in range(2):
        kept.store.tell_seller(kept.reply(), WHO, DECISION, NOW)

    assert kept.mails() == [
        "accusation",
        "accusation-cleared",
        "accusation-decided",
        "accusation-reminder",
        "accusation-resumed",
    ]
    assert {mail["language"] for mail in kept.desk.mails() if mail["template"].startswith("accusation")} == {"es"}
    assert kept.reply().decision == "citation"


def test_taking_a_decision_back_takes_its_confirmation_too(kept: Kept) -> None:
    confirm(kept)(kept)
    give_back(kept)(kept)
    case = kept.desk.cases.get(kept.id)
    assert case
    assert (case.decision, kept.now().confirmation) == (None, None)


def test_a_closed_case_is_opened_again_once_with_a_new_execution(kept: Kept) -> None:
    kept.store.tell_seller(kept.reply(), WHO, DECISION, NOW)
    again = replace(kept.now(), reopened=1, earlier=(DECISION,))
    with pytest.raises(ChangedMeanwhileError):
        kept.store.reopen(again, 2, CALLER_KEYS, kept.reply(), event(Action.REOPENED))
    assert (kept.reply().decision, kept.now().reopened) == ("citation", 0), "an open case stays as it is"

    table = kept.desk.table
    kept.set(status=Status.CLOSED.value)
    table.write(*(table.delete(keys.caller(caller)) for caller in CALLER_KEYS))
    kept.store.reopen(again, 2, CALLER_KEYS, kept.reply(), event(Action.REOPENED))

    case = kept.desk.cases.get(kept.id)
    assert case
    assert (case.status, case.decision, case.attempts) == (Status.OPEN, None, 2)
    assert (kept.now().reopened, kept.now().earlier, kept.reply().decision) == (1, (DECISION,), "")
    assert table.get(keys.execution(kept.id, 2))


def test_another_execution_is_asked_for_once(kept: Kept) -> None:
    kept.store.again(kept.id, 2, event())
    after = kept.everything()
    kept.store.again(kept.id, 2, event())
    assert kept.everything() == after
    assert kept.desk.table.get(keys.execution(kept.id, 2))
