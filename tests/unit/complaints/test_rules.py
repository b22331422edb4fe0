"""Each rule of screening as a table, with its days and hours counted at the edges."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from quietline.complaints.model import Complaint, Outcome, Reported
from quietline.complaints.rules import Facts, caller, claims, intake, listing, screen
from quietline.directory.model import Declaration
from quietline.profiles.profile import Profile
from quietline.stops.model import StopNotice

LISTED = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
CALLED_AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
COMPLAINT = Complaint(
    id="01C",
    reference="QL-7K3M-Q9TZ",
    status_hash="",
    received_at=CALLED_AT + timedelta(days=1),
    called="+12025550143",
    called_at=CALLED_AT,
    robocall=False,
    kind="call",
    subject=12,
    subject_other="",
    caller_number="+13055550187",
    caller_name="",
    caller_key="+13055550187",
    done_business=None,
    asked_to_stop=None,
    consumer={},
    comments="",
    language="en",
    email_ciphertext="",
)
RULES = [
    "diverted",
    "in_window",
    "robocall",
    "registered",
    "past_grace_period",
    "duplicate",
    "relationship_claimed",
    "exempt_kind_claimed",
    "asked_to_stop",
    "stop_requested",
    "caller_number",
    "neighbour",
    "declared_caller",
]


def facts(since: datetime | None = LISTED, reported: tuple[Reported, ...] = (), **changes: Any) -> Facts:
    return Facts(replace(COMPLAINT, **changes), since, reported=reported)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (facts(), Outcome.ACCEPTED),
        (facts(robocall=True), Outcome.ROBOCALL),
        # a recorded message needs written consent, registered or not: 16 CFR 310.4(b)(1)(v)
        (facts(None, robocall=True), Outcome.ROBOCALL),
        (facts(None), Outcome.NOT_REGISTERED),
        (facts(CALLED_AT - timedelta(days=30)), Outcome.IN_GRACE_PERIOD),
        (facts(CALLED_AT - timedelta(days=30), robocall=True), Outcome.ROBOCALL),
        # codes 8 and 15 of the FTC's form take no complaint, whatever else holds
        (facts(subject=8), Outcome.DIVERTED),
        (facts(subject=15, robocall=True), Outcome.DIVERTED),
        (facts(received_at=CALLED_AT + timedelta(days=1827)), Outcome.TOO_LATE),
        # what the consumer says of an exemption is for the investigator to weigh
        (facts(subject=16, done_business=True), Outcome.ACCEPTED),
        (facts(caller_number="+15005550100"), Outcome.ACCEPTED),
    ],
)
def test_outcomes(given: Facts, outcome: Outcome, profile: Profile) -> None:
    found = screen(given, profile)

    assert found.outcome is outcome
    assert [ruling.rule for ruling in found.rulings] == RULES
    assert all(ruling.source and ruling.detail.endswith(".") for ruling in found.rulings)
    assert not any("5550143" in ruling.detail or "5550187" in ruling.detail for ruling in found.rulings)


@pytest.mark.parametrize(
    ("days", "outcome"),
    [(0, Outcome.IN_GRACE_PERIOD), (30, Outcome.IN_GRACE_PERIOD), (31, Outcome.ACCEPTED), (4000, Outcome.ACCEPTED)],
)
def test_callers_have_31_days(days: int, outcome: Outcome, profile: Profile) -> None:
    assert screen(facts(CALLED_AT - timedelta(days=days)), profile).outcome is outcome


def test_the_grace_period_is_counted_in_days_of_the_registry(profile: Profile) -> None:
    # 3 June 03:30 UTC is still 2 June in Washington: the 31st day is 3 July there
    listed = datetime(2026, 6, 3, 3, 30, tzinfo=UTC)

    early = facts(listed, called_at=datetime(2026, 7, 3, 3, 59, tzinfo=UTC))
    late = facts(listed, called_at=datetime(2026, 7, 3, 4, 0, tzinfo=UTC))

    assert listing.past_grace_period(early, profile).answer == "no"
    assert listing.past_grace_period(late, profile).answer == "yes"


def test_another_profile_has_another_grace_period(profile: Profile) -> None:
    shorter = profile.model_copy(update={"complaints": profile.complaints.model_copy(update={"grace_days": 5})})

    assert screen(facts(CALLED_AT - timedelta(days=6)), shorter).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(("days", "answer"), [(0, "yes"), (1826, "yes"), (1827, "no")])
def test_complaints_are_taken_for_five_years(days: int, answer: str, profile: Profile) -> None:
    assert intake.in_window(facts(received_at=CALLED_AT + timedelta(days=days)), profile).answer == answer


SECOND = timedelta(seconds=1)
DAY = timedelta(hours=24)
EARLIER = Reported("01B", CALLED_AT, CALLED_AT + timedelta(hours=3))


@pytest.mark.parametrize(
    ("other", "first"),
    [
        (EARLIER, "01B"),
        (replace(EARLIER, called_at=CALLED_AT - DAY + SECOND), "01B"),
        (replace(EARLIER, called_at=CALLED_AT + DAY - SECOND), "01B"),
        # a caller who rings every day at the same minute makes a violation every day
        (replace(EARLIER, called_at=CALLED_AT - DAY), ""),
        (replace(EARLIER, called_at=CALLED_AT + DAY), ""),
        # one submission tells several calls apart by their times
        (replace(EARLIER, called_at=CALLED_AT - SECOND, received_at=COMPLAINT.received_at), ""),
        (replace(EARLIER, received_at=COMPLAINT.received_at), "01B"),
        # neither the complaint itself nor a report that another stands for
        (replace(EARLIER, complaint_id="01C"), ""),
        (replace(EARLIER, duplicate_of="01A"), ""),
    ],
)
def test_the_same_call_counts_once(other: Reported, first: str, profile: Profile) -> None:
    found = screen(facts(reported=(other,)), profile)

    assert found.duplicate_of == first
    assert found.outcome is (Outcome.DUPLICATE if first else Outcome.ACCEPTED)


def test_only_a_violation_is_called_a_duplicate(profile: Profile) -> None:
    assert screen(facts(None, reported=(EARLIER,)), profile).outcome is Outcome.NOT_REGISTERED
    assert screen(facts(None, reported=(EARLIER,), robocall=True), profile).outcome is Outcome.DUPLICATE


@pytest.mark.parametrize(("said", "answer"), [(True, "yes"), (False, "no"), (None, "skipped")])
def test_what_the_consumer_says_is_recorded(said: bool | None, answer: str) -> None:
    given = facts(done_business=said, asked_to_stop=said)

    assert claims.relationship_claimed(given).answer == answer
    assert claims.asked_to_stop(given).answer == answer


@pytest.mark.parametrize(
    ("subject", "answer"),
    [(8, "debt_collection"), (15, "survey_or_political"), (16, "charity"), (12, "no"), (0, "no"), (99, "no")],
)
def test_subjects_point_at_exemptions(subject: int, answer: str, profile: Profile) -> None:
    assert claims.exempt_kind_claimed(facts(subject=subject), profile).answer == answer


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("", "skipped"),
        ("+13055550187", "assigned"),  # set aside for fiction, taken by every stage
        ("+14155552671", "assigned"),
        ("+11234567890", "invalid"),  # no area begins with 1
        ("+12120550100", "invalid"),  # no exchange begins with 0
        ("+19995551234", "unassigned"),
        ("+18005551234", "toll_free"),
        ("+19005551234", "premium_rate"),
        ("+18765551234", "international"),  # Jamaica shares the calling code
        ("+442079460018", "international"),
        ("+15005550100", "assigned"),  # belongs to the plan, to no single country
    ],
)
def test_caller_numbers(number: str, answer: str, profile: Profile) -> None:
    assert caller.caller_number(facts(caller_number=number), profile).answer == answer


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("+12025550199", "yes"),  # the same area and exchange
        ("+12025560143", "no"),
        ("+13055550143", "no"),
        ("+12025550143", "own_number"),
        ("", "skipped"),
        ("+4420255501", "no"),
    ],
)
def test_neighbours(number: str, answer: str, profile: Profile) -> None:
    assert caller.neighbour(facts(caller_number=number), profile).answer == answer


def test_who_had_declared_the_number_is_kept(profile: Profile) -> None:
    acme = Declaration("01A", "9000-0001", "Acme", LISTED.date())

    known = screen(Facts(COMPLAINT, LISTED, (acme,)), profile)

    assert (known.declared_by, known.rulings[-1].answer) == (("01A",), "yes")
    assert screen(facts(), profile).rulings[-1].answer == "no"
    assert screen(facts(caller_number=""), profile).rulings[-1].answer == "skipped"


@pytest.mark.parametrize(
    ("since", "days", "answer", "outcome"),
    [
        # the seller's time ends on 4 November; the call came on 20 November
        (None, 0, "yes", Outcome.STOP_IGNORED),
        (LISTED, 0, "yes", Outcome.STOP_IGNORED),
        (CALLED_AT - timedelta(days=3), 0, "yes", Outcome.STOP_IGNORED),
        (None, 15, "yes", Outcome.STOP_IGNORED),
        (None, 16, "in_time", Outcome.NOT_REGISTERED),
        (LISTED, 16, "in_time", Outcome.ACCEPTED),
    ],
)
def test_a_stop_request_makes_calls_violations_whether_or_not_the_number_is_listed(
    since: datetime | None, days: int, answer: str, outcome: Outcome, profile: Profile
) -> None:
    acme = Declaration("01A", "9000-0001", "Acme", LISTED.date())
    stopped = StopNotice("01S", LISTED, date(2026, 11, 4) + timedelta(days=days))
    given = Facts(replace(COMPLAINT, done_business=True), since, (acme,), stopped)

    assert claims.stop_requested(given, profile).answer == answer
    assert screen(given, profile).outcome is outcome


def test_without_a_seller_there_is_no_stop_request(profile: Profile) -> None:
    assert claims.stop_requested(facts(), profile).answer == "skipped"
    assert (
        claims.stop_requested(Facts(COMPLAINT, None, (Declaration("01A", "", "", LISTED.date()),)), profile).answer
        == "no"
    )
