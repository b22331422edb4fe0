"""Free text in files that people open with a spreadsheet, which takes what begins with a sign for a formula.

Source: OWASP, CSV injection.
"""

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula, full-width forms too."""


def name_or_blank(text: str) -> str:
    """Return a name (of a city, a subject), or nothing where it does not begin with a letter."""
    return text if text[:1].isalpha() else ""


def as_text(text: str) -> str:
    """Return text that a spreadsheet shows and does not compute: an apostrophe comes before a sign."""
    return f"'{text}" if text.lstrip(" ").startswith(SIGNS) else text
