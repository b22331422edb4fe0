"""The complaint's pages: the call, then the consumer, then the review; and its status."""

from quietline.kernel.errors import FieldError, InvalidInputError, NotFoundError
from quietline.pages.forms import field_of

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.forms import (
    CALL_FIELDS,
    YOU_FIELDS,
    check_complaint,
    complaint_of,
)
from functions.site_forms.render import pages

NOT_FOUND = FieldError("/reference", "There is no complaint with this reference and status code.", "status_not_found")


def step(request: Request) -> Answer:
    """Check one step and show the next; `action` is `call` (step 1 sent), `you` (step 2 sent) or `change`."""
    action = request.fields.get("action", "call")
    if action == "change":
        return form_again(request, "complain", [])
    wrong = check_complaint(wiring.complaints(), request.fields, request.language)
    about_call = [error for error in wrong if field_of(error) in CALL_FIELDS]
    if about_call:
        return form_again(request, "complain", about_call)
    if action != "you":
        return form_again(request, "complain_you", [])
    if wrong:
        return form_again(request, "complain_you", wrong)
    return html(request, "complain_review", rows=_rows(request))


def send(request: Request) -> Answer:
    """Hand the complaint in; the page is the only place that ever shows the status code."""
    wrong = check_complaint(wiring.complaints(), request.fields, request.language)
    if wrong:
        on_call = field_of(wrong[0]) in CALL_FIELDS
        return form_again(request, "complain" if on_call else "complain_you", wrong)
    made = wiring.complaints().submit(complaint_of(request.fields, request.language))
    return html(request, "complained", reference=made.reference, status_code=made.status_code)


def status(request: Request) -> Answer:
    """Show what became of a complaint."""
    reference, code = request.fields.get("reference", ""), request.fields.get("status_code", "")
    try:
        found = wiring.complaints().status(reference, code)
    except (NotFoundError, InvalidInputError):
        return form_again(request, "complaint_status", [NOT_FOUND])
    shown, t = pages(request.profile), request.text
    return html(
        request,
        "complaint_status_shown",
        reference=found.reference,
        stage=t["stages"][found.stage.value],
        outcome=t["outcomes"][found.outcome.value] if found.outcome else "",
        decision=t["decisions"].get(found.decision, found.decision),
        timeline=[
            {"at": shown.instant(entry.at, request.language), "stage": t["stages"][entry.stage.value]["short"]}
            for entry in found.timeline
        ],
    )


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
        if value:
            rows.append({"label": t["complain"]["fields"][name], "value": value})
    return rows
