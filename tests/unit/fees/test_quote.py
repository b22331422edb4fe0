"""The fee rules against every sourced row of the fee table, and their properties."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from quietline.fees.model import LineKind, Subscription, Term
from quietline.fees.service import quote, term_from, term_when_paid
from quietline.kernel.errors import InvalidInputError
from quietline.profiles.profile import Profile, load_profile
from quietline.profiles.tariffs import Fees

US = load_profile("us")
AREAS = US.area_keys
TARIFF = US.fees.tariffs[0]

# the domain reference's table: fiscal year → first day, last day, dollars per area, in the second half, maximum;
# FY2009, the statutory amounts, first
ROWS: dict[int, tuple[str, str, int, int, int]] = {
    2009: ("2008-10-01", "2009-09-30", 54, 27, 14_850),
    2003: ("2003-09-02", "2004-08-31", 25, 15, 7_375),
    2005: ("2004-09-01", "2005-08-31", 40, 20, 11_000),
    2006: ("2005-09-01", "2006-08-31", 56, 28, 15_400),
    2007: ("2006-09-01", "2007-09-30", 62, 31, 17_050),
    2008: ("2007-10-01", "2008-09-30", 62, 31, 17_050),
    2010: ("2009-10-01", "2010-09-30", 55, 27, 15_058),
    2011: ("2010-10-01", "2011-09-30", 55, 27, 15_058),
    2012: ("2011-10-01", "2012-09-30", 56, 28, 15_503),
    2013: ("2012-10-01", "2013-09-30", 58, 29, 15_962),
    2014: ("2013-10-01", "2014-09-30", 59, 30, 16_228),
    2015: ("2014-10-01", "2015-09-30", 60, 30, 16_482),
    2016: ("2015-10-01", "2016-09-30", 60, 30, 16_482),
    2017: ("2016-10-01", "2017-09-30", 61, 30, 16_714),
    2018: ("2017-10-01", "2018-09-30", 62, 31, 17_021),
    2019: ("2018-10-01", "2019-09-30", 63, 32, 17_406),
    2020: ("2019-10-01", "2020-09-30", 65, 32, 17_765),
    2021: ("2020-10-01", "2021-09-30", 66, 33, 18_044),
    2022: ("2021-10-01", "2022-09-30", 69, 35, 19_017),
    2023: ("2022-10-01", "2023-09-30", 75, 38, 20_740),
    2024: ("2023-10-01", "2024-09-30", 78, 39, 21_402),
    2025: ("2024-10-01", "2025-09-30", 80, 40, 22_038),
    2026: ("2025-10-01", "2026-09-30", 82, 41, 22_626),
    2027: ("2026-10-01", "2027-09-30", 85, 43, 23_425),
}
# what of them the reference tags [memory]
UNVERIFIED = {
    **{year: {"each", "late", "maximum"} for year in (2005, 2006, 2007, 2008, 2014, 2018, 2019, 2020)},
    **{year: {"late", "maximum"} for year in (2003, 2010, 2011)},
}
FY2026, FY2027 = date(2026, 3, 10), date(2026, 11, 24)


def dollars(count: int, on: date, held: Subscription | None = None, **options: bool) -> int:
    total = quote(US, AREAS[:count], held, on, exempt=options.get("exempt", False)).total
    assert total.minor % 100 == 0
    assert total.currency == "USD"
    return total.minor // 100


def holding(count: int, start: date, paid: int = 0) -> Subscription:
    return Subscription(term_from(start, 12), frozenset(AREAS[:count]), paid)


@pytest.mark.parametrize("year", ROWS)
@pytest.mark.parametrize("place", [0, 1])
def test_every_row_of_the_table(year: int, place: int) -> None:
    full, half, maximum = ROWS[year][2:]
    on = date.fromisoformat(ROWS[year][:2][place])

    assert dollars(6, on) == full
    assert dollars(len(AREAS), on) == maximum
    in_month_seven = holding(5, date(on.year if on.month > 6 else on.year - 1, (on.month - 7) % 12 + 1, 1))
    if in_month_seven.term.start >= date(2003, 9, 1):
        assert dollars(6, on, in_month_seven) == half
    rate = TARIFF.on(on)
    assert (rate.each, rate.late, rate.maximum) == (full * 100, half * 100, maximum * 100)
    assert rate.unverified == UNVERIFIED.get(year, set())
    assert rate.computed == ({"late"} if year in {2023, 2027} else set())
    assert rate.source


def test_fiscal_years_begin_in_october() -> None:
    assert US.fees.year(date(2026, 9, 30)) == 2026
    assert US.fees.year(date(2026, 10, 1)) == 2027


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
    row = {"from": date(2026, 10, 1), "each": 111, "source": "invented"}
    tariff = {"unit": "area", "months": 12, "free": 1, "source": "invented", "rates": [row]}
    other = profile.model_copy(update={"fees": Fees.model_validate({"tariffs": [tariff]})})

    assert quote(other, AREAS[:3], None, FY2027, exempt=False).total.minor == 222


@pytest.mark.parametrize("held", [281, 300])
def test_who_has_reached_the_maximum_adds_areas_for_nothing_also_in_a_dearer_fiscal_year(held: int) -> None:
    full = holding(held, date(2026, 9, 1), paid=2_262_600)

    assert dollars(held + 20, date(2026, 9, 2), full) == 0
    assert dollars(held + 20, FY2027, full) == 0


def test_an_addition_in_month_seven_costs_the_half_fee() -> None:
    assert dollars(6, date(2026, 4, 20), holding(5, date(2025, 10, 1))) == 41


def test_a_renewal_is_priced_by_its_day_and_begins_where_the_term_ends() -> None:
    running = term_from(date(2025, 10, 7), 12)

    made = quote(US, AREAS[:6], None, date(2026, 9, 15), exempt=False, renews=running)

    assert made.total.minor == 8_200  # ordered in FY2026, for a term in FY2027
    assert made.term == Term(date(2026, 10, 1), date(2027, 10, 1))


def test_areas_added_to_a_renewal_count_on_its_free_areas_and_its_maximum() -> None:
    running = term_from(date(2025, 10, 7), 12)
    renewed = Subscription(Term(date(2026, 10, 1), date(2027, 10, 1)), frozenset(AREAS[:3]), 0)

    made = quote(US, AREAS[:6], renewed, date(2026, 9, 15), exempt=False, renews=running)

    assert [(line.kind, line.count) for line in made.lines] == [("held", 3), ("free", 2), ("full", 1)]
    assert made.term == renewed.term


@pytest.mark.parametrize(
    ("paid_on", "start"),
    [
        (date(2026, 9, 20), date(2026, 10, 1)),
        (date(2026, 10, 31), date(2026, 10, 1)),
        (date(2026, 11, 1), date(2026, 11, 1)),
    ],
)
def test_a_renewal_paid_late_begins_in_the_month_in_which_it_is_paid(paid_on: date, start: date) -> None:
    term = term_when_paid(Term(date(2026, 10, 1), date(2027, 10, 1)), paid_on)

    assert (term.start, term.months) == (start, 12)


days = st.dates(date(2003, 9, 2), date(2027, 9, 30))


@given(st.integers(1, len(AREAS)), days)
def test_never_above_the_cap_and_monotone(count: int, on: date) -> None:
    less = quote(US, AREAS[:count], None, on, exempt=False).total.minor
    more = quote(US, AREAS[: count + 1], None, on, exempt=False).total.minor

    assert 0 <= less <= more <= (TARIFF.on(on).maximum or 0)


@given(st.permutations(range(len(AREAS))), st.lists(st.integers(1, 120), min_size=1, max_size=5), days, st.booleans())
def test_within_a_half_year_the_order_of_additions_never_changes_the_total(
    order: list[int], steps: list[int], on: date, second_half: bool
) -> None:
    """Whatever is added when, in whatever portions: within a half of the term and a fiscal year the sum is the same."""
    term = term_from(on, 12)
    begun = holding(5, date(on.year if on.month > 6 else on.year - 1, (on.month - 7) % 12 + 1, 1))
    late = second_half and begun.term.start >= date(2003, 10, 1)
    start = begun if late else Subscription(term, frozenset(), 0)
    areas = [AREAS[place] for place in order if AREAS[place] not in start.areas][: sum(steps)]
    held, rest = start, list(areas)
    for step in steps:
        some, rest = rest[:step], rest[step:]
        if some:
            made = quote(US, some, held, on, exempt=False)
            assert sum(line.amount.minor for line in made.lines) == made.total.minor
            assert made == quote(US, list(reversed(some)), held, on, exempt=False)
            held = Subscription(held.term, held.areas | set(some), held.paid + made.total.minor)

    assert held.paid == quote(US, areas, start, on, exempt=False).total.minor
    assert quote(US, areas, start, on, exempt=True).total.minor == 0


@given(st.integers(0, 350), st.integers(1, 350), st.integers(0, 11), days)
def test_an_addition_never_lifts_the_term_above_the_maximum(before: int, more: int, month: int, start: date) -> None:
    assume(start >= date(2003, 10, 1))
    term = term_from(start, 12)
    index = term.start.year * 12 + term.start.month - 1 + month
    on = date(index // 12, index % 12 + 1, 15)
    first = quote(US, AREAS[: max(1, before)], None, start, exempt=False).total.minor
    held = Subscription(term, frozenset(AREAS[:before]), first)

    added = quote(US, AREAS[: before + more], held, on, exempt=False).total.minor

    assert added >= 0
    assert first + added <= max(first, TARIFF.on(start).maximum or 0)
