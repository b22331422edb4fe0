"""The public directory's search, over entries in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.directory.entries import Entry, words_of
from quietline.directory.model import Span
from quietline.directory.ports import Row
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError
from quietline.profiles.profile import Profile, load_profile
from quietline.sellers.directory import DirectoryService

from tests.conftest import NOW

TODAY = date(2026, 11, 24)
NUMBER = "+13055550187"


@dataclass
class Memory:
    """`directory.ports.Entries` in a list."""

    entries: list[Entry]
    declared: dict[str, list[str]] = field(default_factory=dict)

    def rows(self, word: str, after: str, most: int) -> Iterator[Row]:
        made = []
        for one in self.entries:
            place = f"{' '.join(words_of(one.name))}#{one.organization_id}"
            made += [Row(place, "", one)] if not word else []
            made += [Row(f"{w}#{place}", w, one) for w in one.words if word and w.startswith(word)]
        yield from [row for row in sorted(made, key=lambda row: row.position) if row.position > after][:most]

    def of_san(self, san: str) -> Entry | None:
        return self.entries[0] if san == "123-456-7897" else None

    def declaring(self, e164: str, on: date) -> list[tuple[Entry, Span]]:
        return [(one, Span(TODAY)) for one in self.entries if one.name in self.declared.get(e164, [])]


def entry(name: str, kind: str = "seller", region: str = "IL", on: date = TODAY) -> Entry:
    return Entry(f"id-{name}", name, kind, "Springfield", region, "US", on)


def service(*entries: Entry, **declared: list[str]) -> DirectoryService:
    numbers = {NUMBER: declared.get("declared", [])}
    return DirectoryService(Memory(list(entries), numbers), FixedClock(NOW), load_profile("us"))


def names(found: DirectoryService, **asked: str) -> list[str]:
    return [one.name for one in found.search(**asked).entries]


ALL = (
    entry("Sunny Roofs & Sons, L.L.C."),
    entry("Peña's Sunshine Sun Rooms", region="FL"),
    entry("Friendly Calls Inc.", "telemarketer"),
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Friendly Calls Inc.", "Peña's Sunshine Sun Rooms", "Sunny Roofs & Sons, L.L.C."]),
        ({"name": "sunny roofs"}, ["Sunny Roofs & Sons, L.L.C."]),
        ({"name": "PENAS"}, ["Peña's Sunshine Sun Rooms"]),
        ({"name": "ro su"}, ["Peña's Sunshine Sun Rooms", "Sunny Roofs & Sons, L.L.C."]),
        ({"name": "su"}, ["Sunny Roofs & Sons, L.L.C.", "Peña's Sunshine Sun Rooms"]),
        ({"name": "roofs calls"}, []),
        ({"kind": "telemarketer"}, ["Friendly Calls Inc."]),
        ({"state": "fl "}, ["Peña's Sunshine Sun Rooms"]),
    ],
)
def test_names_are_found_by_their_words(asked: dict[str, str], found: list[str]) -> None:
    assert sorted(names(service(*ALL), **asked)) == sorted(found)


@given(st.lists(st.sampled_from(["Sun", "Sunny", "Sum", "Roofs", "Su Su Sun", "Zoo"]), max_size=12), st.integers(1, 4))
def test_pages_hold_everybody_once(made: list[str], limit: int) -> None:
    entries = [Entry(f"id{index}", name, "seller", "", "", "US", TODAY) for index, name in enumerate(made)]
    for asked in ("", "su"):
        found, cursor = [], ""
        for _ in range(20):
            page = service(*entries).search(name=asked, cursor=cursor, limit=limit)
            found += [one.organization_id for one in page.entries]
            cursor = page.next
            if not cursor:
                break
        wanted = [one.organization_id for one in entries if any(w.startswith(asked) for w in words_of(one.name))]
        assert sorted(found) == sorted(wanted)


def test_a_certification_of_long_ago_is_not_listed(profile: Profile) -> None:
    grace = timedelta(days=profile.sellers.renewal_window_days + profile.organizations.certification_grace_days)
    last = date(2025, 11, 24) - grace

    assert names(service(entry("In time", on=last))) == ["In time"]
    late = service(entry("Late", on=last - timedelta(days=1)), declared=["Late"])
    assert names(late) == []
    assert late.of_san("1234567897").entries == ()
    assert late.callers(NUMBER) == []


def test_who_declared_a_number() -> None:
    found = service(*ALL, declared=["Sunny Roofs & Sons, L.L.C.", "Friendly Calls Inc."]).callers("(305) 555-0187")

    assert [one.name for one, _ in found] == ["Friendly Calls Inc.", "Sunny Roofs & Sons, L.L.C."]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"name": "a !"}, "/name"),
        ({"kind": "sandbox"}, "/type"),
        ({"cursor": "§"}, "/cursor"),
        ({"name": "roof", "cursor": "c3Vubnk"}, "/cursor"),
    ],
)
def test_what_cannot_be_searched(asked: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        service(*ALL).search(**asked)

    assert [one.pointer for one in refused.value.fields] == [pointer]


def test_a_mistyped_account_number_is_noticed() -> None:
    with pytest.raises(InvalidInputError) as refused:
        service(*ALL).of_san("123-456-7890")

    assert refused.value.fields[0].code == "san_not_valid"
    assert [one.name for one in service(*ALL).of_san("123 456 7897").entries] == [ALL[0].name]


@pytest.mark.parametrize(("day", "code"), [(TODAY + timedelta(days=1), "in_future"), (date(2021, 11, 1), "too_old")])
def test_days_that_cannot_be_asked_about(day: date, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        service().callers("12", day)

    assert [one.code for one in refused.value.fields] == ["not_a_number", code]
