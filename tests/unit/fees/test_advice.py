"""What a quote says besides its total, and that it is true."""

import string
from datetime import date

import pytest
from quietline.fees import explain
from quietline.fees.call_list import advised, coverage
from quietline.fees.model import Advice, AdviceKind, Basis, LineKind, Subscription, Term, term_from
from quietline.fees.service import purchase, quote
from quietline.kernel.errors import ConfigurationError, InvalidInputError
from quietline.kernel.money import Money
from quietline.profiles.profile import load_profile

US = load_profile("us")
AREAS = US.area_keys
FY2026, FY2027 = date(2026, 3, 10), date(2026, 11, 2)


def advice_of(
    count: int, on: date, held: Subscription | None = None, renews: Term | None = None
) -> dict[AdviceKind, Advice]:
    made = quote(US, AREAS[:count], held, on, exempt=False, renews=renews)
    return {one.kind: one for one in made.advice}


def cost(count: int, on: date, held: Subscription | None) -> int:
    return quote(US, AREAS[:count], held, on, exempt=False).total.minor


def holding(count: int, start: date, paid: int = 0) -> Subscription:
    return Subscription(term_from(start, 12), frozenset(AREAS[:count]), paid)


@pytest.mark.parametrize(("on", "maximum"), [(FY2026, 2_262_600), (FY2027, 2_342_500)])
def test_276_paid_areas_reach_the_cap(on: date, maximum: int) -> None:
    assert AdviceKind.CAP_REACHED not in advice_of(280, on)

    said = advice_of(281, on)[AdviceKind.CAP_REACHED]

    assert said.facts["areas"] == 276
    assert said.facts["maximum"] == Money(maximum, "USD")
    assert cost(len(AREAS), on, holding(281, on, maximum)) == 0
    assert explain.advice_sentence(said, "en").startswith("276 paid areas reach the maximum of 2")
    assert f"all {len(AREAS) - 281} further areas cost nothing" in explain.advice_sentence(said, "en")


def test_near_the_cap_all_areas_are_offered() -> None:
    said = advice_of(270, FY2026)[AdviceKind.ALL_AREAS]

    assert said.facts["more"] == Money(2_262_600 - 265 * 8_200, "USD")
    assert AdviceKind.ALL_AREAS not in advice_of(100, FY2026)


def test_free_areas_that_are_left_are_told() -> None:
    assert advice_of(3, FY2026)[AdviceKind.FREE_LEFT].facts["areas"] == 2
    assert AdviceKind.FREE_LEFT not in advice_of(5, FY2026)
    one = advice_of(4, FY2026)[AdviceKind.FREE_LEFT]
    assert explain.advice_sentence(one, "en") == "One more area would still be free until 1 March 2027."


def test_what_waiting_for_the_second_half_would_cost() -> None:
    held = holding(5, date(2026, 1, 1))

    said = advice_of(9, FY2026, held)[AdviceKind.WAIT_LATE]

    assert said.facts == {
        "since": date(2026, 7, 1),
        "total": Money(4 * 4_100, "USD"),
        "now": Money(4 * 8_200, "USD"),
        "until": date(2027, 1, 1),
    }
    assert cost(9, date(2026, 7, 1), held) == 4 * 4_100
    assert AdviceKind.WAIT_LATE not in advice_of(9, date(2026, 7, 1), held)
    assert AdviceKind.WAIT_LATE not in advice_of(9, FY2026)  # nothing is held: the term begins with this order


def test_new_fees_are_told_once_they_are_known_and_near() -> None:
    said = advice_of(6, date(2026, 9, 15))[AdviceKind.NEXT_RATE]

    assert said.facts["since"] == date(2026, 10, 1)
    assert (said.facts["total"], said.facts["now"]) == (Money(8_500, "USD"), Money(8_200, "USD"))
    assert AdviceKind.NEXT_RATE not in advice_of(6, FY2026)
    assert AdviceKind.NEXT_RATE not in advice_of(6, FY2027)  # of FY2028 nothing is known
    assert AdviceKind.NEXT_RATE not in advice_of(5, date(2026, 9, 15))  # free stays free
    assert AdviceKind.NEXT_RATE not in advice_of(6, date(2026, 9, 15), holding(5, date(2025, 10, 1)))  # ends before


def test_new_fees_of_an_addition_are_those_of_its_month_of_the_term() -> None:
    held = holding(5, date(2026, 4, 1))  # month 7 begins on 1 October

    said = advice_of(6, date(2026, 9, 15), held)[AdviceKind.NEXT_RATE]

    assert said.facts["total"] == Money(cost(6, date(2026, 10, 1), held), "USD") == Money(4_300, "USD")


def test_late_in_a_month_the_next_one_is_named() -> None:
    said = advice_of(6, date(2026, 11, 25))[AdviceKind.NEXT_MONTH]

    assert said.facts == {"since": date(2026, 12, 1), "end": date(2027, 11, 1)}
    assert AdviceKind.NEXT_MONTH not in advice_of(6, date(2026, 11, 19))
    assert AdviceKind.NEXT_MONTH not in advice_of(5, date(2026, 11, 25))


def test_an_addition_shortly_before_the_end_names_the_renewal() -> None:
    held = holding(5, date(2026, 1, 1))

    assert advice_of(6, date(2026, 12, 2), held)[AdviceKind.RENEW_TOO].facts["end"] == date(2027, 1, 1)
    assert AdviceKind.RENEW_TOO not in advice_of(6, date(2026, 12, 1), held)
    assert AdviceKind.RENEW_TOO not in advice_of(6, date(2026, 12, 2), None, held.term)


def test_a_renewal_at_the_cap_does_not_promise_what_next_years_maximum_may_undo() -> None:
    running = term_from(date(2025, 10, 1), 12)

    assert AdviceKind.CAP_REACHED not in advice_of(300, date(2026, 9, 15), None, running)


def test_an_exempt_organization_needs_no_advice() -> None:
    assert quote(US, AREAS, None, FY2026, exempt=True).advice == ()


COUNTS = {area: 1_000 - 10 * place for place, area in enumerate(AREAS[:12])} | {"999": 7, AREAS[12]: 0}


def test_a_call_list_tells_its_best_free_areas_and_what_it_costs_to_cover_it() -> None:
    bought = purchase(US, None, FY2026)

    found = coverage(US, COUNTS, bought, frozenset(), exempt=False)

    assert found.free == AREAS[:5]
    assert [row.area for row in found.rows] == list(AREAS[:12])
    assert (found.numbers, found.not_served) == (sum(COUNTS.values()) - 7, 7)
    assert [row.total.minor for row in found.rows] == [0] * 5 + [8_200 * place for place in range(1, 8)]
    assert [row.covered for row in found.rows][-1] == found.numbers
    said = {one.kind: one for one in advised(quote(US, AREAS[:12], None, FY2026, exempt=False), found).advice}
    assert said[AdviceKind.FREE_COVER].facts["numbers"] == 1_000 + 990 + 980 + 970 + 960
    assert "43 %" in explain.advice_sentence(said[AdviceKind.FREE_COVER], "en")
    assert AdviceKind.MOST_COVER not in said  # only all of them hold 95 %


def test_a_call_list_with_a_thin_end_tells_what_the_end_costs() -> None:
    counts = dict.fromkeys(AREAS[:8], 1_000) | dict.fromkeys(AREAS[8:20], 3)

    found = coverage(US, counts, purchase(US, None, FY2026), frozenset(), exempt=False)
    said = {one.kind: one for one in advised(quote(US, AREAS[:20], None, FY2026, exempt=False), found).advice}

    most = said[AdviceKind.MOST_COVER].facts
    assert (most["count"], most["rest"], most["more"]) == (8, 12, Money(12 * 8_200, "USD"))


def test_areas_held_cost_a_call_list_nothing_and_leave_the_free_ones_to_others() -> None:
    held = holding(3, FY2026)

    found = coverage(US, COUNTS, purchase(US, held, FY2026), held.areas, exempt=False)

    assert found.free == AREAS[3:5]
    assert [row.held for row in found.rows[:4]] == [True, True, True, False]
    assert found.rows[-1].total.minor == 7 * 8_200


def test_a_call_list_of_other_countries_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refused:
        coverage(US, {"999": 5}, purchase(US, None, FY2026), frozenset(), exempt=False)

    assert [field.code for field in refused.value.fields] == ["call_list_not_served"]


def test_lines_say_why_and_how_sure_they_are() -> None:
    made = quote(US, AREAS[:300], holding(2, FY2027), FY2027, exempt=False)
    said = [explain.line_sentence(US, made, line, "en") for line in made.lines]

    assert said == [
        "2 areas held in this term already: not charged again.",
        "3 areas free of charge: the first 5 of a term cost nothing.",
        "295 areas at 85.00 USD each, the fee of fiscal year 2027.",
        "Less 1,650.00 USD: nobody pays more than 23,425.00 USD for a term, the maximum of fiscal year 2027.",
    ]
    half = quote(US, AREAS[5:6], holding(5, date(2026, 5, 1)), FY2027, exempt=False)
    assert half.lines[0].kind is LineKind.LATE
    assert half.lines[0].basis is Basis.COMPUTED
    assert explain.line_sentence(US, half, half.lines[0], "en") == (
        "1 area at 43.00 USD each: fiscal year 2027's fee for what is added from month 7 of the term on. "
        "This amount follows from the statutory base and the index."
    )
    spanish = explain.line_sentence(US, made, made.lines[2], "es")
    assert spanish == "295 códigos de área a 85.00 USD cada uno, la tarifa del año fiscal 2027."


def test_the_maximum_named_is_the_terms_own_year() -> None:
    held = holding(279, date(2026, 9, 1), paid=2_262_600 - 5_000)

    made = quote(US, AREAS[:290], held, FY2027, exempt=False)

    assert made.total.minor == 5_000
    assert "22,626.00 USD for a term, the maximum of fiscal year 2026" in explain.line_sentence(
        US, made, made.lines[-1], "en"
    )
    assert "FY2026" in made.lines[-1].source


def test_every_language_says_everything() -> None:
    english, spanish = explain.texts("en"), explain.texts("es")

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for part in ("lines", "basis", "advice", "units"):
        assert english[part].keys() == spanish[part].keys()
    for part in ("lines", "advice"):
        for key in english[part]:
            assert fields(english[part][key]) == fields(spanish[part][key]), key
    assert set(english["lines"]) == set(LineKind)
    assert set(AdviceKind) <= set(english["advice"])
    assert len(english["months"]) == len(spanish["months"]) == 13
    with pytest.raises(ConfigurationError):
        explain.texts("../en")
