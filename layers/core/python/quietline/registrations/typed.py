"""What people type into a consumer's form: numbers, an address, a language."""

from collections.abc import Sequence

from quietline.kernel import phone
from quietline.kernel.errors import FieldError, InvalidInputError, InvalidPhoneNumberError
from quietline.kernel.phone import PhoneNumber
from quietline.mails.address import parse_address
from quietline.profiles.profile import Profile


def check_typed(
    numbers: Sequence[str], email: str, language: str, profile: Profile, also: Sequence[FieldError] = ()
) -> tuple[tuple[PhoneNumber, ...], str]:
    """Return the numbers, without repetitions, and the address; `also` is what is wrong with other fields.

    Raises:
        InvalidInputError: with every wrong field: `/numbers`, `/numbers/<i>`, `/email`, `/language`, and `also`.
    """
    wrong: list[FieldError] = []
    parsed: dict[PhoneNumber, None] = {}
    limit = profile.registration.max_numbers
    if not numbers:
        wrong.append(FieldError("/numbers", "Enter at least one number.", "numbers_missing"))
    elif len(numbers) > limit:
        wrong.append(FieldError("/numbers", f"Enter at most {limit} numbers at a time.", "too_many_numbers"))
    for index, text in enumerate(numbers[:limit]):
        try:
            parsed[phone.parse(text, profile.rules)] = None
        except InvalidPhoneNumberError as error:
            wrong.append(FieldError(f"/numbers/{index}", str(error), error.reason))
    address = ""
    try:
        address = parse_address(email)
    except InvalidInputError as error:
        wrong.extend(error.fields)
    wrong += [*wrong_language(language, profile), *also]
    if wrong:
        raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
    return tuple(parsed), address


def wrong_language(language: str, profile: Profile) -> list[FieldError]:
    """Return what is wrong with a language: nothing, when it is the profile's."""
    if language in profile.languages:
        return []
    return [FieldError("/language", f"Choose one of: {', '.join(profile.languages)}.", "language_not_known")]
