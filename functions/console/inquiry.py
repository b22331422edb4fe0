"""What an investigation knows, in the words of the page's language: findings, traceback, the seller's side."""

from typing import TYPE_CHECKING, Any

from quietline.cases.investigation.model import HopState, ReplyState, Verdict
from quietline.cases.model import Status
from quietline.pages.words import money

from functions.console import wiring, words

if TYPE_CHECKING:
    from quietline.cases.investigation.model import Attribution, Finding, Hop, InvestigationFile, Reply
    from quietline.cases.model import Case, CaseFile

    from functions.console.frame import Request

VERDICTS = {Verdict.VIOLATION: "red", Verdict.EXCUSED: "green", Verdict.UNCLEAR: "yellow"}
HOPS = {
    HopState.ASKED: "blue",
    HopState.ORIGIN: "green",
    HopState.FORWARDED: "grey",
    HopState.REFUSED: "red",
    HopState.SILENT: "yellow",
}
REPLIES = {
    ReplyState.ASKED: "blue",
    ReplyState.ANSWERED: "green",
    ReplyState.SILENT: "yellow",
    ReplyState.CLEARED: "grey",
}
CITATION = "citation"
"""The decision that a second person confirms."""


def shown(request: "Request", file: "CaseFile", names: words.Names) -> dict[str, Any]:
    """Return what the sections of the investigation show."""
    known, own = wiring.review().read(file.case.id), request.text["inquiry"]
    references = {one.complaint_id: one.reference for one in file.accusations}
    total = known.total
    return {
        "phase": own["phases"].get(known.phase, known.phase),
        "stale": known.stale and bool(known.findings),
        "attribution": _attribution(request, known.investigation.attribution),
        "findings": [_finding(request, one, references) for one in known.findings],
        "proposed": money(total.proposed) if known.findings else "",
        "verdicts": [
            {"text": own["verdicts"][verdict], "count": total.calls.get(verdict, 0), "colour": colour}
            for verdict, colour in VERDICTS.items()
        ],
        "suggestion": request.text["cases"]["decisions"].get(known.suggestion, ""),
        "hops": [_hop(request, hop) for hop in known.hops],
        "reply": _reply(request, known.reply, references),
        "second": _second(request, file.case, known, names),
    }


def _attribution(request: "Request", found: "Attribution | None") -> dict[str, Any] | None:
    if found is None:
        return None
    own = request.text["inquiry"]
    return {
        "way": own["ways"].get(found.way, found.way),
        "name": found.name,
        "san": found.san,
        "exempt": found.exempt,
        "spoofed": found.spoofed,
    }


def _finding(request: "Request", finding: "Finding", references: dict[str, str]) -> dict[str, Any]:
    own = request.text["inquiry"]
    return {
        "reference": references.get(finding.complaint_id, ""),
        "on": request.day(finding.on),
        "verdict": own["verdicts"][finding.verdict],
        "colour": VERDICTS[finding.verdict],
        "sentence": sentence(request, finding),
        "checks": [
            {
                "rule": own["rules"].get(check.rule, check.rule),
                "answer": own["answers"].get(check.answer, check.answer),
                "detail": check.detail,
                "source": check.source,
            }
            for check in finding.checks
        ],
        "maximum": money(finding.maximum),
        "factors": [
            {"name": own["factors"].get(factor.code, factor.code), "percent": factor.percent}
            for factor in finding.factors
        ],
        "proposed": money(finding.proposed),
    }


def sentence(request: "Request", finding: "Finding") -> str:
    """Return the receipts check in one line: "held list of 2026-03-02, contained the number: yes"."""
    own, held = request.text["inquiry"], finding.holding
    if held is None:
        return str(own["held_none"])
    contained = {True: own["yes"], False: own["no"], None: own["unknown"]}[held.contained]
    text = str(own["held"]).replace("{date}", held.list_date.isoformat())
    return text.replace("{contained}", contained)


def _hop(request: "Request", hop: "Hop") -> dict[str, Any]:
    return {
        "carrier": hop.carrier,
        "state": request.text["inquiry"]["hops"][hop.state],
        "colour": HOPS[hop.state],
        "asked": request.day(hop.asked_at),
        "due": request.day(hop.due_at),
        "said": hop.origin or hop.following or hop.reason,
    }


def _reply(request: "Request", reply: "Reply | None", references: dict[str, str]) -> dict[str, Any] | None:
    if reply is None:
        return None
    own = request.text["inquiry"]
    return {
        "state": own["replies"][reply.state],
        "colour": REPLIES[reply.state],
        "asked": request.day(reply.notice_at),
        "due": request.day(reply.due_at),
        "extended": reply.extended,
        "statement": reply.statement,
        "answers": [
            {
                "reference": references.get(one.complaint_id, ""),
                "claim": own["claims"].get(one.claim, one.claim),
                "on": request.day(one.on) if one.on else "",
                "text": one.text,
                "evidence": list(one.evidence),
            }
            for one in reply.answers.values()
        ],
    }


def _second(request: "Request", case: "Case", known: "InvestigationFile", names: words.Names) -> dict[str, Any]:
    """Return how the second look at a citation stands."""
    made, confirmed = case.decision, known.investigation.confirmed
    waits = case.status is Status.OPEN and made is not None and made.kind == CITATION and confirmed is None
    return {
        "waits": waits,
        "own": made is not None and made.by == request.sub,
        "by": names.of(confirmed.by) if confirmed else "",
        "at": request.instant(confirmed.at) if confirmed else "",
        "may_reopen": case.status is Status.CLOSED,
        "earlier": [
            {
                "kind": request.text["cases"]["decisions"].get(one.kind, one.kind),
                "reasons": one.reasons,
                "by": names.of(one.by),
                "at": request.instant(one.at),
            }
            for one in known.investigation.earlier
        ],
    }
