"""Registrations, subscribers and fees: what each table counts, what it leaves blank, and when a year is closed."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from quietline.fees.model import Term
from quietline.kernel.clock import FixedClock
from quietline.ledger.model import (
    ALLOWANCES,
    BAD_DEBT,
    FEES,
    PROCESSOR,
    REFUNDS,
    Entry,
    EntryKind,
    Posting,
    balances,
    credit,
    receivable,
)
from quietline.opendata.ports import Files
from quietline.orders.model import Entitlement, EntitlementState, StopReason
from quietline.profiles.profile import Profile
from quietline.statistics.fees import FeesBook
from quietline.statistics.ports import Holder
from quietline.statistics.publish import DataBook
from quietline.statistics.registrations import RegistrationsBook
from quietline.statistics.subscribers import Held, SubscribersBook
from quietline.statistics.subscribers import count as count_subscribers
from quietline.statistics.table import Table

from tests.fakes.opendata import MemoryFiles, MemoryReleases, PlainSigner
from tests.fakes.statistics import MemoryLists, MemoryMoney, MemorySubscriptions

FIRST, LAST = date(2026, 10, 1), date(2027, 9, 30)


def rows(tables: tuple[Table, ...], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(one for one in tables if one.name == name).to_json()["rows"]
    return found


@pytest.fixture
def lists() -> MemoryLists:
    return MemoryLists(
        {
            date(2026, 9, 30): {"202": 90, "212": 100},
            date(2026, 10, 1): {"202": 100, "212": 100, "307": 0},
            date(2026, 10, 31): {"202": 104, "212": 100, "307": 3},
            date(2026, 11, 2): {"202": 100, "212": 120, "315": 40, "307": 3, "800": 9},
        }
    )


def test_registrations_are_those_of_the_years_last_list(lists: MemoryLists, profile: Profile) -> None:
    book = RegistrationsBook(lists, profile)

    assert book.years(date(2026, 11, 2)) == {2026, 2027}
    tables = book.tables(2027, FIRST, date(2026, 11, 2))
    assert rows(tables, "total") == [
        {"first_list": "2026-10-01", "last_list": "2026-11-02", "active": 272, "added": 82, "removed": 0}
    ]
    assert rows(tables, "months") == [
        {"month": "2026-10", "active": 207, "added": 17, "removed": 0},
        {"month": "2026-11", "active": 272, "added": 65, "removed": 0},
    ]
    states = {row["state"]: row for row in rows(tables, "states")}
    assert (states["New York"]["active"], states["New York"]["rank"]) == (160, 2)
    assert states["District of Columbia"]["rank"] == 1
    assert states["New York"]["per_100000"] == round(160 * 100_000 / 20_201_249, 2)


def test_a_small_area_and_its_state_are_blank_with_the_next_smallest(lists: MemoryLists, profile: Profile) -> None:
    tables = RegistrationsBook(lists, profile).tables(2027, FIRST, date(2026, 11, 2))

    states = {row["state"]: row for row in rows(tables, "states")}
    areas = {row["area"]: row["active"] for row in rows(tables, "areas")}
    # three numbers in Wyoming, whose only area is 307: its state would tell, and so would the total less all others
    assert (areas["307"], states["Wyoming"]["active"], states["Wyoming"]["rank"]) == (None, None, None)
    other = {name: row["active"] for name, row in states.items() if row["active"] is None}
    assert len(other) == 2
    assert areas["212"] == 120
    assert areas["800"] is None  # the next smallest


def held(areas: int, *, paid: bool = True) -> Held:
    return Held({f"{200 + index}" for index in range(areas)}, paid=paid)


def test_subscribers_by_type_areas_and_state(profile: Profile) -> None:
    organizations = {f"p{i}": held(7) for i in range(6)} | {f"f{i}": held(2, paid=False) for i in range(9)}
    organizations |= {f"e{i}": held(300, paid=False) for i in range(5)}
    holders = {name: Holder("ny" if name < "p" else "Texas", exempt=name[0] == "e") for name in organizations}

    tables = count_subscribers(organizations, holders, profile)

    assert rows(tables, "total") == [{"subscribers": 20, "areas": 6 * 7 + 9 * 2 + 5 * 300}]
    assert rows(tables, "types") == [
        {"type": "paid", "subscribers": 6, "areas": 42},
        {"type": "free", "subscribers": 9, "areas": 18},
        {"type": "exempt", "subscribers": 5, "areas": 1500},
    ]
    assert [(row["from"], row["to"], row["subscribers"]) for row in rows(tables, "areas_held")] == [
        (1, 5, 9),
        (6, 10, 6),
        (11, 50, 0),
        (51, 275, 0),
        (276, None, 5),
    ]
    states = {row["state"]: row["subscribers"] for row in rows(tables, "states")}
    assert (states["New York"], states["Texas"], states["Ohio"]) == (14, 6, 0)
    assert {row["area"]: row["subscribers"] for row in rows(tables, "areas")}["200"] == 20


def test_one_exempt_organization_is_not_told_from_all_others(profile: Profile) -> None:
    organizations = {f"p{i}": held(7) for i in range(6)} | {f"f{i}": held(2, paid=False) for i in range(9)}
    organizations["e"] = held(300, paid=False)
    holders = {name: Holder("TX", exempt=name == "e") for name in organizations}

    tables = count_subscribers(organizations, holders, profile)

    types = {row["type"]: row["subscribers"] for row in rows(tables, "types")}
    assert types == {"paid": None, "free": 9, "exempt": None}
    assert rows(tables, "total") == [{"subscribers": 16, "areas": 360}]
    assert [row["subscribers"] for row in rows(tables, "areas_held")] == [9, None, 0, 0, None]


def entitlement(start: date, *, amount: int = 8500, stopped: StopReason | None = None) -> Entitlement:
    term = Term(start, date(start.year + 1, start.month, 1))
    state = EntitlementState.STOPPED if stopped else EntitlementState.ACTIVE
    return Entitlement("order", frozenset({"202"}), term, amount, state=state, reason=stopped)


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (entitlement(date(2026, 10, 1)), True),
        (entitlement(date(2025, 11, 1)), True),  # until 31 October 2026
        (entitlement(date(2025, 10, 1)), False),
        (entitlement(date(2027, 9, 1)), True),
        (entitlement(date(2027, 10, 1)), False),
        (entitlement(date(2026, 10, 1), stopped=StopReason.REFUNDED), False),
    ],
)
def test_who_held_areas_in_the_year(one: Entitlement, counts: bool, profile: Profile, lists: MemoryLists) -> None:
    subscriptions = MemorySubscriptions([(f"o{i}", one) for i in range(5)], {})

    tables = SubscribersBook(subscriptions, lists, profile).tables(2027, FIRST, LAST)

    assert rows(tables, "total") == [{"subscribers": 5 if counts else 0, "areas": 5 if counts else 0}]


def test_the_sandbox_subscribes_to_nothing(profile: Profile, lists: MemoryLists) -> None:
    from quietline.kernel.ids import SANDBOX

    subscriptions = MemorySubscriptions([(f"{SANDBOX}{i}", entitlement(date(2026, 10, 1))) for i in range(9)], {})

    assert rows(SubscribersBook(subscriptions, lists, profile).tables(2027, FIRST, LAST), "total")[0]["areas"] == 0


def entry(number: int, at: datetime, kind: EntryKind, *postings: tuple[str, int], who: str = "") -> Entry:
    organization = who or f"o{number}"
    posted = tuple(Posting(account, amount) for account, amount in postings)
    return Entry(f"{kind}-{number}", organization, "order", "invoice", kind, at, "USD", posted)


def ledger() -> list[Entry]:
    october, november = datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC)
    made = []
    for number in range(12):
        owed, at = receivable(f"o{number}"), october if number < 6 else november
        made.append(entry(number, at, EntryKind.INVOICED, (owed, 8500), (FEES, -8500)))
        made.append(entry(number, at, EntryKind.PAID, (PROCESSOR, 8500), (owed, -8500)))
    made.append(entry(6, november, EntryKind.REFUNDED, (REFUNDS, 500), (PROCESSOR, -500)))
    made.append(entry(7, november, EntryKind.UNCOLLECTIBLE, (BAD_DEBT, 100), (receivable("o7"), -100)))
    made.append(entry(8, november, EntryKind.CREDIT_GRANTED, (ALLOWANCES, 300), (credit("o8"), -300)))
    return made


def test_fees_are_the_ledgers_balances(profile: Profile, lists: MemoryLists) -> None:
    entries = ledger()
    tables = FeesBook(MemoryMoney(entries), lists, profile).tables(2027, FIRST, LAST)

    total = rows(tables, "total")
    assert total == [
        {
            "currency": "USD",
            "organizations": 12,
            "fees": 102_000,
            "refunds": 500,
            "chargebacks": 0,
            "bad_debt": 100,
            "allowances": 300,
            "net": 101_100,
        }
    ]
    kept = balances(entries)
    assert total[0]["net"] == -sum(kept["USD", one] for one in (FEES, REFUNDS, BAD_DEBT, ALLOWANCES))
    assert [(row["month"], row["net"]) for row in rows(tables, "months")] == [("2026-10", 51_000), ("2026-11", 50_100)]


def test_a_month_in_which_few_paid_is_blank(profile: Profile, lists: MemoryLists) -> None:
    entries = [*ledger(), entry(99, datetime(2026, 12, 5, tzinfo=UTC), EntryKind.INVOICED, ("x", 85), (FEES, -85))]

    months = rows(FeesBook(MemoryMoney(entries), lists, profile).tables(2027, FIRST, LAST), "months")

    assert {row["month"]: row["fees"] for row in months} == {"2026-10": None, "2026-11": 51_000, "2026-12": None}


def test_a_fee_belongs_to_the_registrys_day(profile: Profile, lists: MemoryLists) -> None:
    """On 1 October at 03:00 UTC it is still 30 September in Washington."""
    late = [
        entry(number, datetime(2026, 10, 1, 3, tzinfo=UTC), EntryKind.INVOICED, ("x", 85), (FEES, -85))
        for number in range(5)
    ]
    book = FeesBook(MemoryMoney(late), lists, profile)

    assert rows(book.tables(2027, FIRST, LAST), "total") == []
    assert rows(book.tables(2026, date(2025, 10, 1), date(2026, 9, 30)), "months")[0]["month"] == "2026-09"


@pytest.fixture
def files() -> Files:
    return MemoryFiles()


def test_a_closed_year_of_subscribers_changes_only_when_an_operator_asks(
    profile: Profile, clock: FixedClock, lists: MemoryLists, files: Files
) -> None:
    subscriptions = MemorySubscriptions([(f"o{i}", entitlement(date(2026, 9, 1))) for i in range(6)], {})
    book = DataBook(
        profile, clock, files, PlainSigner(), (SubscribersBook(subscriptions, lists, profile),), MemoryReleases()
    )
    clock.instant = datetime(2026, 11, 4, 17, tzinfo=UTC)
    assert book.publish() == ["subscribers/2026/provisional", "subscribers/2027/provisional"]
    clock.instant = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert book.publish() == ["subscribers/2026/v1"]
    subscriptions.held.append(("o9", entitlement(date(2026, 9, 1))))

    assert book.publish() == ["subscribers/2027/provisional"]
    assert book.publish([2026]) == ["subscribers/2026/v2"]
    first, second = (
        json.loads(files.published(f"statistics/subscribers/2026/v{version}/manifest.jws") or b"") for version in (1, 2)
    )
    assert second["previous"] == {"version": "v1", "sha256": first["sha256"]}
    assert (second["book"], second["fiscal_year"]) == ("subscribers", 2026)
