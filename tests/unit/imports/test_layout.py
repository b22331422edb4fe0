"""How a file holds its numbers."""

import pytest
from quietline.imports.layout import detect
from quietline.imports.model import Layout, LayoutKind
from quietline.kernel.errors import InvalidInputError
from quietline.profiles import load_profile

RULES = load_profile("us").rules
FLAT = LayoutKind.AREA_AND_SUBSCRIBER


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (b"818,2596712\n818,2596713\n", Layout(kind=FLAT, delimiter=",")),
        (b"818,2596712\r\n818,2596713\r\n", Layout(kind=FLAT, delimiter=",")),
        (b"Area,Number\n818,2596712\n", Layout(kind=FLAT, delimiter=",", header=True)),
        (b"garbled\n818,2596712\n", Layout(kind=FLAT, delimiter=",", header=True)),
        (b"12,2596712\n818,2596712\n", Layout(kind=FLAT, delimiter=",")),
        (b"8182596712\n8182596713\n", Layout(kind=LayoutKind.COLUMN)),
        (b"+18182596712\n", Layout(kind=LayoutKind.COLUMN)),
        (b"number\n8182596712\n", Layout(kind=LayoutKind.COLUMN, header=True)),
        (b"id,phone\n1,8182596712\n", Layout(kind=LayoutKind.COLUMN, delimiter=",", column=1, header=True)),
        (b"id;Phone Number\n1;8182596712\n", Layout(kind=LayoutKind.COLUMN, delimiter=";", column=1, header=True)),
        (b"1\t(818) 259-6712\n2\t(818) 259-6713\n", Layout(kind=LayoutKind.COLUMN, delimiter="\t", column=1)),
        (b"", Layout(kind=LayoutKind.COLUMN)),
    ],
)
def test_a_layout_is_found(sample: bytes, expected: Layout) -> None:
    assert detect(sample, RULES) == expected


@pytest.mark.parametrize("column", ["work", "WORK", "3"])
def test_a_column_is_taken_as_named_or_counted(column: str) -> None:
    layout = detect(b"id,home,work\n1,8182596712,8182596713\n", RULES, column)

    assert (layout.column, layout.header) == (2, True)


@pytest.mark.parametrize(
    ("sample", "column", "said"),
    [
        (b"id,home,work\n1,8182596712,8182596713\n", "", "--column"),
        (b"id,home\n1,8182596712\n", "fax", "There is no column fax; there are id, home"),
        (b"8182596712\r8182596713\r", "", "CR only"),
    ],
)
def test_what_cannot_be_told_is_asked(sample: bytes, column: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        detect(sample, RULES, column)
