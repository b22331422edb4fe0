"""How call lists spell numbers: what spreadsheets do to them, and which spellings can be read without phonenumbers.

`read` is the slow path and the truth: `kernel.phone.parse` on the text without what a spreadsheet added. `spelling_of`
describes a *form* (a cell with each digit replaced by `0`) so that every cell of that form can be read at once; for a
form it does not know it says so, and the cell goes the slow way. A property test holds both against each other.
"""

import re
from dataclasses import dataclass, field
from enum import Enum

from quietline.kernel import phone
from quietline.kernel.errors import InvalidPhoneNumberError
from quietline.washes.report import Why

NATIONAL_DIGITS = 10
"""Forms are known for numbering plans of ten national digits in which the calling code may be dialled as a prefix."""

_SHORT = 6
"""So few digits are no number anywhere: 011, a calling code, and two more."""

_BLANK = "".join(map(chr, range(33))) + "\xa0"
_DECIMAL = re.compile(r"([0-9]{4,15})[.,]0{1,2}")
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")

_GAP = rb"(?:[ .()\-]|\xc2?\xa0)"
_PLAIN = re.compile(rb"(?:(?i:tel:)|')?" + _GAP + rb"*(\+?)((?:" + _GAP + rb"*0)+)" + _GAP + rb"*")
_EXTENSION = re.compile(rb"(?i:extension|ext|x)[.:]? ?0{1,5} *")
_DECIMAL_FORM = re.compile(rb" *(0{4,15})[.,](0{1,2}) *")
_SCIENTIFIC_FORM = re.compile(rb" *0[.,](?:0{9}|0{10})[eE]\+?(0{1,2}) *")


class Kind(Enum):
    """What the cells of a form are."""

    ASK = 0
    """Not decided by the form: read the cell the slow way."""
    NUMBER = 1
    """A number, when the digits are as `expected`."""
    JUNK = 2
    """No number, unless the first digit is 0 or 1, which may begin a prefix: 011, or 1 (even twice)."""
    SHORT = 3
    """No number, whatever its digits are."""


@dataclass(frozen=True)
class Spelling:
    """How to read the cells of one form.

    Attributes:
        kind: what they are.
        national: places of the ten national digits, for `NUMBER`.
        expected: what must stand at some places for that, e.g. the calling code, or the zero of `.0`.
        otherwise: what a cell is in which something else stands there.
        first: place of the first digit, for `JUNK`.

    """

    kind: Kind
    national: tuple[int, ...] = ()
    expected: dict[int, int] = field(default_factory=dict)
    otherwise: Kind = Kind.ASK
    first: int = 0


ASK = Spelling(Kind.ASK)


def spelling_of(form: bytes, calling_code: str) -> Spelling:
    """Return how to read a form: a cell's bytes (UTF-8 or Latin-1) with `0` for every ASCII digit."""
    if len(calling_code) != 1:
        return ASK
    code = ord(calling_code)
    decimal = _DECIMAL_FORM.fullmatch(form)
    if decimal:
        whole = list(range(*decimal.span(1)))
        return _number(whole, code, dict.fromkeys(range(*decimal.span(2)), ord("0")))
    scientific = _SCIENTIFIC_FORM.fullmatch(form)
    if scientific:
        exponent = list(range(*scientific.span(1)))
        mantissa = [place for place in _places(form) if place < exponent[0]]
        power = f"{len(mantissa) - 1:0{len(exponent)}d}".encode()
        fits = len(power) == len(exponent)
        return _number(mantissa, code, dict(zip(exponent, power, strict=True))) if fits else ASK
    plain = _PLAIN.match(form)
    if plain is None:
        return ASK
    rest = form[plain.end() :]
    places = [place for place in _places(form) if place < plain.end()]
    if rest and not _EXTENSION.fullmatch(rest):
        return ASK
    if plain[1]:  # after a plus the calling code must come
        return _number(places, code) if len(places) == NATIONAL_DIGITS + 1 else ASK
    if rest:
        return _number(places, code)
    if NATIONAL_DIGITS <= len(places) <= NATIONAL_DIGITS + 1:
        return _number(places, code, otherwise=Kind.JUNK)
    return Spelling(Kind.SHORT if len(places) <= _SHORT else Kind.JUNK, first=places[0])


def _number(
    places: list[int], code: int, expected: dict[int, int] | None = None, otherwise: Kind = Kind.ASK
) -> Spelling:
    expected = dict(expected or {})
    if len(places) == NATIONAL_DIGITS + 1:
        expected[places[0]] = code
    elif len(places) != NATIONAL_DIGITS:
        return ASK
    return Spelling(Kind.NUMBER, tuple(places[-NATIONAL_DIGITS:]), expected, otherwise, places[0])


def _places(form: bytes) -> list[int]:
    return [place for place, byte in enumerate(form) if byte == ord("0")]


def read(text: str, rules: phone.NumberingRules) -> phone.PhoneNumber | str:
    """Return the number that a cell holds, or the reason why it holds none (a `Why` or a `kernel.phone.Reason`)."""
    text = text.strip(_BLANK)
    if not text:
        return Why.NO_NUMBER
    decimal = _DECIMAL.fullmatch(text)
    scientific = _SCIENTIFIC.fullmatch(text)
    if decimal:
        text = decimal[1]
    elif scientific:
        digits, power = scientific[1] + (scientific[2] or ""), int(scientific[3])
        if len(digits) < power + 1:
            return Why.ROUNDED
        if len(digits) > power + 1 and digits[power + 1 :].strip("0"):
            return phone.Reason.NOT_A_NUMBER
        text = digits[: power + 1]
    try:
        return phone.parse(text, rules)
    except InvalidPhoneNumberError as error:
        return error.reason
