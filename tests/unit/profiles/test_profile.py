"""The United States' profile says what the law says on a date."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from quietline.kernel.errors import ConfigurationError
from quietline.profiles import Profile, load_profile

US = load_profile("us")
AREAS = US.fees.tariffs[0]


def test_amounts_hold_from_their_date() -> None:
    assert AREAS.on(date(2026, 9, 30)).each == 8200
    assert AREAS.on(date(2026, 10, 1)).each == 8500


@pytest.mark.parametrize(
    ("day", "maximum"),
    [
        (date(2008, 1, 1), 11_000),
        (date(2010, 1, 1), 16_000),
        (date(2016, 7, 31), 16_000),
        (date(2016, 8, 1), 40_000),
        (date(2023, 1, 10), 46_517),
        (date(2023, 1, 11), 50_120),
        (date(2026, 11, 23), 53_088),
    ],
)
def test_the_penalty_is_that_of_the_day(day: date, maximum: int) -> None:
    assert US.penalty(day).maximum == maximum * 100


def test_before_the_first_date_there_is_no_amount() -> None:
    with pytest.raises(ConfigurationError, match="1999"):
        AREAS.on(date(1999, 1, 1))
    with pytest.raises(ConfigurationError, match="1999"):
        US.penalty(date(1999, 1, 1))


def test_tables_are_in_order_and_sourced() -> None:
    for rows in (AREAS.rows, US.penalties):
        assert [row.since for row in rows] == sorted(row.since for row in rows)
        assert all(row.source for row in rows)


def test_every_amount_since_fy2009_is_the_base_indexed_and_rounded_alone() -> None:
    """15 U.S.C. 6152: the profile would not load if a published amount differed; so it is enough that each can."""
    indexed = [row for row in AREAS.rows if row.since >= date(2008, 10, 1)]

    assert all(row.index is not None for row in indexed)
    assert [row.late for row in AREAS.rates if row.since == date(2016, 10, 1)] == [3_000]  # of $61: not its half


def test_the_day_ends_at_midnight_eastern_also_when_clocks_change() -> None:
    assert US.end_of(date(2026, 11, 23)) == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    assert US.end_of(date(2026, 7, 1)) == datetime(2026, 7, 2, 4, 0, tzinfo=UTC)
    assert US.local_date(datetime(2026, 11, 24, 4, 59, tzinfo=UTC)) == date(2026, 11, 23)


def test_areas_are_three_digits_and_in_one_state_each() -> None:
    areas = [area for state in US.areas.values() for area in state]

    assert len(areas) == len(set(areas))
    assert all(len(area) == 3 and area.isdigit() for area in areas)
    assert US.state_of_area["202"] == "District of Columbia"


def by_language(value: Any, at: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield the place and the languages of every text by language in a part of the profile."""
    if isinstance(value, dict):
        if set(value) & set(US.languages):
            yield at, set(value)
        for name, part in value.items():
            yield from by_language(part, f"{at}/{name}")
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from by_language(part, f"{at}/{place}")


def test_every_text_is_there_in_exactly_the_profiles_languages() -> None:
    found = dict(by_language(US.model_dump()))
    assert found["/title"] and len(found) > 20
    assert {at for at, languages in found.items() if languages != set(US.languages)} == set()


def test_a_title_that_lacks_a_language_is_no_profile() -> None:
    with pytest.raises(ValidationError, match="title"):
        Profile.model_validate(US.model_dump(by_alias=True) | {"title": {"en": "Registry"}})
    assert (US.titled(), US.titled("es")) == ("National Do Not Call Registry", "Registro Nacional No Llame")


def test_an_unknown_profile_is_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match=r"known are .*us"):
        load_profile("atlantis")
    with pytest.raises(ConfigurationError):
        load_profile("../us")
