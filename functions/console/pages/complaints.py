"""One complaint of a case in full: how it was screened, and what its consumer added and corrected."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quietline.kernel.clock import from_text

from functions.console import wiring, words
from functions.console.frame import Answer, Request, Who, html, page
from functions.console.pages.cases import complaint, exhibit

if TYPE_CHECKING:
    from quietline.cases.statements import Correction, RemovedFile, Ruling

NUMBERS = frozenset({"called", "caller_number"})
INSTANTS = frozenset({"called_at"})
HIDDEN = frozenset({"caller_key"})
"""Follows from number and name."""


@page("GET", "cases/{id}/complaints/{complaint}", Who.INVESTIGATOR)
def show(request: Request) -> Answer:
    """Show a complaint; the view is written into the case's log."""
    case_id, complaint_id = request.params["id"], request.params["complaint"]
    entry = wiring.reader().complaint(case_id, complaint_id, request.investigator)
    files = [one for one in wiring.exhibits().of(case_id) if one.complaint_id == complaint_id]
    return html(
        request,
        "complaint",
        title=f"{request.text['cases']['complaint']} {entry.reference}",
        case_id=case_id,
        one=complaint(request, entry),
        received=request.instant(entry.received_at),
        caller=", ".join(filter(None, (entry.caller_name, words.shown_number(request, entry.caller_number)))),
        consumer=[
            {"name": request.text["cases"]["consumer"].get(name, name), "text": text}
            for name, text in entry.consumer.items()
        ],
        rulings=[_ruling(request, one) for one in entry.rulings],
        added=[{"at": request.instant(one.at), "text": one.text} for one in entry.added],
        corrections=[_correction(request, one) for one in entry.corrections],
        removed=[_removed(request, one) for one in entry.removed],
        exhibits=[exhibit(request, one) for one in files],
    )


def _ruling(request: Request, ruling: "Ruling") -> dict[str, str]:
    own = request.text["cases"]
    return {
        "rule": own["rules"].get(ruling.rule, ruling.rule),
        "answer": own["answers"].get(ruling.answer, ruling.answer),
        "detail": ruling.detail,
        "source": ruling.source,
    }


def _correction(request: Request, made: "Correction") -> dict[str, Any]:
    names = request.text["cases"]["corrected"]
    before = [
        {"name": names.get(name, name), "text": _before(request, name, value)}
        for name, value in made.before.items()
        if name not in HIDDEN
    ]
    own = request.text["cases"]
    changed = [{"name": own["consumer"].get(name, name), "text": own["contact_changed"]} for name in made.contact]
    return {"at": request.instant(made.at), "before": before + changed}


def _removed(request: Request, file: "RemovedFile") -> dict[str, str]:
    return {"at": request.instant(file.at), "kind": request.text["evidence"]["kinds"].get(file.kind, file.kind)}


def _before(request: Request, name: str, value: Any) -> str:
    """Return in words what stood in a field."""
    own, answers = request.text["cases"], request.text["answers"]
    match value:
        case None | "":
            return str(own["not_told"])
        case bool():
            return str(answers["yes" if value else "no"])
        case datetime():
            return request.instant(value)
        case Mapping():
            return ", ".join(f"{own['consumer'].get(key, key)}: {text}" for key, text in value.items())
    if name in INSTANTS:
        return request.instant(from_text(str(value)))
    if name in NUMBERS:
        return words.shown_number(request, str(value))
    if name == "subject":
        return words.subject(request, int(value))
    return str(value)
