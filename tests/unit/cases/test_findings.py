"""The rules on one call, each with its source."""

from datetime import UTC, date, datetime

import pytest
from quietline.cases.investigation.findings import CallFacts, examine, months_before
from quietline.cases.investigation.model import Attribution, CallAnswer, Claim, Holding, Verdict, Way
from quietline.cases.model import Accusation
from quietline.profiles.profile import Profile

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SELLER = Attribution(Way.DECLARED, "01SELLER", "10000000004", "Harbor Roofing LLC")
CHARITY = Attribution(Way.DECLARED, "01SELLER", "10000000004", "Harbor Relief", exempt=True)


def call(**changes: object) -> Accusation:
    facts: dict[str, object] = {
        "complaint_id": "C1",
        "reference": "QL",
        "received_at": AT,
        "called": "+12025550143",
        "called_at": AT,
        "kind": "call",
        "robocall": False,
        "subject": 12,
        "outcome": "accepted",
        "assignable": True,
        "caller_key": "+13055550187",
        "caller_number": "+13055550187",
        "caller_name": "",
        "done_business": None,
        "asked_to_stop": None,
        "consumer": {},
        "comments": "",
        "case_id": "",
        "has_mailbox": False,
    }
    return Accusation(**(facts | changes))  # type: ignore[arg-type]


def holding(age: int = 10, contained: bool | None = True) -> Holding:
    return Holding("R1", date(2026, 11, 10), AT, age, contained)


def facts(**changes: object) -> CallFacts:
    known: dict[str, object] = {
        "call": call(),
        "attribution": SELLER,
        "holding": holding(),
        "entitled": True,
        "stopped_at": None,
        "answer": None,
    }
    return CallFacts(**(known | changes))  # type: ignore[arg-type]


def answer(claim: Claim, on: date | None = None, *evidence: str) -> CallAnswer:
    return CallAnswer("C1", claim, on, "", evidence)


RECENT, OLD = date(2026, 1, 5), date(2025, 5, 19)


@pytest.mark.parametrize(
    ("given", "verdict", "factors"),
    [
        # the list: held, young enough, and what it said of the number
        (facts(), "violation", {"base", "knew"}),
        (facts(holding=holding(contained=False)), "excused", set()),
        (facts(holding=holding(contained=None)), "unclear", set()),
        (facts(holding=holding(age=31, contained=False)), "excused", set()),
        (facts(holding=holding(age=32, contained=False)), "violation", {"base", "stale_list"}),
        (facts(holding=None), "violation", {"base", "no_list"}),
        (facts(entitled=False, holding=None), "violation", {"base", "not_subscribed", "no_list"}),
        # a recorded message needs an agreement whatever the list says
        (facts(call=call(robocall=True), holding=holding(contained=False)), "violation", {"base", "robocall"}),
        (
            facts(call=call(robocall=True), answer=answer(Claim.AGREEMENT, RECENT, "E1")),
            "excused",
            set(),
        ),
        (facts(call=call(robocall=True), answer=answer(Claim.RELATIONSHIP, RECENT, "E1")), "violation", None),
        (facts(call=call(robocall=True), attribution=CHARITY), "violation", None),
        # exemptions
        (facts(attribution=CHARITY), "excused", set()),
        (facts(answer=answer(Claim.RELATIONSHIP, RECENT, "E1")), "excused", set()),
        (facts(answer=answer(Claim.RELATIONSHIP, date(2025, 5, 20), "E1")), "excused", set()),
        (facts(answer=answer(Claim.RELATIONSHIP, OLD, "E1")), "violation", None),
        (facts(answer=answer(Claim.RELATIONSHIP, RECENT)), "unclear", set()),
        (facts(call=call(done_business=True), answer=answer(Claim.RELATIONSHIP, RECENT)), "excused", set()),
        (facts(answer=answer(Claim.INQUIRY, date(2026, 8, 20), "E1")), "excused", set()),
        (facts(answer=answer(Claim.INQUIRY, date(2026, 8, 19), "E1")), "violation", None),
        (facts(answer=answer(Claim.AGREEMENT, date(2026, 11, 21), "E1")), "violation", None),
        (facts(answer=answer(Claim.INFORMATIONAL, None, "E1")), "excused", set()),
        (facts(answer=answer(Claim.NOT_OURS)), "unclear", set()),
        # the safe harbor is weighed by people, and needs a list that is not too old
        (facts(answer=answer(Claim.ERROR)), "unclear", set()),
        (facts(answer=answer(Claim.ERROR), holding=holding(age=32)), "violation", None),
        # a request to stop beats every exemption
        (
            facts(answer=answer(Claim.RELATIONSHIP, RECENT, "E1"), stopped_at=datetime(2026, 9, 1, tzinfo=UTC)),
            "violation",
            {"base", "stop_ignored", "knew"},
        ),
        (facts(attribution=CHARITY, stopped_at=datetime(2026, 9, 1, tzinfo=UTC)), "violation", None),
        # nobody is known
        (facts(attribution=Attribution(Way.UNKNOWN), holding=None, entitled=None), "unclear", set()),
    ],
)
def test_a_call_is_judged_by_the_evidence(
    given: CallFacts, verdict: str, factors: set[str] | None, profile: Profile
) -> None:
    finding = examine(given, profile)

    assert finding.verdict == verdict
    assert all(check.detail and check.source for check in finding.checks)
    if factors is not None:
        assert {factor.code for factor in finding.factors} == factors
    assert (finding.proposed.minor > 0) is (finding.verdict is Verdict.VIOLATION)
    assert finding.proposed.minor <= finding.maximum.minor


def test_the_finding_in_one_line(profile: Profile) -> None:
    assert examine(facts(), profile).sentence == "held list of 2026-11-10, contained the number: yes"
    assert examine(facts(holding=None), profile).sentence == "held no list"


@pytest.mark.parametrize(
    ("on", "dollars"),
    [(date(2008, 6, 1), 11_000), (date(2009, 6, 1), 16_000), (date(2016, 7, 31), 16_000), (date(2026, 6, 1), 53_088)],
)
def test_the_maximum_is_that_of_the_calls_day(on: date, dollars: int, profile: Profile) -> None:
    at = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)

    finding = examine(facts(call=call(called_at=at)), profile)

    assert finding.maximum.minor == dollars * 100
    # 10 percent as a base, 20 because the list said so
    assert finding.proposed.minor == dollars * 30


def test_months_end_on_days_that_exist() -> None:
    assert months_before(date(2026, 5, 31), 3) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 18) == date(2024, 7, 15)
