"""Finding out what a call list looks like."""

import pytest
from quietline.kernel.errors import InvalidInputError
from quietline.profiles import load_profile
from quietline.washes.columns import Layout, find_layout
from quietline.washes.numbers import NumberReader

READER = NumberReader(load_profile("us"))
NUMBERS = ["2025550143", "(818) 555-0199", "303.555.0100", "+1 212 555 0155"]


def layout(*rows: str, column: str | None = None, header: bool | None = None) -> Layout:
    return find_layout("\n".join(rows).encode(), READER, column, header=header)


def refused(*rows: str, column: str | None = None, header: bool | None = None) -> tuple[str, str]:
    with pytest.raises(InvalidInputError) as error:
        layout(*rows, column=column, header=header)
    (field,) = error.value.fields
    return field.code, str(error.value)


def test_the_column_is_found_by_what_is_in_it() -> None:
    found = layout("id,who,where,call", *(f"{1000 + n},Ann,{n} Main St,{number}" for n, number in enumerate(NUMBERS)))

    assert (found.column, found.header) == (3, ("id", "who", "where", "call"))


def test_a_name_tells_numbers_apart_from_ids_that_look_like_them() -> None:
    rows = [f"{2125550100 + n},{number}" for n, number in enumerate(NUMBERS)]

    assert layout("customer,cell phone", *rows).column == 1
    assert refused("a,b", *rows) == (
        "column_ambiguous",
        "Several columns read as phone numbers: “a”, “b”. Say which one to wash.",
    )
    assert refused(*rows)[0] == "column_ambiguous"


@pytest.mark.parametrize("name", ["Phone", "TELEPHONE", "mobile_no", "Cell", "Teléfono", "celular", "msisdn", "tel"])
def test_names_of_a_phone_column(name: str) -> None:
    assert layout(f"number,{name}", *(f"{2125550100 + n},{number}" for n, number in enumerate(NUMBERS))).column == 1


def test_a_column_that_is_mostly_empty_or_wrong_is_found_by_its_name() -> None:
    assert layout("id,phone", "1,", "2,n/a", "3,?", "4,2025550143", "5,no").column == 1
    assert layout("id,phone").column == 1
    assert refused("id,note", "1,a", "2,b")[0] == "column_not_found"


def test_the_column_by_name_or_place() -> None:
    rows = ["home phone,Work Phone,3", f"{NUMBERS[0]},{NUMBERS[1]},x"]

    assert layout(*rows, column="work phone").column == 1
    assert layout(*rows, column=" 2 ").column == 1
    assert layout(*rows, column="3").column == 2
    assert refused(*rows, column="4")[0] == "column_unknown"
    assert refused(*rows, column="0")[0] == "column_unknown"
    assert refused(*rows, column="fax") == (
        "column_unknown",
        "The file has no such column. It has “home phone”, “Work Phone”, “3”.",
    )
    assert refused("phone,phone", "1,2", column="phone")[0] == "column_ambiguous"
    assert refused(f"a,{NUMBERS[0]}", column="phone")[0] == "column_unknown"


def test_what_looks_like_somebodys_data_is_not_repeated() -> None:
    _, sentence = refused("ann@example.com,2025550143,note", "b,2025550144,x", column="phone", header=True)

    assert sentence == "The file has no such column. It has column 1, column 2, “note”."


def test_headers_are_told_from_rows() -> None:
    assert layout("Name,Phone", f"Ann,{NUMBERS[0]}").header == ("Name", "Phone")
    assert layout("Phone 1,Address 2", f"{NUMBERS[0]},x").header == ("Phone 1", "Address 2")
    assert layout(f"Ann,{NUMBERS[0]}", f"Bob,{NUMBERS[1]}").header is None
    assert layout("Ann,n/a", f"Bob,{NUMBERS[1]}").header is None
    assert layout("Ann,n/a", f"Bob,{NUMBERS[1]}", header=True).header == ("Ann", "n/a")
    assert layout("Name,Phone", f"Ann,{NUMBERS[0]}", header=False).header is None


@pytest.mark.parametrize(
    ("rows", "delimiter"),
    [
        (["a;b,c;phone", "1;2,3;2025550143", "4;5,,6;2025550144"], ";"),
        (["a\tphone", "x, y\t2025550143", "z\t2025550144"], "\t"),
        (["a|phone", "x|2025550143"], "|"),
        (["name,phone", '"a;b;c",2025550143', '"d;e;f",2025550144'], ","),
        (["phone", "2025550143"], ","),
    ],
)
def test_the_delimiter_is_what_most_rows_agree_on(rows: list[str], delimiter: str) -> None:
    assert chr(layout(*rows).delimiter) == delimiter


def test_an_empty_file_is_refused() -> None:
    assert refused("")[0] == "file_empty"
