"""What investigators do to a case besides deciding it: each act has its small form, one click away from the case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from quietline.cases.texts import REASON_LENGTH
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError

from functions.console import wiring, words
from functions.console.frame import Answer, Request, Who, form_again, go, html, page
from functions.console.pages.cases import changed, read

if TYPE_CHECKING:
    from quietline.cases.model import CaseFile

ME = "me"
type Fields = list[dict[str, Any]]


@dataclass(frozen=True)
class Act:
    """An act with a form: its fields, and what it does with them."""

    fields: Callable[[Request, "CaseFile"], Fields]
    do: Callable[[Request, str], object]


def _field(
    request: Request, kind: str, name: str, options: Sequence[tuple[str, str]] = (), most: int = 0
) -> dict[str, Any]:
    own = request.text["acts"]
    return {
        "kind": kind,
        "name": name,
        "label": own["fields"][name],
        "hint": own["hints"].get(name, ""),
        "options": [{"value": value, "label": label} for value, label in options],
        "most": most or "",
    }


def _assign_fields(request: Request, file: "CaseFile") -> Fields:
    own, case = request.text["queue"], file.case
    people = [
        (one.sub, f"{one.name}, {words.agency_name(request, one.agency)}")
        for one in words.names(request).everybody
        if one.name and one.sub != request.sub and (case.joint or one.agency == case.agency)
    ]
    return [_field(request, "select", "assignee", [(ME, own["me"]), *people, ("", own["nobody"])])]


def _assign(request: Request, case_id: str) -> object:
    whom = request.fields.get("assignee", "")
    return wiring.desk().assign(case_id, request.sub if whom == ME else whom, request.investigator)


def _hold_fields(request: Request, _file: "CaseFile") -> Fields:
    return [_field(request, "date", "until"), _field(request, "area", "reason", most=REASON_LENGTH)]


def _hold(request: Request, case_id: str) -> object:
    until = _day(request.fields.get("until", ""), "/until")
    return wiring.desk().hold(case_id, request.fields.get("reason", ""), until, request.investigator)


def _link_fields(request: Request, _file: "CaseFile") -> Fields:
    return [_field(request, "text", "case_id"), _field(request, "area", "reason", most=REASON_LENGTH)]


def _link(request: Request, case_id: str) -> object:
    given = request.fields
    return wiring.desk().link(case_id, given.get("case_id", "").strip(), given.get("reason", ""), request.investigator)


def _refer_fields(request: Request, file: "CaseFile") -> Fields:
    agencies = [
        (one.key, one.name[request.language]) for one in request.profile.cases.agencies if one.key != file.case.agency
    ]
    joint = [("yes", request.text["acts"]["joint"])]
    return [
        _field(request, "select", "to", agencies),
        _field(request, "checks", "joint", joint),
        _field(request, "area", "reason", most=REASON_LENGTH),
    ]


def _refer(request: Request, case_id: str) -> object:
    given = request.fields
    return wiring.desk().refer(
        case_id,
        given.get("to", ""),
        given.get("reason", ""),
        request.investigator,
        joint=given.get("joint") == "yes",
    )


def _answer_fields(request: Request, _file: "CaseFile") -> Fields:
    own = request.text["acts"]
    choices = [("accept", own["accept"]), ("refuse", own["refuse"])]
    return [_field(request, "radios", "answer", choices), _field(request, "area", "reason", most=REASON_LENGTH)]


def _answer(request: Request, case_id: str) -> object:
    given = request.fields
    if given.get("answer") not in ("accept", "refuse"):
        raise _wrong("/answer", "Accept or refuse.", "not_offered")
    accept = given["answer"] == "accept"
    return wiring.desk().answer(case_id, given.get("reason", ""), request.investigator, accept=accept)


def _merge_fields(request: Request, _file: "CaseFile") -> Fields:
    return [_field(request, "text", "into")]


def _merge(request: Request, case_id: str) -> object:
    return wiring.moves().merge(case_id, request.fields.get("into", "").strip(), request.investigator)


def _split_fields(request: Request, file: "CaseFile") -> Fields:
    calls = [
        (
            one.complaint_id,
            f"{one.reference}: {request.instant(one.called_at)}, {words.shown_number(request, one.called)}",
        )
        for one in file.accusations
    ]
    return [_field(request, "checks", "complaints", calls), _field(request, "text", "target")]


def _split(request: Request, case_id: str) -> object:
    chosen, target = request.every("complaints"), request.fields.get("target", "").strip()
    if target:
        return wiring.moves().move(case_id, target, chosen, request.investigator)
    return wiring.moves().split(case_id, chosen, request.investigator)


def _reasons(request: Request, _file: "CaseFile") -> Fields:
    return [_field(request, "area", "reasons")]


ACTS = {
    "assign": Act(_assign_fields, _assign),
    "hold": Act(_hold_fields, _hold),
    "link": Act(_link_fields, _link),
    "refer": Act(_refer_fields, _refer),
    "answer": Act(_answer_fields, _answer),
    "merge": Act(_merge_fields, _merge),
    "split": Act(_split_fields, _split),
    "name-caller": Act(
        lambda request, _file: [_field(request, "text", "organization")],
        lambda request, case_id: wiring.review().name_caller(
            case_id, request.fields.get("organization", ""), request.investigator
        ),
    ),
    "ask-carrier": Act(
        lambda request, _file: [_field(request, "text", "carrier")],
        lambda request, case_id: wiring.review().ask_carrier(
            case_id, request.fields.get("carrier", ""), request.investigator
        ),
    ),
    "give-back": Act(
        _reasons,
        lambda request, case_id: wiring.review().give_back(
            case_id, request.fields.get("reasons", ""), request.investigator
        ),
    ),
    "reopen": Act(
        _reasons,
        lambda request, case_id: wiring.review().reopen(
            case_id, request.fields.get("reasons", ""), request.investigator
        ),
    ),
}
"""Act → its form. `acts.titles.<act>` of the texts names it, `cases.done.<act>` says that it was done."""


def _show(name: str) -> Callable[[Request], Answer]:
    def show(request: Request) -> Answer:
        return html(request, "act", **_values(request, name))

    return show


def _take(name: str) -> Callable[[Request], Answer]:
    def take(request: Request) -> Answer:
        case_id = request.params["id"]
        try:
            ACTS[name].do(request, case_id)
        except InvalidInputError as error:
            return form_again(request, "act", _placed(error.fields), **_values(request, name))
        except ConflictError:
            return go(request, f"cases/{case_id}", done="meanwhile")
        return go(request, f"cases/{case_id}", done=_key(name))

    return take


for _name in ACTS:
    page("GET", f"cases/{{id}}/{_name}", Who.INVESTIGATOR)(_show(_name))
    page("POST", f"cases/{{id}}/{_name}", Who.INVESTIGATOR)(_take(_name))


@page("POST", "cases/{id}/note", Who.INVESTIGATOR)
def note(request: Request) -> Answer:
    """Append a note."""
    return changed(
        request,
        "note",
        lambda case_id: wiring.desk().note(case_id, request.fields.get("text", ""), request.investigator),
    )


@page("POST", "cases/{id}/confirm", Who.INVESTIGATOR)
def confirm(request: Request) -> Answer:
    """Confirm a citation that another person decided."""
    return changed(request, "confirm", lambda case_id: wiring.review().confirm(case_id, request.investigator))


@page("POST", "cases/{id}/release", Who.INVESTIGATOR)
def release(request: Request) -> Answer:
    """End a hold."""
    return changed(request, "release", lambda case_id: wiring.desk().release(case_id, request.investigator))


@page("POST", "cases/{id}/unlink", Who.INVESTIGATOR)
def unlink(request: Request) -> Answer:
    """End a link."""
    other = request.fields.get("other", "")
    return changed(request, "unlink", lambda case_id: wiring.desk().unlink(case_id, other, request.investigator))


@page("POST", "cases/{id}/withdraw", Who.INVESTIGATOR)
def withdraw(request: Request) -> Answer:
    """Take back an offer to the other agency."""
    return changed(request, "withdraw", lambda case_id: wiring.desk().withdraw_referral(case_id, request.investigator))


def _values(request: Request, name: str) -> dict[str, Any]:
    file, own, key = read(request), request.text["acts"], _key(name)
    return {
        "title": own["titles"][key],
        "lead": own["leads"].get(key, ""),
        "caller": words.caller(request, file.case),
        "case_id": file.case.id,
        "form_fields": ACTS[name].fields(request, file),
        "chosen": set(request.every("complaints")),
    }


def _key(name: str) -> str:
    """Return an act's name as the texts have it."""
    return name.replace("-", "_")


def _placed(errors: Sequence[FieldError]) -> list[FieldError]:
    """Return errors with the fields they belong to here: of one in a list it is the list."""
    return [FieldError("/" + error.pointer.strip("/").split("/")[0], error.detail, error.code) for error in errors]


def _day(text: str, pointer: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _wrong(pointer, "Enter a date like 2026-11-20.", "date") from error


def _wrong(pointer: str, detail: str, code: str) -> InvalidInputError:
    return InvalidInputError(detail, (FieldError(pointer, detail, code),))
