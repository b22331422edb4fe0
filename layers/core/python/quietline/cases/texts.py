"""What people write at the desk, and how long it may be."""

from quietline.kernel.errors import FieldError, InvalidInputError

NOTE_LENGTH = 10_000
REASON_LENGTH = 1000


def note_text(pointer: str, text: str) -> str:
    """Return the text of a note without the space around it; `pointer` names its field.

    Raises:
        InvalidInputError: it is empty or too long.
    """
    return _text(pointer, text, NOTE_LENGTH)


def reason_text(pointer: str, text: str) -> str:
    """Return a reason like `note_text`.

    Raises:
        InvalidInputError: it is empty or too long.
    """
    return _text(pointer, text, REASON_LENGTH)


def _text(pointer: str, text: str, most: int) -> str:
    text = text.strip()
    if not 1 <= len(text) <= most:
        detail = f"Write 1 to {most:,} characters."
        raise InvalidInputError(detail, (FieldError(pointer, detail, "length"),))
    return text
