"""The queue's filter as an address holds it, and as the form shows it."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from quietline.cases.model import Status
from quietline.cases.queue import SORTS, Filter, check
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.pages.maps import map_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quietline.cases.people import Colleague

    from functions.console.frame import Request

ME = "me"
FLAGS = ("overdue", "on_hold", "failed", "robocalls")
DATES = ("opened_from", "opened_until")
WORDS = ("agency", "referred_to", "assignee", "area", "state", "sort")
PRIORITIES = (25, 50, 75)
NAMES = frozenset({"status", "priority", "subject", *FLAGS, *DATES, *WORDS})
"""What an address may say of a filter."""
RARE = NAMES - {"status", "agency", "assignee", "sort"}
"""Fields that the form shows only when asked."""


def given_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of an address that filter."""
    return {name: value for name, value in query.items() if name in NAMES and value}


def wanted_of(request: "Request", given: Mapping[str, str]) -> Filter:
    """Return the filter that an address or a saved view asks for.

    Raises:
        InvalidInputError: with a field error for each value that is none.
    """
    wrong: list[FieldError] = []
    values: dict[str, Any] = {name: given[name] for name in WORDS if name in given}
    values |= {name: given[name] == "yes" for name in FLAGS if given.get(name) in ("yes", "no")}
    if values.get("assignee") == ME:
        values["assignee"] = request.sub
    for name in DATES:
        if name in given:
            try:
                values[name] = date.fromisoformat(given[name])
            except ValueError:
                wrong.append(FieldError(f"/{name}", "Enter a date like 2026-11-20.", "date"))
    for name in ("priority", "subject"):
        if name in given:
            if given[name].isascii() and given[name].isdigit() and len(given[name]) < 4:
                values[name] = int(given[name])
            else:
                wrong.append(FieldError(f"/{name}", "Choose one of those offered.", "not_offered"))
    if given.get("status", Status.OPEN) in {one.value for one in Status}:
        values["status"] = Status(given.get("status", Status.OPEN))
    else:
        wrong.append(FieldError("/status", "Choose one of those offered.", "not_offered"))
    made = Filter(**values)
    try:
        check(made, request.profile)
    except InvalidInputError as error:
        wrong += error.fields
    if wrong:
        raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
    return made


def address_of(given: Mapping[str, str], **more: str) -> str:
    """Return the query of an address with this filter; empty for none."""
    kept = {**given, **{name: value for name, value in more.items() if value}}
    return f"?{urlencode(kept)}" if kept else ""


def kept_of(given: Mapping[str, str]) -> dict[str, Any]:
    """Return a filter as a saved view keeps it: by the names of `Filter`, with the values of its API."""
    made: dict[str, Any] = {}
    for name, value in given.items():
        if name in FLAGS:
            made[name] = value == "yes"
        else:
            made[name] = int(value) if name in ("priority", "subject") and value.isdigit() else value
    return made


def given_by(kept: Mapping[str, Any]) -> dict[str, str]:
    """Return what an address says of a saved view."""
    texts = {True: "yes", False: "no"}
    return {
        name: texts[value] if isinstance(value, bool) else str(value)
        for name, value in kept.items()
        if name in NAMES and value not in (None, "")
    }


def form_of(request: "Request", given: Mapping[str, str], colleagues: "Iterable[Colleague]") -> dict[str, Any]:
    """Return the fields of the filter's form: `{name, label, options: {value, label, chosen}}`, and which are rare."""
    own, profile, language = request.text["queue"], request.profile, request.language
    agencies = [(one.key, one.name[language]) for one in profile.cases.agencies]
    tiles = map_of(profile.name)
    states = sorted(((name, tiles.get(name, {}).get(language, name)) for name in profile.areas), key=lambda one: one[1])
    yes_no = [("yes", request.text["answers"]["yes"]), ("no", request.text["answers"]["no"])]
    people = [(one.sub, one.name) for one in colleagues if one.name and one.sub != request.sub]
    options: dict[str, list[tuple[str, str]]] = {
        "status": [(one.value, request.text["cases"]["statuses"][one.value]) for one in Status],
        "agency": [("", own["any"]), *agencies],
        "assignee": [("", own["any"]), (ME, own["me"]), ("none", own["nobody"]), *people],
        "sort": [(name, own["sorts"][name]) for name in SORTS],
        "referred_to": [("", own["any"]), *agencies],
        "priority": [("", own["any"]), *((str(n), own["at_least"].replace("{n}", str(n))) for n in PRIORITIES)],
        "state": [("", own["any"]), *states],
        "subject": [("", own["any"]), *((str(s.code), s.label[language]) for s in profile.complaints.subjects)],
        **{name: [("", own["any"]), *yes_no] for name in FLAGS},
    }
    selects = [
        {
            "name": name,
            "label": own["fields"][name],
            "options": [{"value": v, "label": text, "chosen": given.get(name, "") == v} for v, text in pairs],
        }
        for name, pairs in options.items()
    ]
    return {
        "common": [one for one in selects if one["name"] not in RARE],
        "rare": [one for one in selects if one["name"] in RARE],
        "dates": [{"name": name, "label": own["fields"][name]} for name in DATES],
        "narrowed": bool(RARE & set(given)),
    }
