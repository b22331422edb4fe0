"""From form fields to use cases and back: what was typed, what is wrong with it, what a review page lists."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from quietline.complaints.form import read_form
from quietline.complaints.model import ComplaintInput, OtherCall
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.pages.forms import field_of, pairs_of

if TYPE_CHECKING:
    from quietline.complaints.service import ComplaintService
    from quietline.registrations.service import RegistrationService

NUMBER_FIELD = "numbers-"
CODE_FIELD = "codes-"
CODES = re.compile(rf"{CODE_FIELD}\d{{1,2}}", re.ASCII)
MORE = re.compile(r"more_calls-(\d{1,2})-call_(?:date|time)")
"""Fields of the other calls by the same caller."""
CALL_FIELDS = (
    "called_number",
    "call_date",
    "call_time",
    "kind",
    "robocall",
    "caller_number",
    "caller_name",
    "subject",
    "subject_other",
)
YOU_FIELDS = (
    "done_business",
    "asked_to_stop",
    "comments",
    "first_name",
    "last_name",
    "street_1",
    "street_2",
    "city",
    "state",
    "zip",
    "email",
)
CHOICES = {"yes": True, "no": False}
ROBOCALL_MISSING = FieldError("/robocall", "Say whether a recorded message was played.", "robocall_missing")


def fields_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a form body; of a repeated one the last.

    Raises:
        BadBodyError: it cannot be read, or is too large.
    """
    return dict(pairs_of(event))


def numbers_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the filled number fields: field name → text, in order. More than the page shows are refused later."""
    names = sorted((name for name in fields if name.startswith(NUMBER_FIELD)), key=lambda name: (len(name), name))
    return {name: fields[name] for name in names if fields[name].strip()}


def codes_of(fields: Mapping[str, str]) -> list[str]:
    """Return the codes of a confirmation, by the place of their number; a number without a field has a blank one."""
    places = [int(name.removeprefix(CODE_FIELD)) for name in fields if CODES.fullmatch(name)]
    return [fields.get(f"{CODE_FIELD}{place}", "") for place in range(max(places, default=-1) + 1)]


def check_registration(service: "RegistrationService", fields: Mapping[str, str], language: str) -> list[FieldError]:
    """Return what is wrong with a registration; pointers name the page's fields."""
    numbers = numbers_of(fields)
    try:
        service.check(list(numbers.values()), fields.get("email", ""), language, fields.get("channel", ""))
    except InvalidInputError as error:
        return placed(error.fields, list(numbers))
    return []


def placed(errors: Sequence[FieldError], numbers: Sequence[str]) -> list[FieldError]:
    """Return errors with the use case's `/numbers/<i>` turned into the page's field: blank fields were left out."""
    moved = []
    for error in errors:
        parts = error.pointer.strip("/").split("/")
        if parts[0] == "numbers":
            name = numbers[int(parts[1])] if len(parts) > 1 else f"{NUMBER_FIELD}0"
            error = FieldError(f"/{name}", error.detail, error.code)  # noqa: PLW2901 - the same error, moved
        moved.append(error)
    return moved


def more_calls_of(fields: Mapping[str, str]) -> dict[int, OtherCall]:
    """Return the filled rows of other calls: row on the page → the call as typed."""
    rows = {int(found[1]) for name in fields if (found := MORE.fullmatch(name))}
    calls = {
        row: OtherCall(fields.get(f"more_calls-{row}-call_date", ""), fields.get(f"more_calls-{row}-call_time", ""))
        for row in sorted(rows)
    }
    return {row: call for row, call in calls.items() if call.call_date.strip() or call.call_time.strip()}


def complaint_of(fields: Mapping[str, str], language: str) -> ComplaintInput:
    """Return the complaint as typed; whether it is right is the use case's question."""
    subject = fields.get("subject", "0")
    given = {name: fields.get(name, "") for name in (*CALL_FIELDS, *YOU_FIELDS)}
    return ComplaintInput(
        **{name: text for name, text in given.items() if name not in ("robocall", "subject", *_ANSWERS)},
        robocall=CHOICES.get(fields.get("robocall", ""), False),
        subject=int(subject) if subject.isascii() and subject.isdigit() and len(subject) < 6 else -1,
        done_business=CHOICES.get(fields.get("done_business", "")),
        asked_to_stop=CHOICES.get(fields.get("asked_to_stop", "")),
        language=language,
        more_calls=tuple(more_calls_of(fields).values()),
    )


_ANSWERS = ("done_business", "asked_to_stop")


def check_complaint(service: "ComplaintService", fields: Mapping[str, str], language: str) -> list[FieldError]:
    """Return what is wrong with a complaint, in the order of the page."""
    wrong: list[FieldError] = []
    try:
        read_form(complaint_of(fields, language), service.clock.now(), service.profile)
    except InvalidInputError as error:
        wrong.extend(_on_its_row(error, list(more_calls_of(fields))) for error in error.fields)
    if fields.get("robocall") not in CHOICES:
        wrong.append(ROBOCALL_MISSING)
    order = [*CALL_FIELDS, *(field_of(error) for error in wrong if is_about_call(error)), *YOU_FIELDS]
    return sorted(wrong, key=lambda error: order.index(field_of(error)) if field_of(error) in order else len(order))


def is_about_call(error: FieldError) -> bool:
    """Whether a field is on the first page."""
    return field_of(error) in CALL_FIELDS or field_of(error).startswith("more_calls")


def _on_its_row(error: FieldError, rows: Sequence[int]) -> FieldError:
    """Return an error with the use case's `/more_calls/<i>` turned into the page's row: blank rows were left out."""
    parts = error.pointer.strip("/").split("/")
    if parts[0] != "more_calls":
        return error
    place = f"/more_calls/{rows[int(parts[1])]}/{parts[2]}" if len(parts) > 2 else "/more_calls/1/call_date"
    return FieldError(place, error.detail, error.code)
