"""The complaint's pages: the calls, then the consumer, then the review. What follows is `complaint.py`."""

from datetime import date

from quietline.kernel.ids import normalise_code, read_reference

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.forms import (
    CALL_FIELDS,
    MORE,
    YOU_FIELDS,
    check_complaint,
    complaint_of,
    is_about_call,
    more_calls_of,
)
from functions.site_forms.render import pages


def step(request: Request) -> Answer:
    """Check one step and show the next.

    `action` is `call` (step 1 sent), `more` (one more row for a call), `you` (step 2 sent) or `change`.
    """
    action = request.fields.get("action", "call")
    if action in ("change", "more"):
        return form_again(request, "complain", [], rows=_more_rows(request, add=action == "more"))
    wrong = check_complaint(wiring.complaints(), request.fields, request.language)
    if any(error.code == "diverted" for error in wrong):
        return _diverted(request)
    about_call = [error for error in wrong if is_about_call(error)]
    if about_call:
        return form_again(request, "complain", about_call, rows=_more_rows(request))
    if action != "you":
        return form_again(request, "complain_you", [])
    if wrong:
        return form_again(request, "complain_you", wrong)
    return html(request, "complain_review", rows=_rows(request))


def send(request: Request) -> Answer:
    """Hand the complaint in; the page is the only place that ever shows the status code."""
    wrong = check_complaint(wiring.complaints(), request.fields, request.language)
    if wrong:
        if is_about_call(wrong[0]):
            return form_again(request, "complain", wrong, rows=_more_rows(request))
        return form_again(request, "complain_you", wrong)
    made = wiring.complaints().submit(complaint_of(request.fields, request.language))
    return html(
        request,
        "complained",
        reference=made.reference,
        references=_references(request, made.references),
        status_code=made.status_code,
        link=status_link(request.language, made.reference, made.status_code),
    )


def _references(request: Request, references: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the reference of each call with its label; of a single one the label needs no number."""
    label, row = request.text["status"]["reference"], request.text["complain_more"]["row"]
    if len(references) == 1:
        return [{"label": label, "value": references[0]}]
    return [
        {"label": f"{label}: {row.replace('{row}', str(place))}", "value": one}
        for place, one in enumerate(references, 1)
    ]


def status_link(language: str, reference: str, code: str) -> str:
    """Return the secret link to a complaint's status: what follows `#` never leaves the browser.

    A script of the page puts it into the form; without script the page asks for both.
    """
    return f"/{language}/complaint-status/#{read_reference(reference)}.{normalise_code(code)}"


def _diverted(request: Request) -> Answer:
    """Say who handles calls of this subject."""
    subject = request.profile.complaints.subject(complaint_of(request.fields, request.language).subject)
    assert subject is not None
    handled = subject.handled
    return html(
        request,
        "complain_diverted",
        subject=subject.label[request.language],
        who=handled.text[request.language] if handled else "",
        agency=handled.agency if handled else "",
        link=handled.link if handled else "",
    )


def _more_rows(request: Request, *, add: bool = False) -> list[int]:
    """Return the rows of other calls that the page shows, at most as many as may be reported."""
    most = request.profile.complaints.max_calls - 1
    rows = sorted({int(found[1]) for name in request.fields if (found := MORE.fullmatch(name))})
    if add:
        rows.append(max(rows, default=0) + 1)
    return rows[:most]


def _rows(request: Request) -> list[dict[str, str]]:
    """Return what the review lists: every field that was filled, in the page's words."""
    t = request.text
    rows = []
    for name in (*CALL_FIELDS, *YOU_FIELDS):
        value = request.fields.get(name, "").strip()
        if name == "subject":
            subject = request.profile.complaints.subject(int(value or 0))
            value = subject.label[request.language] if subject else ""
        elif name == "kind":
            value = t["complain"]["kinds"][value]
        elif name in ("robocall", "done_business", "asked_to_stop"):
            value = t["answers"].get(value, "")
        elif name == "call_date":
            value = _day(request, value)
        if value:
            rows.append({"label": t["complain"]["fields"][name], "value": value})
        if name == "call_time":
            label = t["complain_more"]["row"]
            rows += [
                {"label": label.replace("{row}", str(row)), "value": f"{_day(request, at.call_date)}, {at.call_time}"}
                for row, at in enumerate(more_calls_of(request.fields).values(), 2)
            ]
    return rows


def _day(request: Request, typed: str) -> str:
    """Return a date that was checked in the page's words."""
    return pages(request.profile).day(date.fromisoformat(typed.strip()), request.language)
