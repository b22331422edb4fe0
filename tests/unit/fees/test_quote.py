"""The fee rules against every sourced row of the fee table, and their properties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.fees.model import LineKind, Subscription, Term
from quietline.fees.service import quote, term_from
from quietline.kernel.errors import InvalidInputError
from quietline.profiles.profile import Profile, load_profile

US = load_profile("us")
AREAS = US.area_keys

# fiscal year → dollars per area, per area in the second half, maximum; only rows with a public source
SOURCED = {
    2009: (54, 27, 14_850),
    2012: (56, 28, 15_503),
    2013: (58, 29, 15_962),
    2015: (60, 30, 16_482),
    2016: (60, 30, 16_482),
    2017: (61, 30, 16_714),
    2021: (66, 33, 18_044),
    2022: (69, 35, 19_017),
    2023: (75, 38, 20_740),
    2024: (78, 39, 21_402),
    2025: (80, 40, 22_038),
    2026: (82, 41, 22_626),
    2027: (85, 43, 23_425),
}
FY2026, FY2027 = date(2026, 3, 10), date(2026, 11, 24)


def dollars(count: int, on: date, held: Subscription | None = None, **options: bool) -> int:
    total = quote(US, AREAS[:count], held, on, exempt=options.get("exempt", False)).total
    assert total.minor % 100 == 0
    assert total.currency == "USD"
    return total.minor // 100


def holding(count: int, start: date, paid: int = 0) -> Subscription:
    return Subscription(term_from(start, 12), frozenset(AREAS[:count]), paid)


@pytest.mark.parametrize("year", sorted(SOURCED))
@pytest.mark.parametrize("first_day", [True, False])
def test_sourced_rows(year: int, first_day: bool) -> None:
    full, half, maximum = SOURCED[year]
    on = date(year - 1, 10, 1) if first_day else date(year, 9, 30)

    assert dollars(6, on) == full
    assert dollars(len(AREAS), on) == maximum
    in_month_seven = holding(5, date(on.year if on.month > 6 else on.year - 1, (on.month - 7) % 12 + 1, 1))
    assert dollars(6, on, in_month_seven) == half


@pytest.mark.parametrize(("count", "on", "expected"), [(5, FY2026, 0), (6, FY2027, 85), (10, FY2026, 410)])
def test_examples(count: int, on: date, expected: int) -> None:
    assert dollars(count, on) == expected


@pytest.mark.parametrize("count", [281, 282, 300])
def test_the_cap_of_fy2026(count: int) -> None:
    assert dollars(count, FY2026) == 22_626


def test_one_area_below_the_cap_pays_by_the_area() -> None:
    assert dollars(280, FY2026) == 275 * 82
    assert [line.kind for line in quote(US, AREAS[:280], None, FY2026, exempt=False).lines] == ["free", "full"]


def test_the_half_price_begins_in_month_seven_and_not_before() -> None:
    held = holding(5, date(2025, 10, 1))

    assert dollars(6, date(2026, 3, 31), held) == 82
    assert dollars(6, date(2026, 4, 1), held) == 41


def test_free_areas_count_over_the_whole_term() -> None:
    assert dollars(8, FY2026, holding(3, date(2026, 1, 1))) == 3 * 82


def test_what_was_paid_in_the_term_counts_towards_the_cap() -> None:
    held = holding(279, date(2026, 1, 1), paid=2_262_600 - 5_000)

    made = quote(US, AREAS[:300], held, FY2026, exempt=False)

    assert made.total.minor == 5_000
    assert made.lines[-1].kind is LineKind.CAP
    assert sum(line.amount.minor for line in made.lines) == 5_000


def test_areas_held_cost_nothing_again() -> None:
    made = quote(US, AREAS[:7], holding(7, date(2026, 1, 1)), FY2026, exempt=False)

    assert made.areas == ()
    assert made.total.minor == 0
    assert [(line.kind, line.count) for line in made.lines] == [(LineKind.HELD, 7)]


def test_an_exempt_organization_pays_nothing() -> None:
    assert dollars(len(AREAS), FY2026, exempt=True) == 0


def test_a_term_runs_twelve_months_from_the_first_of_the_month() -> None:
    assert term_from(date(2026, 11, 24), 12) == Term(date(2026, 11, 1), date(2027, 11, 1))
    assert term_from(date(2024, 2, 29), 12) == Term(date(2024, 2, 1), date(2025, 2, 1))


def test_an_expired_term_gives_no_free_areas_and_no_cap() -> None:
    old = holding(5, date(2025, 1, 1), paid=9_999_999)

    made = quote(US, AREAS[:6], old, FY2026, exempt=False)

    assert made.total.minor == 8_200
    assert made.term.start == date(2026, 3, 1)


def test_an_unknown_area_is_named_by_its_place() -> None:
    with pytest.raises(InvalidInputError) as refused:
        quote(US, ["202", "555", "800"], None, FY2026, exempt=False)

    assert [field.pointer for field in refused.value.fields] == ["/areas/1", "/areas/2"]


def test_another_profile_has_other_amounts(profile: Profile) -> None:
    year = profile.fees.years[-1].model_copy(update={"area": 111})
    other = profile.model_copy(update={"fees": profile.fees.model_copy(update={"years": (year,), "free_areas": 1})})

    assert quote(other, AREAS[:3], None, FY2027, exempt=False).total.minor == 222


days = st.dates(date(2009, 1, 1), date(2027, 9, 30))


@given(st.integers(1, len(AREAS)), days)
def test_never_above_the_cap_and_monotone(count: int, on: date) -> None:
    less = quote(US, AREAS[:count], None, on, exempt=False).total.minor
    more = quote(US, AREAS[: count + 1], None, on, exempt=False).total.minor

    assert 0 <= less <= more <= US.fee_year(on).maximum


@given(st.lists(st.integers(1, 120), min_size=1, max_size=5), days)
def test_steps_in_one_month_cost_what_one_order_costs(steps: list[int], on: date) -> None:
    held, paid, owned = None, 0, 0
    for step in steps:
        owned = min(len(AREAS), owned + step)
        paid += quote(US, AREAS[:owned], held, on, exempt=False).total.minor
        held = Subscription(term_from(on, 12), frozenset(AREAS[:owned]), paid)

    assert paid == quote(US, AREAS[:owned], None, on, exempt=False).total.minor


@given(st.integers(0, 350), st.integers(1, 350), st.integers(0, 11), days)
def test_an_addition_never_lifts_the_term_above_the_maximum(before: int, more: int, month: int, start: date) -> None:
    term = term_from(start, 12)
    index = term.start.year * 12 + term.start.month - 1 + month
    on = date(index // 12, index % 12 + 1, 15)
    first = quote(US, AREAS[: max(1, before)], None, start, exempt=False).total.minor
    held = Subscription(term, frozenset(AREAS[:before]), first)

    added = quote(US, AREAS[: before + more], held, on, exempt=False).total.minor

    assert added >= 0
    assert first + added <= max(first, US.fee_year(on).maximum)
