"""Complaints about the organization's calls: what is said, until when to answer, and the answer for each call."""

from typing import TYPE_CHECKING, Any

from quietline.evidence.model import State
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.kernel.phone import PhoneNumber, international

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

if TYPE_CHECKING:
    from quietline.cases.investigation.model import Reply
    from quietline.cases.replies import AccusationFile, AccusedCall, AnswerInput
    from quietline.evidence.model import Evidence

ALONE = 100
"""Calls that have fields of their own; the fields for all others answer for the rest."""
OTHERS = "others"
COLOURS = {"asked": "yellow", "answered": "green", "silent": "red", "cleared": "grey"}
"""By `ReplyState`; what only these pages need is loaded with them, not with every cold start."""


@page("GET", "accusations", Who.MEMBER)
def listed(request: Request) -> Answer:
    """Show every accusation, newest first."""
    found = wiring.replies().all(request.member.organization_id)
    return html(request, "accusations", accusations=[_line(request, reply) for reply in found])


@page("GET", "accusations/{id}", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show one accusation with its calls, and the form while it may be answered."""
    return html(request, "accusation", **shown(request))


@page("POST", "accusations/{id}", Who.MEMBER)
def answer(request: Request) -> Answer:
    """Take the answer: it is final."""
    file = _file(request)
    given = _answers(request, file)
    try:
        wiring.replies().answer(
            request.member.organization_id,
            file.reply.case_id,
            given,
            request.fields.get("statement", ""),
            request.caller.sub,
        )
    except InvalidInputError as error:
        # one field may have answered for many calls: what is wrong with it is said once
        errors = list(dict.fromkeys(_placed(one, request, given) for one in error.fields))
        return form_again(request, "accusation", errors, **_values(request, file))
    except ConflictError as error:
        refused = [FieldError("/statement", str(error), "reply_refused")]
        return form_again(request, "accusation", refused, **_values(request, _file(request)))
    return go(request, f"accusations/{file.reply.case_id}", done="answered")


@page("POST", "accusations/{id}/extension", Who.MEMBER)
def extend(request: Request) -> Answer:
    """Extend the deadline, once."""
    case_id = request.params["id"]
    try:
        wiring.replies().extend(request.member.organization_id, case_id, request.caller.sub)
    except ConflictError as error:
        refused = [FieldError("/extension", str(error), "extension_refused")]
        return form_again(request, "accusation", refused, **_values(request, _file(request)))
    return go(request, f"accusations/{case_id}", done="extended")


def shown(request: Request) -> dict[str, Any]:
    """Return what the page of an accusation shows."""
    return _values(request, _file(request))


def _file(request: Request) -> "AccusationFile":
    return wiring.replies().read(request.member.organization_id, request.params["id"])


def _answers(request: Request, file: "AccusationFile") -> "list[AnswerInput]":
    """Return what was chosen for each call; a call without a choice takes that for the others."""
    from quietline.cases.replies import AnswerInput

    made = []
    for call in file.calls:
        name = _name(request, call.complaint_id)
        claim = request.fields.get(f"claim-{name}", "")
        if claim:
            on, text = request.fields.get(f"on-{name}", "").strip(), request.fields.get(f"text-{name}", "")
            made.append(AnswerInput(call.complaint_id, claim, on, text, request.every(f"files-{name}")))
    return made


def _name(request: Request, complaint_id: str) -> str:
    """Return which fields answer for a call: its own, or those for all others."""
    return complaint_id if request.fields.get(f"claim-{complaint_id}") else OTHERS


def _placed(error: FieldError, request: Request, given: "list[AnswerInput]") -> FieldError:
    """Return an error at the page's field, of the API's `/answers/<i>/on`."""
    parts = error.pointer.strip("/").split("/")
    if len(parts) >= 3 and parts[0] == "answers":
        name = _name(request, given[int(parts[1])].complaint_id)
        field = {"evidence": "files"}.get(parts[2], parts[2])
        return FieldError(f"/{field}-{name}", error.detail, error.code)
    return FieldError("/statement", error.detail, error.code)


def _line(request: Request, reply: "Reply") -> dict[str, Any]:
    own = request.text["accusations"]
    return {
        "id": reply.case_id,
        "notice": request.instant(reply.notice_at),
        "due": request.instant(reply.due_at),
        "calls": len(reply.complaints),
        "state": own["states"][reply.state],
        "colour": COLOURS[reply.state],
        "decision": own["decisions"].get(reply.decision, reply.decision) if reply.decision else "",
        "open": reply.is_asked,
        "extended": reply.extended,
    }


def _call(request: Request, call: "AccusedCall", labels: dict[str, str]) -> dict[str, Any]:
    own, finding = request.text["accusations"], call.finding
    said = call.answer
    return {
        "id": call.complaint_id,
        "called": international(PhoneNumber(call.called)),
        "at": request.instant(call.called_at),
        "kind": own["kinds"].get(call.kind, call.kind),
        "robocall": call.robocall,
        "finding": finding.sentence if finding else "",
        "claim": own["claims"][said.claim] if said else "",
        "on": request.day(said.on) if said and said.on else "",
        "text": said.text if said else "",
        "files": [labels[one] for one in said.evidence if one in labels] if said else [],
    }


def _uploaded(request: Request, one: "Evidence", number: int) -> dict[str, Any]:
    """Return a file by its place among all: what people named it is never kept."""
    own = request.text["accusations"]
    size = f", {max(1, round(one.size / 1024)):,} kB" if one.size else ""
    return {
        "id": one.id,
        "label": f"{number}. {own['file_kinds'][one.kind]}{size}, {request.instant(one.offered_at)}",
        "state": own["file_states"][one.state],
        "reason": own["file_reasons"].get(one.reason, "") if one.reason else "",
        "clean": one.state is State.CLEAN,
    }


def _values(request: Request, file: "AccusationFile") -> dict[str, Any]:
    from quietline.cases.investigation.model import Claim

    own = request.text["accusations"]
    files = [_uploaded(request, one, number) for number, one in enumerate(file.evidence, 1)]
    labels = {one["id"]: one["label"] for one in files}
    return {
        "accusation": _line(request, file.reply),
        "files": files,
        "clean": [one for one in files if one["clean"]],
        "file_kinds": [{"value": kind, "label": own["file_kinds"][kind]} for kind in request.profile.evidence.kinds],
        "named": {name: request.every(name) for name, _value in request.pairs if name.startswith("files-")},
        "caller": file.caller_number and international(PhoneNumber(file.caller_number)),
        "calls": [_call(request, call, labels) for call in file.calls],
        "alone": ALONE,
        "others": OTHERS,
        "claims": [{"value": claim.value, "label": own["claims"][claim.value]} for claim in Claim],
        "statement": file.reply.statement,
        "rests": file.rests,
        "values": request.fields,
    }
