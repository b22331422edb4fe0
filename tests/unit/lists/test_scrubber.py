"""Published files in other people's hands: a scrubber that knows the FTC's layout only, and a year of change lists."""

import csv
import io
import zipfile
from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.kernel.phone import NumberingRules
from quietline.lists import build, encode, read
from quietline.lists.model import area_key
from quietline.profiles import Profile

from tests.fakes.publishing import MONDAY, Registry, at, with_areas

US = NumberingRules("US", "1", ("US",), ("mobile",), 3, 7)
numbers = st.sets(st.integers(0, 30).map(lambda n: 2_000_000 + n * 9_973), max_size=20)


def scrub(archive: bytes, leads: list[str]) -> list[str]:
    """Return the leads that may be called, as a script written for the FTC's download does it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        (name,) = [name for name in opened.namelist() if name.endswith(".txt")]
        with opened.open(name) as file:
            blocked = {area + number for area, number in csv.reader(io.TextIOWrapper(file, "ascii", newline=""))}
    return [lead for lead in leads if lead not in blocked]


def test_a_scrubber_takes_the_published_files_as_they_are(profile: Profile) -> None:
    registry = Registry(with_areas(profile, "202", "818"))
    for number in (5550143, 2596712, 9999999):
        registry.changes.record("202", at(MONDAY), number, added=True)
    registry.publish(MONDAY)

    def scrubbed(area: str) -> list[str]:
        archive = registry.objects.objects[area_key(area, MONDAY, "full.txt.zip")]
        return scrub(archive, ["2025550143", "2025550144", "2022596712", "2029999999", "8185550143"])

    assert scrubbed("202") == ["2025550144", "8185550143"]
    assert len(scrubbed("818")) == 5
    with zipfile.ZipFile(io.BytesIO(registry.objects.objects[area_key("202", MONDAY, "full.txt.zip")])) as archive:
        assert archive.read(archive.namelist()[0]) == b"202,2596712\n202,5550143\n202,9999999\n"


@settings(max_examples=40)
@given(st.lists(numbers, min_size=2, max_size=6))
def test_change_lists_one_after_the_other_and_one_over_all_of_them_end_in_the_same_bitmap(
    lists: list[set[int]],
) -> None:
    def changes(before: set[int], after: set[int]) -> read.ChangeList:
        snapshot = build.difference(BitMap(before), BitMap(after))
        pieces = encode.changes("202", snapshot, date(2026, 11, 9), "txt", US)
        return read.changes(b"".join(map(bytes, pieces)), "202", US)

    held = BitMap(lists[0])
    for before, after in pairwise(lists):
        held = changes(before, after).applied(held)
    at_once = changes(lists[0], lists[-1]).applied(BitMap(lists[0]))

    assert build.dump(held) == build.dump(at_once) == build.dump(BitMap(lists[-1]))
