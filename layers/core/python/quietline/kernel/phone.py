"""Phone numbers: parsing what people type into E.164, masking, and the area key.

`phonenumbers` (Google's libphonenumber data) decides what is a number and of what type; the profile decides which types
and areas this registry takes. Nothing here knows a country. It is loaded with the first number that is read, because
half of the functions' requests have none.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from quietline.kernel.errors import InvalidPhoneNumberError


class Reason(StrEnum):
    """Why a text is not a number this registry takes."""

    NOT_A_NUMBER = "not_a_number"
    OTHER_COUNTRY = "other_country"
    PREMIUM_RATE = "premium_rate"
    TOLL_FREE = "toll_free"
    TYPE_NOT_TAKEN = "type_not_taken"
    AREA_NOT_SERVED = "area_not_served"
    TOO_LONG = "too_long"


class Standing(StrEnum):
    """What a number is that somebody showed as the caller's."""

    INVALID = "invalid"
    """The plan has no numbers of this form."""
    UNASSIGNED = "unassigned"
    """The form is right, but the plan has not given it out."""
    TOLL_FREE = "toll_free"
    PREMIUM_RATE = "premium_rate"
    INTERNATIONAL = "international"
    ASSIGNED = "assigned"


SENTENCES = {
    Reason.NOT_A_NUMBER: "This is not a phone number. Give it with its area code, for example (202) 555-0143.",
    Reason.OTHER_COUNTRY: "This number belongs to another country. Only numbers of this country can be used here.",
    Reason.PREMIUM_RATE: "This is a premium-rate number. Only personal numbers can be used here.",
    Reason.TOLL_FREE: "This is a toll-free number. Only personal numbers can be used here.",
    Reason.TYPE_NOT_TAKEN: "Numbers of this type cannot be used here.",
    Reason.AREA_NOT_SERVED: "This area is not served by this registry.",
    Reason.TOO_LONG: "This text is too long to be a phone number.",
}

MAX_LENGTH = 60


@dataclass(frozen=True)
class PhoneNumber:
    """A number in E.164, e.g. `+12025550143`. `str()` and `repr()` are masked: only `.e164` gives it away."""

    e164: str

    def __str__(self) -> str:
        return mask(self.e164)

    def __repr__(self) -> str:
        return f"PhoneNumber({mask(self.e164)})"


@dataclass(frozen=True)
class NumberingRules:
    """What a profile says of numbers.

    Attributes:
        region: ISO 3166 code that `phonenumbers` reads national numbers in, e.g. `US`.
        calling_code: E.164 country code, e.g. `1`.
        regions: ISO codes whose numbers belong to this registry (the United States' list takes Puerto Rico's).
        types: names out of `_types` that may register.
        area_digits: length of the area key after the calling code (US 3); 0 means one area for the country.
        subscriber_digits: length of the rest (US 7).
        areas: the area keys served.
        fictitious: ranges set aside for fiction, as (prefix, low, high) of the subscriber part: `("555", 100, 199)`.
        shape: pattern that every national number of the plan has, given out or not; empty where the plan has none.
        line_digits: how many last digits differ between the numbers of one exchange (US 4); 0 where that means nothing.

    """

    region: str
    calling_code: str
    regions: tuple[str, ...]
    types: tuple[str, ...]
    area_digits: int
    subscriber_digits: int
    fictitious: tuple[tuple[str, int, int], ...] = ()
    shape: str = ""
    line_digits: int = 0
    areas: frozenset[str] = frozenset()


def mask(e164: str) -> str:
    """Return a number that may be shown and logged: the last two digits only (`+1••••••••43`)."""
    return f"+{'•' * max(0, len(e164) - 3)}{e164[-2:]}"


def parse_any(text: str, rules: NumberingRules) -> PhoneNumber:
    """Read any number in the world (a caller's may be foreign, toll-free or unassigned): only the form is checked.

    Raises:
        InvalidPhoneNumberError: the text is no possible number.

    """
    import phonenumbers

    if len(text) > MAX_LENGTH:
        raise refused(Reason.TOO_LONG)
    try:
        parsed = phonenumbers.parse(text, rules.region)
    except phonenumbers.NumberParseException as error:
        raise refused(Reason.NOT_A_NUMBER) from error
    if not phonenumbers.is_possible_number(parsed) or phonenumbers.is_possible_number_with_reason(parsed) != 0:
        raise refused(Reason.NOT_A_NUMBER)
    return PhoneNumber(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def parse(text: str, rules: NumberingRules) -> PhoneNumber:
    """Read a consumer's number as people type it (`(202) 555-0143`, `1-202-555-0143`, `+1 202.555.0143`).

    Returns:
        The number in E.164; an extension is dropped.

    Raises:
        InvalidPhoneNumberError: with the `Reason` why this registry does not take it.

    """
    import phonenumbers

    number = parse_any(text, rules)
    parsed = phonenumbers.parse(number.e164)
    if str(parsed.country_code) != rules.calling_code:
        raise refused(Reason.OTHER_COUNTRY)
    if _is_fictitious(number, rules):
        return number
    if not phonenumbers.is_valid_number(parsed):
        raise refused(Reason.NOT_A_NUMBER)
    kind = phonenumbers.number_type(parsed)
    types = _types()
    if kind in types["toll_free"] and "toll_free" not in rules.types:
        raise refused(Reason.TOLL_FREE)
    if kind in types["premium_rate"] and "premium_rate" not in rules.types:
        raise refused(Reason.PREMIUM_RATE)
    if phonenumbers.region_code_for_number(parsed) not in rules.regions:
        raise refused(Reason.OTHER_COUNTRY)
    if not any(kind in types[name] for name in rules.types):
        raise refused(Reason.TYPE_NOT_TAKEN)
    if area_of(number, rules) not in rules.areas:
        raise refused(Reason.AREA_NOT_SERVED)
    return number


def standing_of(number: PhoneNumber, rules: NumberingRules) -> Standing:
    """Return what a number is by the numbering plans; numbers set aside for fiction pass as given out."""
    import phonenumbers

    parsed = phonenumbers.parse(number.e164)
    own = str(parsed.country_code) == rules.calling_code
    if own and _is_fictitious(number, rules):
        return Standing.ASSIGNED
    national_part = number.e164[1 + len(rules.calling_code) :]
    if not phonenumbers.is_possible_number(parsed) or (
        own and rules.shape and not re.fullmatch(rules.shape, national_part)
    ):
        return Standing.INVALID
    if not phonenumbers.is_valid_number(parsed):
        return Standing.UNASSIGNED
    kind, types = phonenumbers.number_type(parsed), _types()
    for name in (Standing.TOLL_FREE, Standing.PREMIUM_RATE):
        if kind in types[name.value]:
            return name
    # numbers of a plan that belong to no single country (the North American 5XX) are not foreign
    region = phonenumbers.region_code_for_number(parsed)
    if not own or (region is not None and region not in rules.regions):
        return Standing.INTERNATIONAL
    return Standing.ASSIGNED


def area_of(number: PhoneNumber, rules: NumberingRules) -> str:
    """Return the area key of a national number, e.g. `202`; the calling code itself where a country is one area."""
    start = 1 + len(rules.calling_code)
    return number.e164[start : start + rules.area_digits] or rules.calling_code


def subscriber_of(number: PhoneNumber, rules: NumberingRules) -> int:
    """Return the subscriber part as a whole number, e.g. 5550143: the bit in the area's bitmap."""
    return int(number.e164[1 + len(rules.calling_code) + rules.area_digits :])


def from_parts(area: str, subscriber: int, rules: NumberingRules) -> PhoneNumber:
    """Return the number of an area key and a bitmap's bit; the inverse of `area_of` and `subscriber_of`."""
    digits = area if rules.area_digits else ""
    return PhoneNumber(f"+{rules.calling_code}{digits}{subscriber:0{rules.subscriber_digits}d}")


def national(number: PhoneNumber) -> str:
    """Return the number as its country writes it, e.g. `(202) 555-0143`: for pages and mails, never for logs."""
    import phonenumbers

    return phonenumbers.format_number(phonenumbers.parse(number.e164), phonenumbers.PhoneNumberFormat.NATIONAL)


def international(number: PhoneNumber) -> str:
    """Return the number as it is written for all countries, e.g. `+1 202-555-0143`: for pages, never for logs."""
    import phonenumbers

    return phonenumbers.format_number(phonenumbers.parse(number.e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def refused(reason: Reason) -> InvalidPhoneNumberError:
    """Return the error for a reason, with its sentence."""
    return InvalidPhoneNumberError(SENTENCES[reason], reason)


@cache
def _types() -> dict[str, tuple[int, ...]]:
    from phonenumbers import PhoneNumberType

    return {
        "fixed_line": (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE),
        "mobile": (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE),
        "voip": (PhoneNumberType.VOIP,),
        "personal": (PhoneNumberType.PERSONAL_NUMBER,),
        "toll_free": (PhoneNumberType.TOLL_FREE,),
        "premium_rate": (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST),
    }


def _is_fictitious(number: PhoneNumber, rules: NumberingRules) -> bool:
    subscriber = f"{subscriber_of(number, rules):0{rules.subscriber_digits}d}"
    if area_of(number, rules) not in rules.areas:
        return False
    return any(
        subscriber.startswith(prefix) and low <= int(subscriber[len(prefix) :]) <= high
        for prefix, low, high in rules.fictitious
    )
