"""Small cells: whoever knows every number that is shown finds none that is not."""

from hypothesis import given
from hypothesis import strategies as st
from quietline.statistics.cells import hidden_cells, hidden_places

LEAST = 5
SIZES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=1), st.integers(0, 40), max_size=8)
PLACES = st.dictionaries(st.tuples(st.sampled_from("ABCD"), st.sampled_from("1234")), st.integers(0, 12), max_size=12)


@given(SIZES)
def test_what_is_left_by_subtraction_is_no_small_cell(sizes: dict[str, int]) -> None:
    found = hidden_cells(sizes, LEAST)

    small = {key for key, size in sizes.items() if 0 < size < LEAST}
    assert small <= found.cells
    if found.cells and not found.total:
        assert len(found.cells) > 1
        assert sum(sizes[key] for key in found.cells) >= LEAST
    if not small:
        assert not found.cells


@given(SIZES)
def test_no_more_is_blank_than_must_be(sizes: dict[str, int]) -> None:
    found = hidden_cells(sizes, LEAST)

    joined = sorted(sizes[key] for key in found.cells if sizes[key] >= LEAST)
    # a cell that is large enough by itself makes any other one safe
    assert len(joined) <= 2
    if len(joined) == 2:
        assert len(found.cells) == 2


@given(PLACES)
def test_no_small_area_is_found_from_its_state_nor_from_the_country(places: dict[tuple[str, str], int]) -> None:
    states, blank = hidden_places(places, LEAST)

    for state in {state for state, _area in places}:
        inside = {place: size for place, size in places.items() if place[0] == state and size}
        hidden = [size for place, size in inside.items() if place in blank]
        if state in states.cells:
            assert len(hidden) == len(inside)
        elif hidden:
            assert len(hidden) > 1
            assert sum(hidden) >= LEAST
    blank_states = {s: sum(n for p, n in places.items() if p[0] == s) for s in states.cells}
    if blank_states and not states.total:
        assert len(blank_states) > 1
        assert sum(blank_states.values()) >= LEAST
