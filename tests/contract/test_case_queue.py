"""The queue on DynamoDB: filters, orders, pages, the audit log of who read what."""

from datetime import timedelta

import pytest
from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
from quietline.adapters.dynamodb.case_people import DynamoAuditLog, DynamoPeople
from quietline.cases.model import Action, Status
from quietline.cases.people import Person
from quietline.cases.queue import Filter
from quietline.cases.reading import CaseReader
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from quietline.profiles.profile import Profile

from tests.fakes.complaints import CALLER, NOW, Desk

ANA = Person("user-ana", "trade")
CHIEF = Person("user-chief", "telecom", supervises=True)


@pytest.fixture
def reader(desk: Desk, clock: FixedClock, profile: Profile) -> CaseReader:
    table = desk.table
    return CaseReader(desk.cases, DynamoDeskStore(table), DynamoAuditLog(table), DynamoPeople(table), clock, profile)


def pages(reader: CaseReader, wanted: Filter, limit: int = 2) -> list[str]:
    read, cursor = [], ""
    while True:
        page = reader.page(wanted, limit, cursor, ANA)
        read += [case.id for case in page.cases]
        cursor = page.cursor
        if not cursor:
            return read


def test_the_most_urgent_case_comes_first_and_every_case_once(
    desk: Desk, reader: CaseReader, clock: FixedClock
) -> None:
    made = []
    for number in range(5):
        clock.instant = NOW + timedelta(minutes=number)
        for person in range(1 + number % 3):
            last = desk.accuse(caller_number=f"(305) 555-010{number}", called_number=f"(202) 555-01{person:02}")
        made.append(last)

    assert pages(reader, Filter()) == [made[2], made[1], made[4], made[0], made[3]]
    assert pages(reader, Filter(sort="opened")) == made
    assert pages(reader, Filter(sort="due")) == made
    assert pages(reader, Filter(sort="complaints"), 1) == [made[2], made[1], made[4], made[0], made[3]]
    for wrong in ("x", "Zm9v", "é"):
        with pytest.raises(InvalidInputError):
            reader.page(Filter(), 2, wrong, ANA)
    with pytest.raises(InvalidInputError):
        reader.page(Filter(sort="opened"), 2, reader.page(Filter(), 2, "", ANA).cursor, ANA)


def test_a_filter_lets_through_what_it_says(desk: Desk, reader: CaseReader, clock: FixedClock) -> None:
    first = desk.accuse(subject=3)
    second = desk.accuse(caller_number="(305) 555-0101", called_number="(305) 555-0177", subject=5)

    for wanted, expected in (
        (Filter(area="202"), {first}),
        (Filter(state="Florida"), {second}),
        (Filter(subject=5), {second}),
        (Filter(robocalls=False), set()),
        (Filter(agency="telecom"), set()),
        (Filter(agency="trade", assignee="none"), {first, second}),
        (Filter(priority=101), set()),
        (Filter(overdue=True), set()),
        (Filter(status=Status.CLOSED), set()),
        (Filter(opened_from=NOW.date(), opened_until=NOW.date()), {first, second}),
        (Filter(opened_until=NOW.date() - timedelta(days=1)), set()),
    ):
        assert set(pages(reader, wanted)) == expected, wanted
    clock.instant = NOW + timedelta(days=31)
    assert set(pages(reader, Filter(overdue=True))) == {first, second}


@pytest.mark.parametrize("wanted", [Filter(agency="navy"), Filter(state="XX"), Filter(area="000"), Filter(sort="luck")])
def test_a_filter_that_names_nothing_is_refused(wanted: Filter, reader: CaseReader) -> None:
    with pytest.raises(InvalidInputError):
        reader.page(wanted, 50, "", ANA)


def test_a_file_tells_why_it_is_urgent_and_its_view_is_logged(desk: Desk, reader: CaseReader) -> None:
    case_id = desk.accuse(asked_to_stop=True)
    desk.accuse(called_number="(202) 555-0144", asked_to_stop=False)

    file = reader.read(case_id, ANA)

    assert (file.case.complaints, file.case.facts.complainants, file.case.priority.points) == (2, 2, 44)
    assert [event.by for event in file.events if event.action is Action.VIEWED] == ["user-ana"]
    assert [money.minor for money in file.penalties.values()] == [5308800, 5308800]
    assert file.may_change and not reader.read(case_id, CHIEF).may_change
    with pytest.raises(NotFoundError):
        reader.read("01UNKNOWN", ANA)


def test_a_search_finds_the_case_of_a_reference_and_of_a_caller(desk: Desk, reader: CaseReader) -> None:
    made = desk.complain(robocall=True)
    assert reader.search(made.reference.lower(), "", "", ANA).cases == ()
    case_id = desk.accuse()

    assert [case.id for case in reader.search("", "305-555-0187", "", ANA).cases] == [case_id]
    found = reader.search(made.reference, "", "", ANA)
    assert found.complaint is not None and found.complaint.complaint_id == made.id
    assert reader.search("", "", "Nobody Ltd", ANA).cases == ()
    for wrong in (("", "", ""), ("QL", "1", ""), ("", "12", "")):
        with pytest.raises(InvalidInputError):
            reader.search(*wrong, ANA)


def test_statistics_add_the_cases_up(desk: Desk, reader: CaseReader) -> None:
    case_id = desk.accuse(subject=3)
    desk.accuse(called_number="(305) 555-0177", subject=5)
    desk.accuse(caller_number="(305) 555-0101", subject=5)

    found = reader.statistics(Filter(), ANA)

    assert (found.cases, found.complaints, found.by_agency) == (2, 3, {"trade": 2, "telecom": 0})
    assert (found.states, found.areas, found.subjects) == (
        {"District of Columbia": 2, "Florida": 1},
        {"202": 2, "305": 1},
        {"3": 1, "5": 2},
    )
    assert found.days == {"2026-11-20": 3}
    assert reader.case_statistics(case_id, ANA).areas == {"202": 1, "305": 1}


def test_supervisors_read_who_read_what_and_numbers_are_not_in_it(desk: Desk, reader: CaseReader) -> None:
    case_id = desk.accuse()
    reader.page(Filter(robocalls=True), 50, "", ANA)
    reader.search("", CALLER, "", ANA)
    reader.read(case_id, ANA)

    with pytest.raises(ForbiddenError):
        reader.audit(None, 50, "", ANA)
    page = reader.audit(None, 2, "", CHIEF)
    rest = reader.audit(NOW.date(), 50, page.cursor, CHIEF)

    entries = (*page.entries, *rest.entries)
    told = {(entry.by, entry.action, entry.subject, entry.detail) for entry in entries}
    assert told == {
        ("user-ana", "viewed", f"CASE#{case_id}", ""),
        ("user-ana", "searched", "search", "caller_number"),
        ("user-ana", "listed", "queue", "robocalls=True"),
    } | {entry for entry in told if entry[1] == "audited"}
    assert CALLER not in str(entries)
    with pytest.raises(InvalidInputError):
        reader.audit(None, 50, "x", CHIEF)


def test_people_are_known_once_they_were_at_the_desk(reader: CaseReader) -> None:
    reader.page(Filter(), 50, "", ANA)

    reader.call_me("  Ana  Sample ", ANA)
    found = reader.colleagues(CHIEF)

    assert [(one.sub, one.agency, one.supervises, one.name) for one in found] == [
        ("user-chief", "telecom", True, ""),
        ("user-ana", "trade", False, "Ana Sample"),
    ]
    with pytest.raises(InvalidInputError):
        reader.call_me(" ", ANA)
