"""One case: what is known of it, and its decision."""

from typing import TYPE_CHECKING, Any

from quietline.cases.penalties import worksheet
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.pages.words import money

from functions.console import wiring, words
from functions.console.frame import Answer, Request, Who, form_again, go, html, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quietline.cases.model import Accusation, CaseFile, PenaltyLine
    from quietline.kernel.money import Money


@page("GET", "cases/{id}", Who.INVESTIGATOR)
def show(request: Request) -> Answer:
    """Show a case; the view is written into its log."""
    return html(request, "case", **_values(request, _file(request)))


@page("POST", "cases/{id}/decision", Who.INVESTIGATOR)
def decide(request: Request) -> Answer:
    """Take the decision."""
    case_id, given = request.params["id"], request.fields
    try:
        wiring.cases().decide(case_id, given.get("decision", ""), given.get("reasons", ""), request.sub)
    except InvalidInputError as error:
        return _again(request, error.fields)
    except ConflictError:
        return go(request, f"cases/{case_id}", done="meanwhile")
    return go(request, f"cases/{case_id}", done="decided")


def _file(request: Request) -> "CaseFile":
    return wiring.cases().read(request.params["id"], request.sub)


def _again(request: Request, errors: "Sequence[FieldError]") -> Answer:
    return form_again(request, "case", errors, **_values(request, _file(request)))


def _values(request: Request, file: "CaseFile") -> dict[str, Any]:
    """Return what `case.html` shows."""
    case, own = file.case, request.text["cases"]
    decided = case.decision
    lines = decided.penalties if decided and decided.penalties else _worksheet(request, file)
    return {
        "title": words.caller(request, case),
        "case": {
            "id": case.id,
            "status": case.status.value,
            "colour": words.COLOURS[case.status],
            "opened": request.day(case.opened_at),
            "due": request.day(case.due_at),
            "escalations": case.escalations,
            "failure": case.failure,
            "waits": bool(case.token) and decided is None,
        },
        "decision": _decision(request, file),
        "complaints": [_complaint(request, one, file.penalties[one.complaint_id]) for one in file.accusations],
        "events": [
            {
                "at": request.instant(event.at),
                "action": own["actions"].get(event.action, event.action),
                "by": own["system"] if event.by == "system" else event.by,
                "detail": own["decisions"].get(event.detail, event.detail),
            }
            for event in file.events
        ],
        "penalties": [_line(request, line) for line in lines],
        "total": money(sum((line.total for line in lines[1:]), start=lines[0].total)) if lines else "",
        "decisions": [{"value": kind, "label": own["decisions"][kind]} for kind in request.profile.cases.decisions],
        **words.pictures(request, file.accusations),
    }


def _worksheet(request: Request, file: "CaseFile") -> "tuple[PenaltyLine, ...]":
    return worksheet([one.called_at for one in file.accusations], request.profile)


def _line(request: Request, line: "PenaltyLine") -> dict[str, Any]:
    return {
        "since": request.day(line.since),
        "calls": line.calls,
        "maximum": money(line.maximum),
        "total": money(line.total),
        "source": line.source,
    }


def _decision(request: Request, file: "CaseFile") -> dict[str, Any] | None:
    made = file.case.decision
    if made is None:
        return None
    return {
        "kind": request.text["cases"]["decisions"][made.kind],
        "reasons": made.reasons,
        "by": made.by,
        "at": request.instant(made.at),
    }


def _complaint(request: Request, one: "Accusation", penalty: "Money") -> dict[str, Any]:
    own = request.text["cases"]
    answers = {None: own["not_told"], True: request.text["answers"]["yes"], False: request.text["answers"]["no"]}
    return {
        "reference": one.reference,
        "called_at": request.instant(one.called_at),
        "received_at": request.instant(one.received_at),
        "called": words.shown_number(request, one.called),
        "state": words.state_of(request, one),
        "kind": own["kinds"].get(one.kind, one.kind),
        "robocall": answers[one.robocall],
        "subject": words.subject(request, one.subject),
        "outcome": own["outcomes"].get(one.outcome, one.outcome),
        "done_business": answers[one.done_business],
        "asked_to_stop": answers[one.asked_to_stop],
        "comments": one.comments,
        "penalty": money(penalty),
    }
