"""Washes: asking for one, sending the call list straight to the storage, following it, and its result."""

import re
from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, NotFoundError
from quietline.pages.forms import upload_policy
from quietline.washes.model import REFERENCE, UNFINISHED, Result, State, Wash, WashRequest

from functions.portal import wiring, words
from functions.portal.acting import agent_of, may_get_lists, standing_of
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page
from functions.portal.saved import saved

PAGE = 20
HEADER = {"yes": True, "no": False}
MEGA = 1_000_000


@page("GET", "washes", Who.AGENT)
def listed(request: Request) -> Answer:
    """List the washes, with the form for a new one."""
    return _form(request, [])


@page("POST", "washes", Who.AGENT)
def ask(request: Request) -> Answer:
    """Ask for a wash; then its page has the form for the file."""
    may_get_lists(request)
    own, fields = request.text["washes"], request.fields
    wanted = WashRequest(
        fields.get("reference", "").strip(),
        fields.get("column", "").strip()[:200],
        HEADER.get(fields.get("header", "")),
    )
    if not re.fullmatch(REFERENCE, wanted.client_reference):
        return _form(request, [FieldError("/reference", own["refused_reference"], "wash_reference")])
    try:
        asked = wiring.washes().ask(standing_of(request), request.caller.sub, wanted)
    except ConflictError:
        return _form(request, [FieldError("/reference", own["refused_used"], "wash_reference_used")])
    return go(request, f"washes/{asked.wash.id}")


@page("GET", "washes/{id}", Who.AGENT)
def show(request: Request) -> Answer:
    """Show a wash: the form for its file, how far it is, or its result."""
    return _page(request, _values(request, _wash(request)))


@page("GET", "washes/{id}/sent", Who.AGENT)
def sent(request: Request) -> Answer:
    """Where the storage sends the browser once it has the file; the wash begins a moment later."""
    found = _wash(request)
    if found.state is not State.AWAITING_UPLOAD:
        return go(request, f"washes/{found.id}")
    return _page(request, _values(request, found, is_sent=True))


@page("GET", "washes/{id}/progress", Who.AGENT)
def progress(request: Request) -> Answer:
    """Return how far it is alone, for the script that follows it."""
    return html(request, "wash_progress", **_values(request, _wash(request), is_sent=True))


@page("POST", "washes/{id}/again", Who.AGENT)
def again(request: Request) -> Answer:
    """Let a wash that has failed take a file again; an agent's is the agent's to ask for."""
    may_get_lists(request)
    found = _wash(request)
    if found.agent != agent_of(request):
        raise NotFoundError("There is no such wash of yours.")
    wiring.washes().ask(standing_of(request), request.caller.sub, found.request)
    return go(request, f"washes/{found.id}")


@page("GET", "washes/{id}/receipt", Who.AGENT)
def receipt(request: Request) -> Answer:
    """Return the signed receipt as a file."""
    found = _wash(request)
    if found.result is None:
        raise NotFoundError("This wash has no receipt.")
    return saved(found.result.receipt, f"wash-{found.id}.jws")


def _wash(request: Request) -> Wash:
    return wiring.washes().get(request.acting.organization_id, request.params["id"], agent_of(request))


def _page(request: Request, values: dict[str, Any]) -> Answer:
    """Return the page of a wash. With the form for the file it may send to the storage's address, and no other may."""
    upload = values["upload"]
    headers = upload_policy(upload["url"]) if upload else {}
    return html(request, "wash", headers=headers, **values)


def _form(request: Request, wrong: list[FieldError]) -> Answer:
    own = request.text["washes"]
    after = request.query.get("after", "")
    found = wiring.washes().page(request.acting.organization_id, PAGE, after, agent_of(request))
    now = wiring.washes().clock.now()
    typed = {"reference": f"list-{now:%Y%m%d-%H%M%S}", "header": "auto"} | request.fields
    return form_again(
        request,
        "washes",
        wrong,
        lead=own["lead"].replace("{megabytes}", _megabytes(request)),
        values=typed,
        certified=bool(request.acting.san),
        has_areas=bool(wiring.orders().entitled_areas(request.acting.organization_id)),
        washes=[
            {
                "id": one.id,
                "reference": one.request.client_reference,
                "at": words.day(request, request.profile.local_date(one.created_at)),
                "state": own["states"][one.state]["short"],
                "rows": words.count(one.result.rows) if one.result else "",
                "listed": words.count(one.result.listed) if one.result else "",
            }
            for one in found.washes
        ],
        next=found.next,
    )


def _values(request: Request, found: Wash, *, is_sent: bool = False) -> dict[str, Any]:
    own = request.text["washes"]
    waits = found.state is State.AWAITING_UPLOAD
    unfinished = found.state in UNFINISHED and (is_sent or not waits)
    states = own["states"][found.state]
    long = own["failures"].get(found.failure, own["failures"]["other"]) if found.failure else states["long"]
    percent = min(100, found.bytes_done * 100 // found.bytes_total) if found.bytes_total else 0
    shown = own["progress_of"].replace("{percent}", str(percent))
    shown = shown.replace("{done}", words.size(found.bytes_done)).replace("{total}", words.size(found.bytes_total))
    return {
        "title": f"{own['titles']['wash']}: {found.request.client_reference}",
        "here": request.at(f"washes/{found.id}"),
        "follows": unfinished and request.query.get("still") != "1",
        "upload": _upload(request, found) if waits and not is_sent else None,
        "again": found.state is State.FAILED and found.agent == agent_of(request),
        "result": _result(request, found, found.result) if found.result else None,
        "wash": {
            "reference": found.request.client_reference,
            "state": found.state.value,
            "short": own["sent_short"] if waits and is_sent else states["short"],
            "long": own["sent"] if waits and is_sent else long,
            "unfinished": unfinished,
            "percent": percent if found.state is State.RUNNING and found.bytes_total else None,
            "progress": shown,
        },
    }


def _upload(request: Request, found: Wash) -> dict[str, Any]:
    """Return the form that posts the call list to the storage, which then sends the browser back here."""
    own = request.text["washes"]
    back = wiring.settings().site_url + request.at(f"washes/{found.id}/sent")
    form = wiring.washes().upload_form(found, back)
    minutes = str(wiring.settings().upload_url_seconds // 60)
    return {
        "url": form.url,
        "fields": dict(form.fields),
        "most": form.max_bytes,
        "hint": own["upload_hint"].replace("{megabytes}", _megabytes(request)).replace("{minutes}", minutes),
        "large": own["upload_large"].replace("{megabytes}", _megabytes(request)),
    }


def _result(request: Request, found: Wash, result: Result) -> dict[str, Any]:
    own, reasons = request.text["washes"], request.text["lookups"]["reasons"]
    url = wiring.washes().answer_link(found)
    until = request.profile.local_date(result.finished_at + wiring.washes().kept)
    unknown = [f"{reasons.get(reason, reason)}: {words.count(rows)}" for reason, rows in sorted(result.unknown.items())]
    column = f"{result.column_name} ({result.column})" if result.column_name else str(result.column)
    facts: list[tuple[str, str, list[str]]] = [
        (own["rows"], words.count(result.rows), []),
        (own["listed"], words.count(result.listed), []),
        (own["clear"], words.count(result.clear), []),
        (own["unknown"], words.count(sum(result.unknown.values())), unknown),
        (own["distinct"], words.count(result.distinct_numbers), []),
        (own["metered"], words.count(result.distinct_answered), []),
        (own["column_found"], column, []),
        (own["list_date"], words.day(request, result.list_date), []),
        (own["valid_until"], words.day(request, result.valid_until), []),
        (own["answer_size"], words.size(result.answer.size), []),
        (own["answer_hash"], result.answer.sha256, []),
    ]
    return {
        "url": url,
        "kept": own["answer_until"].replace("{day}", words.day(request, until)) if url else own["answer_gone"],
        "facts": [{"label": label, "value": value, "parts": parts} for label, value, parts in facts],
    }


def _megabytes(request: Request) -> str:
    return words.count(request.profile.washes.max_upload_bytes // MEGA)
