"""What a list says of a number that was removed and came back."""

from datetime import timedelta

from pyroaring import BitMap
from quietline.lists.build import apply
from quietline.lists.model import Change

from tests.conftest import NOW

GONE, BACK = Change(NOW, 5550143, False), Change(NOW + timedelta(hours=3), 5550143, True)


def test_within_one_cut_off_nothing_changes() -> None:
    built = apply(BitMap([5550143]), [GONE, BACK])
    assert (list(built.added), list(built.removed), list(built.numbers)) == ([], [], [5550143])


def test_over_a_cut_off_it_is_removed_and_then_added() -> None:
    first = apply(BitMap([5550143]), [GONE])
    assert (list(first.added), list(first.removed)) == ([], [5550143])
    second = apply(first.numbers, [BACK])
    assert (list(second.added), list(second.removed)) == ([5550143], [])
