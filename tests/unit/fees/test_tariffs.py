"""Price models of other countries are data: these files hold tariffs only, and nothing in the code names a country."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from quietline.fees.model import LineKind, term_from
from quietline.fees.pricing import Purchase
from quietline.fees.service import quote
from quietline.kernel.errors import ConfigurationError, InvalidInputError
from quietline.profiles.profile import Profile
from quietline.profiles.tariffs import Fees, Tariff

FOLDER = Path(__file__).parent / "tariffs"
DAY = date(2026, 11, 25)
COUNTRIES = {path.stem: Fees.model_validate(tomllib.loads(path.read_text())) for path in FOLDER.glob("*.toml")}


def buying(tariff: Tariff | None, on: date = DAY, held: int = 0, paid: int = 0, currency: str = "EUR") -> Purchase:
    assert tariff is not None
    return Purchase(tariff, currency, term_from(on, tariff.months), on, held, paid)


@pytest.mark.parametrize(
    ("credits", "dollars"),
    [
        (1, 0),
        (500, 0),
        (501, 126),
        (20_000, 126),
        (100_000, 585),
        (1_000_000, 5_058),
        (10_000_000, 42_682),
        (20_000_000, 71_136),
        (50_000_000, 106_703),
        (100_000_000, 142_271),
    ],
)
def test_australia_sells_credits_in_tiers(credits: int, dollars: int) -> None:
    bought = buying(COUNTRIES["australia"].tariff("number"))

    assert bought.total(credits).minor == dollars * 100
    assert bought.term.months == 12


def test_a_larger_tier_costs_the_difference() -> None:
    bought = buying(COUNTRIES["australia"].tariff("number"), held=20_000, paid=12_600)

    lines = bought.lines(50_000)

    assert [(line.kind, line.amount.minor) for line in lines] == [(LineKind.BAND, 58_500), (LineKind.PAID, -12_600)]


def test_more_than_the_largest_tier_is_a_sentence() -> None:
    with pytest.raises(InvalidInputError, match="More than 100000000"):
        buying(COUNTRIES["australia"].tariff("number"), held=1).lines(100_000_000)


@pytest.mark.parametrize(
    ("months", "on", "areas", "dollars"),
    [
        (12, date(2009, 6, 1), 1, 1_610),
        (12, date(2009, 6, 1), 40, 17_250),
        (12, date(2011, 6, 1), 1, 2_013),
        (12, date(2011, 6, 1), 16, 16 * 2_013),
        (12, date(2011, 6, 1), 17, 33_642),
        (1, date(2011, 6, 1), 3, 540),
    ],
)
def test_canada_sells_codes_for_several_lengths(
    profile: Profile, months: int, on: date, areas: int, dollars: int
) -> None:
    canada = profile.model_copy(update={"fees": COUNTRIES["canada"], "currency": "CAD"})

    made = quote(canada, canada.area_keys[:areas], None, on, exempt=False, months=months)

    assert (made.total.minor, made.total.currency) == (dollars * 100, "CAD")
    assert made.term.months == months


def test_a_length_that_is_not_sold_is_a_sentence(profile: Profile) -> None:
    canada = profile.model_copy(update={"fees": COUNTRIES["canada"]})

    with pytest.raises(InvalidInputError, match="sold for 12 or 1 months") as refused:
        quote(canada, canada.area_keys[:1], None, DAY, exempt=False, months=3)

    assert [field.pointer for field in refused.value.fields] == ["/months"]


def test_an_addition_has_the_length_of_its_term(profile: Profile) -> None:
    from quietline.fees.model import Subscription

    canada = profile.model_copy(update={"fees": COUNTRIES["canada"]})
    month = Subscription(term_from(DAY, 1), frozenset(canada.area_keys[:1]), 18_000)

    added = quote(canada, canada.area_keys[:2], month, DAY, exempt=False)

    assert (added.total.minor, added.term) == (18_000, month.term)
    with pytest.raises(InvalidInputError, match="1 months"):
        quote(canada, canada.area_keys[:2], month, DAY, exempt=False, months=12)


def test_canada_sells_queries_one_by_one() -> None:
    bought = buying(COUNTRIES["canada"].tariff("number"), currency="CAD")

    assert bought.total(100).text() == "75.00 CAD"
    assert bought.term.start == bought.term.end


def test_hong_kong_sells_registers() -> None:
    assert buying(COUNTRIES["hong_kong"].tariff(), currency="HKD").total(3).text() == "4,800.00 HKD"


@pytest.mark.parametrize(("percent", "pounds"), [(1, 30), (2, 50), (5, 50), (6, 120), (25, 120), (26, 230), (50, 230)])
def test_the_united_kingdom_sells_parts_of_the_file(percent: int, pounds: int) -> None:
    assert buying(COUNTRIES["united_kingdom"].tariff("percent")).total(percent).minor == pounds * 100


def test_spain_and_france_sell_by_size() -> None:
    spain, france = COUNTRIES["spain"], COUNTRIES["france"]

    assert buying(spain.tariff("number", customer="micro")).total(30_000).minor == 0
    assert buying(spain.tariff("number", customer="micro")).total(30_001).minor == 190_000
    assert buying(spain.tariff("number", customer="large")).total(600_000).minor == 550_000
    assert buying(france.tariff("subscription", customer="largest")).total(1).text() == "45,500.00 EUR"
    assert france.tariff("subscription") is None


def test_a_currency_without_decimals_and_one_with_three() -> None:
    won = Tariff.model_validate(
        {
            "unit": "area",
            "months": 12,
            "source": "invented",
            "base": {"each": 1_500, "maximum": 90_000, "round_to": 10},
            "rates": [{"from": date(2026, 1, 1), "index": "1.0333", "source": "invented"}],
        }
    )

    assert buying(won, currency="KRW").total(1).text() == "1,550 KRW"
    assert buying(won, currency="KRW").total(500).text() == "93,000 KRW"
    assert buying(won, currency="KWD").total(2).text() == "3.100 KWD"


def test_a_registry_that_sells_no_areas_says_so(profile: Profile) -> None:
    australia = profile.model_copy(update={"fees": COUNTRIES["australia"]})

    with pytest.raises(InvalidInputError, match="does not sell areas"):
        quote(australia, australia.area_keys[:1], None, DAY, exempt=False)


@given(st.sampled_from(sorted(COUNTRIES)), st.data())
def test_every_tariff_is_monotone_and_its_lines_add_up(name: str, data: Any) -> None:
    tariff = data.draw(st.sampled_from(COUNTRIES[name].tariffs))
    most = tariff.rates[-1].bands[-1].up_to or 10**6 if tariff.rates[-1].bands else 10_000
    less, more = sorted((data.draw(st.integers(1, most)), data.draw(st.integers(1, most))))
    bought = buying(tariff)

    assert 0 <= bought.total(less).minor <= bought.total(more).minor
    assert sum(line.amount.minor for line in bought.lines(more)) == bought.total(more).minor
    if tariff.months:
        rest = Purchase(tariff, "EUR", bought.term, DAY, less, bought.total(less).minor)
        assert bought.total(less).minor + rest.total(more - less).minor == bought.total(more).minor


def refused(**change: Any) -> str:
    row = {"from": date(2026, 1, 1), "each": 100, "source": "invented"}
    plain = {"unit": "area", "months": 12, "source": "invented", "rates": [row]}
    with pytest.raises(ValidationError) as error:
        Tariff.model_validate(plain | change)
    return str(error.value)


def test_a_profile_that_contradicts_itself_is_refused() -> None:
    row = {"from": date(2026, 1, 1), "source": "invented"}
    base = {"each": 5_400, "late": 2_700, "maximum": 1_485_000, "round_to": 100}

    assert "late is 4200, but the base indexed is 4300" in refused(
        base=base, rates=[row | {"late": 4_200, "index": "1.57744"}]
    )
    assert "neither a price for each unit nor bands" in refused(rates=[row])
    assert "not in order" in refused(rates=[row | {"bands": [{"price": 1}, {"price": 2, "up_to": 5}]}])
    assert "not in order" in refused(rates=[row | {"bands": [{"price": 1, "up_to": 9}, {"price": 2, "up_to": 5}]}])
    assert "order of their dates" in refused(rates=[row | {"each": 1}, row | {"each": 1}])


def test_two_tariffs_for_the_same_thing_are_refused() -> None:
    one = COUNTRIES["hong_kong"].model_dump(by_alias=True)

    with pytest.raises(ValidationError, match="two tariffs"):
        Fees.model_validate(one | {"tariffs": [*one["tariffs"], *one["tariffs"]]})


def test_before_the_first_rate_there_is_no_price() -> None:
    with pytest.raises(ConfigurationError, match="1999"):
        buying(COUNTRIES["hong_kong"].tariff(), date(1999, 1, 1)).total(1)
