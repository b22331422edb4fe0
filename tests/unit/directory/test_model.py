"""The days on which numbers were declared."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from quietline.directory.model import CallerNumbers, Span

FIRST = date(2026, 11, 1)
ALWAYS = date(2000, 1, 1)
A, B = "+13055550187", "+13055550188"


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@given(st.lists(st.tuples(st.integers(1, 4), st.sets(st.sampled_from((A, B)))), max_size=12))
def test_every_day_on_which_a_number_was_declared_is_kept(changes: list[tuple[int, set[str]]]) -> None:
    numbers, today, held, expected = CallerNumbers("acme"), 0, set[str](), set[tuple[str, date]]()
    for days, wanted in changes:
        for passed in range(days + 1):
            expected |= {(number, day(today + passed)) for number in held}
        today += days
        numbers = numbers.replaced(wanted, day(today), ALWAYS)
        held = set(wanted)
        expected |= {(number, day(today)) for number in held}
    last = today + 1

    assert numbers.version == len(changes)
    assert set(numbers.current) == held
    for number in (A, B):
        for passed in range(last):
            assert bool(numbers.on(number, day(passed))) == ((number, day(passed)) in expected)
        spans = numbers.spans.get(number, ())
        assert all(one.until and one.until < two.since - timedelta(days=1) for one, two in pairwise(spans))


def test_what_ended_long_ago_is_forgotten() -> None:
    had = CallerNumbers("acme", 2, {A: (Span(day(0), day(5)),), B: (Span(day(0)),)})

    assert set(had.replaced({B}, day(90), forget_before=day(5)).spans) == {A, B}
    assert set(had.replaced({B}, day(90), forget_before=day(6)).spans) == {B}


def test_numbers_show_in_no_repr() -> None:
    assert A not in repr(CallerNumbers("acme", 1, {A: (Span(day(0)),)}))
