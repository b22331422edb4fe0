"""One case: what is known of it, and its decision."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from quietline.cases.model import Status
from quietline.cases.penalties import worksheet
from quietline.evidence.model import State
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.pages.words import money, size

from functions.console import inquiry, wiring, words
from functions.console.frame import Answer, Request, Who, form_again, go, html, page

if TYPE_CHECKING:
    from quietline.cases.exhibits import Exhibit
    from quietline.cases.model import Accusation, CaseFile, PenaltyLine
    from quietline.kernel.money import Money

SECTIONS = (
    "pictures",
    "complaints",
    "findings",
    "traceback",
    "reply",
    "evidence",
    "notes",
    "links",
    "penalties",
    "decide",
    "log",
)
"""Parts of the page, in their order: each is a heading that a link on top leads to."""


@page("GET", "cases/{id}", Who.INVESTIGATOR)
def show(request: Request) -> Answer:
    """Show a case; the view is written into its log."""
    return html(request, "case", **values(request, read(request)))


@page("POST", "cases/{id}/decision", Who.INVESTIGATOR)
def decide(request: Request) -> Answer:
    """Take the decision."""
    given = request.fields
    return changed(
        request,
        "decided",
        lambda case_id: wiring.decisions().decide(
            case_id, given.get("decision", ""), given.get("reasons", ""), request.investigator
        ),
    )


def changed(request: Request, done: str, change: Callable[[str], object]) -> Answer:
    """Do something to the case and show it again: with what is wrong with the form, or what was done."""
    case_id = request.params["id"]
    try:
        change(case_id)
    except InvalidInputError as error:
        return _again(request, error.fields)
    except ConflictError:
        return go(request, f"cases/{case_id}", done="meanwhile")
    return go(request, f"cases/{case_id}", done=done)


def read(request: Request) -> "CaseFile":
    """Return the case, with a move of complaints that was left unfinished gone on with; the view is logged."""
    wiring.moves().resume(request.params["id"])
    return wiring.reader().read(request.params["id"], request.investigator)


def _again(request: Request, errors: Sequence[FieldError]) -> Answer:
    return form_again(request, "case", errors, **values(request, read(request)))


def values(request: Request, file: "CaseFile") -> dict[str, Any]:
    """Return what `case.html` shows."""
    case, own = file.case, request.text["cases"]
    names = words.names(request)
    decided = case.decision
    lines = decided.penalties if decided and decided.penalties else _worksheet(request, file)
    states = Counter(words.state_of(request, one) for one in file.accusations)
    days = Counter(request.profile.local_date(one.called_at) for one in file.accusations)
    return {
        "title": words.caller(request, case),
        "sections": SECTIONS,
        "case": {
            "id": case.id,
            "status": case.status.value,
            "colour": words.COLOURS[case.status],
            "opened": request.day(case.opened_at),
            "trigger": own["triggers"].get(case.trigger, case.trigger),
            "due": request.day(case.due_at),
            "agency": words.agency(request, case),
            "assignee": names.of(case.assignee) if case.assignee else request.text["queue"]["nobody"],
            "escalations": case.escalations,
            "failure": case.failure,
            "merged_into": case.merged_into,
            "moving": case.moving,
            "points": case.priority.points,
            "waits": bool(case.token) and decided is None,
            "may_change": file.may_change,
            "on_hold": case.on_hold(request.profile.local_date(wiring.reader().clock.now())),
        },
        "hold": {"reason": hold.reason, "until": request.day(hold.until)} if (hold := case.standing_hold) else None,
        "referral": _referral(request, file, names),
        "priority": words.priority(request, case),
        "decision": _decision(request, file, names),
        "complaints": [complaint(request, one, file.penalties[one.complaint_id]) for one in file.accusations],
        "exhibits": [exhibit(request, one) for one in wiring.exhibits().of(case.id)],
        "notes": [{"text": one.text, "by": names.of(one.by), "at": request.instant(one.at)} for one in file.notes],
        "links": [
            {"id": one.case_id, "reason": one.reason, "by": names.of(one.by), "at": request.day(one.at)}
            for one in file.links
        ],
        "earlier": file.earlier,
        "events": [
            words.action(request, event.action, event.detail, names)
            | {"at": request.instant(event.at), "by": names.of(event.by)}
            for event in file.events
        ],
        "penalties": [_line(request, line) for line in lines],
        "total": money(sum((line.total for line in lines[1:]), start=lines[0].total)) if lines else "",
        "decisions": [{"value": kind, "label": own["decisions"][kind]} for kind in request.profile.cases.decisions],
        "acts": _acts(request, file),
        **inquiry.shown(request, file, names),
        **words.pictures(request, states, days),
    }


def _acts(request: Request, file: "CaseFile") -> list[dict[str, str]]:
    """Return links to what the person may do to the case now."""
    case, person = file.case, request.investigator
    names = []
    if case.status is Status.OPEN:
        if file.may_change:
            names = ["assign", "hold", "link", "merge", "split", *([] if case.referral else ["refer"])]
        if case.referral and case.referral.to == person.agency and person.supervises:
            names.insert(0, "answer")
    titles = request.text["acts"]["titles"]
    return [{"href": request.at(f"cases/{case.id}/{name}"), "text": titles[name]} for name in names]


def exhibit(request: Request, one: "Exhibit") -> dict[str, Any]:
    """Return a piece of evidence as the page lists it."""
    own, piece = request.text["evidence"], one.evidence
    return {
        "complaint": one.complaint_id,
        "reference": one.reference,
        "id": piece.id,
        "kind": own["kinds"].get(piece.kind, piece.kind),
        "at": request.instant(piece.offered_at),
        "clean": piece.state is State.CLEAN,
        "state": own["states"].get(piece.state, piece.state),
        "size": size(piece.size) if piece.size else "",
        "content_type": piece.content_type,
        "sha256": piece.sha256,
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


def _referral(request: Request, file: "CaseFile", names: words.Names) -> dict[str, Any] | None:
    offered = file.case.referral
    if offered is None:
        return None
    return {
        "to": words.agency_name(request, offered.to),
        "joint": offered.joint,
        "reason": offered.reason,
        "by": names.of(offered.by),
        "at": request.day(offered.at),
        "ours": offered.to == request.investigator.agency,
    }


def _decision(request: Request, file: "CaseFile", names: words.Names) -> dict[str, Any] | None:
    made = file.case.decision
    if made is None:
        return None
    return {
        "kind": request.text["cases"]["decisions"][made.kind],
        "reasons": made.reasons,
        "by": names.of(made.by),
        "at": request.instant(made.at),
    }


def complaint(request: Request, one: "Accusation", penalty: "Money | None" = None) -> dict[str, Any]:
    """Return a complaint as a line of a table."""
    own = request.text["cases"]
    answers = {None: own["not_told"], True: request.text["answers"]["yes"], False: request.text["answers"]["no"]}
    return {
        "id": one.complaint_id,
        "reference": one.reference,
        "called_at": request.instant(one.called_at),
        "called": words.shown_number(request, one.called),
        "state": words.state_of(request, one),
        "kind": own["kinds"].get(one.kind, one.kind),
        "robocall": answers[one.robocall],
        "subject": words.subject(request, one.subject),
        "outcome": own["outcomes"].get(one.outcome, one.outcome),
        "added": len(one.added),
        "corrected": len(one.corrections),
        "done_business": answers[one.done_business],
        "asked_to_stop": answers[one.asked_to_stop],
        "comments": one.comments,
        "penalty": money(penalty) if penalty else "",
    }
