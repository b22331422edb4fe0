"""Free text for files that people open with a spreadsheet."""

import pytest
from quietline.kernel.spreadsheets import as_text, name_or_blank


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ávila", "Ávila"),
        ("東京", "東京"),
        ("", ""),
        ("=1", ""),
        ("1st Street", ""),
        (" Springfield", ""),
    ],
)
def test_a_name_begins_with_a_letter(text: str, shown: str) -> None:
    assert name_or_blank(text) == shown


@pytest.mark.parametrize("text", ["=1", "+12025550143", "-1", "@sum", "\t=1", "  =1", "＝1"])
def test_text_that_a_spreadsheet_would_compute_is_marked_as_text(text: str) -> None:
    assert as_text(text) == f"'{text}"


def test_other_text_stays_as_it_is() -> None:
    assert [as_text(text) for text in ("", "(202) 555-0143", "2025550143")] == ["", "(202) 555-0143", "2025550143"]
