"""Reading the complaint form: every wrong field is named at once, with a code the pages translate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from quietline.complaints.model import Complaint, ComplaintInput
from quietline.kernel.callers import caller_key
from quietline.kernel.errors import FieldError, InvalidInputError, InvalidPhoneNumberError
from quietline.kernel.phone import PhoneNumber, parse, parse_any
from quietline.mails.address import parse_address
from quietline.profiles.profile import Profile

KINDS = ("call", "text")
OTHER_SUBJECT_LENGTH = 100
LENGTHS = {
    "caller_name": 200,
    "first_name": 100,
    "last_name": 100,
    "street_1": 200,
    "street_2": 200,
    "city": 100,
    "state": 60,
    "zip": 20,
}
CONSUMER = ("first_name", "last_name", "street_1", "street_2", "city", "state", "zip")
CONTACT = (*CONSUMER, "email")
"""Who the consumer is and where news goes."""


@dataclass(frozen=True)
class OneCall:
    """What tells one call of a submission from another."""

    called_at: datetime
    robocall: bool
    kind: str


@dataclass(frozen=True)
class Call:
    """What the form says, checked and in order."""

    called: PhoneNumber
    called_at: datetime
    caller_number: str
    caller_name: str
    caller_key: str
    subject_other: str
    consumer: dict[str, str]
    comments: str
    language: str
    email: str
    others: tuple[OneCall, ...] = ()


def read_form(form: ComplaintInput, now: datetime, profile: Profile) -> Call:
    """Check the form.

    Args:
        form: as typed.
        now: the call cannot be later, nor older than the profile's window.
        profile: says what a number, a subject and a language is.

    Raises:
        InvalidInputError: with one field error for each refused field.
    """
    wrong: list[FieldError] = []
    called = _called(form, profile, wrong)
    called_at = _instant(form.call_date, form.call_time, now, profile, wrong)
    others = _others(form, now, profile, wrong)
    caller_number = _caller_number(form, profile, wrong)
    caller_name = _clean(form.caller_name)
    if not form.caller_number.strip() and not caller_name:
        wrong.append(
            FieldError("/caller_number", "Give the caller's number, or its name, or both.", "caller_missing"),
        )
    if form.kind not in KINDS:
        wrong.append(FieldError("/kind", "Say whether it was a `call` or a `text`.", "kind"))
    _subject(form, profile, wrong)
    for name, longest in (LENGTHS | {"subject_other": OTHER_SUBJECT_LENGTH}).items():
        if len(getattr(form, name)) > longest:
            wrong.append(FieldError(f"/{name}", f"Use at most {longest} characters.", "too_long"))
    if len(form.comments) > profile.complaints.max_comments:
        detail = f"Use at most {profile.complaints.max_comments} characters."
        wrong.append(FieldError("/comments", detail, "too_long"))
    language = form.language or profile.languages[0]
    if language not in profile.languages:
        wrong.append(FieldError("/language", f"Use one of {', '.join(profile.languages)}.", "language"))
    email = _email(form, wrong)
    if wrong or called is None or called_at is None:
        raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
    return Call(
        called=called,
        called_at=called_at,
        caller_number=caller_number,
        caller_name=caller_name,
        caller_key=caller_key(caller_number, caller_name),
        subject_other=_clean(form.subject_other),
        consumer={name: text for name in CONSUMER if (text := _clean(getattr(form, name)))},
        comments=form.comments.strip(),
        language=language,
        email=email,
        others=others,
    )


def read_contact(given: Mapping[str, str]) -> dict[str, str]:
    """Check name and address that a consumer gives later.

    Args:
        given: some of `CONTACT` → as typed; an empty text takes the field away.

    Returns:
        The same fields, in order.

    Raises:
        InvalidInputError: with one field error for each refused field.
    """
    wrong = [
        FieldError(f"/{name}", "This is no part of a name or an address.", "not_correctable")
        for name in given
        if name not in CONTACT
    ]
    read = {name: _clean(text) for name, text in given.items()}
    wrong += [
        FieldError(f"/{name}", f"Use at most {LENGTHS[name]} characters.", "too_long")
        for name, text in read.items()
        if name in CONSUMER and len(text) > LENGTHS[name]
    ]
    if read.get("email"):
        try:
            read["email"] = parse_address(given["email"])
        except InvalidInputError as error:
            wrong.extend(error.fields)
    if wrong:
        raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
    return read


def on_file(complaint: Complaint, mailed: Complaint | None) -> tuple[str, ...]:
    """Return which fields of name and address are filled; `mailed` is the complaint that mails are about."""
    has_mail = bool(mailed and mailed.email_ciphertext)
    return tuple(name for name in CONTACT if complaint.consumer.get(name) or (name == "email" and has_mail))


def _called(form: ComplaintInput, profile: Profile, wrong: list[FieldError]) -> PhoneNumber | None:
    try:
        return parse(form.called_number, profile.rules)
    except InvalidPhoneNumberError as error:
        wrong.append(FieldError("/called_number", str(error), error.reason))
        return None


def _caller_number(form: ComplaintInput, profile: Profile, wrong: list[FieldError]) -> str:
    if not form.caller_number.strip():
        return ""
    try:
        return parse_any(form.caller_number, profile.rules).e164
    except InvalidPhoneNumberError as error:
        wrong.append(FieldError("/caller_number", str(error), error.reason))
        return ""


def _others(form: ComplaintInput, now: datetime, profile: Profile, wrong: list[FieldError]) -> tuple[OneCall, ...]:
    """Return the other calls; two at the same minute are one."""
    most = profile.complaints.max_calls - 1
    if len(form.more_calls) > most:
        wrong.append(FieldError("/more_calls", f"Report at most {most + 1} calls at once.", "too_many_calls"))
        return ()
    found: list[OneCall] = []
    for index, other in enumerate(form.more_calls):
        mine: list[FieldError] = []
        at = _instant(other.call_date, other.call_time, now, profile, mine)
        kind = other.kind or form.kind
        if other.kind and other.kind not in KINDS:
            mine.append(FieldError("/kind", "Say whether it was a `call` or a `text`.", "kind"))
        wrong.extend(FieldError(f"/more_calls/{index}{error.pointer}", error.detail, error.code) for error in mine)
        if at is not None and not mine:
            found.append(OneCall(at, form.robocall if other.robocall is None else other.robocall, kind))
    return tuple({call.called_at: call for call in found}.values())


def _instant(
    call_date: str, call_time: str, now: datetime, profile: Profile, wrong: list[FieldError]
) -> datetime | None:
    try:
        day = date.fromisoformat(call_date.strip())
    except ValueError:
        wrong.append(FieldError("/call_date", "Give the date of the call as YYYY-MM-DD.", "call_date"))
        return None
    try:
        clock = time.fromisoformat(call_time.strip())
    except ValueError:
        clock = time(tzinfo=UTC)
    if clock.tzinfo is not None:
        wrong.append(FieldError("/call_time", "Give the time of the call as HH:MM, 00:00 to 23:59.", "call_time"))
        return None
    today, window = profile.local_date(now), profile.complaints.window_days
    if day < today - timedelta(days=window):
        detail = f"The call is too long ago: complaints are taken for {window} days."
        wrong.append(FieldError("/call_date", detail, "too_old"))
        return None
    # the day first: the last one that there is has no instant in another zone
    at = None if day > today else datetime.combine(day, clock, profile.zone).astimezone(UTC)
    if at is None or at > now:
        wrong.append(FieldError("/call_date", "The call cannot be in the future.", "in_future"))
        return None
    return at


def _subject(form: ComplaintInput, profile: Profile, wrong: list[FieldError]) -> None:
    subject = profile.complaints.subject(form.subject)
    if subject is None:
        wrong.append(FieldError("/subject", "This is no subject of the form.", "subject"))
    elif subject.diverted:
        language = form.language if form.language in subject.label else profile.languages[0]
        detail = f"“{subject.label[language]}” is outside the registry's law, so no complaint is taken here."
        if subject.handled is not None:
            detail += f" {subject.handled.text[language]} {subject.handled.link}"
        wrong.append(FieldError("/subject", detail, "diverted"))


def _email(form: ComplaintInput, wrong: list[FieldError]) -> str:
    if not form.email.strip():
        return ""
    try:
        return parse_address(form.email)
    except InvalidInputError as error:
        wrong.extend(error.fields)
        return ""


def _clean(text: str) -> str:
    return " ".join(text.split())
