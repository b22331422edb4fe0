"""A complaint after it was sent: its status, files, comments, corrections, withdrawal, and the mailed link."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from quietline.complaints.changes import CORRECTABLE, form_of
from quietline.complaints.form import CONTACT, on_file
from quietline.complaints.model import Complaint, ComplaintStatus, Correction, Stage
from quietline.complaints.service import status_of
from quietline.evidence.model import Evidence, State, complaint_owner
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, LinkError, NotFoundError
from quietline.kernel.phone import PhoneNumber, international, national
from quietline.pages.forms import upload_policy

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.forms import CHOICES, complaint_of
from functions.site_forms.render import pages
from functions.site_forms.self_service import button, link_refused

type Page = Callable[[Request], Answer]
NOT_FOUND = FieldError("/reference", "There is no complaint with this reference and status code.", "status_not_found")
COOKIE = "__Host-complaint"
"""Which complaint a file is being sent for: the storage sends the browser back, and no address may hold the code."""
KEPT_SECONDS = 3600
MEGA = 1_048_576


def status(request: Request) -> Answer:
    """Show what became of a complaint."""
    return _opened(request, lambda complaint: _shown(request, complaint))


def comment(request: Request) -> Answer:
    """Add a comment."""

    def add(complaint: Complaint) -> Answer:
        try:
            changed = wiring.changes().comment(complaint, request.fields.get("comment", ""))
        except InvalidInputError as error:
            return _shown(request, complaint, errors=error.fields)
        return _shown(request, changed, notice="commented")

    return _opened(request, add)


def correct(request: Request) -> Answer:
    """Show what the complaint says as a form; or keep what was corrected."""

    def change(complaint: Complaint) -> Answer:
        if request.fields.get("corrected") != "yes":
            typed = form_of(complaint, request.profile)
            values = {name: _typed(getattr(typed, name)) for name in CORRECTABLE}
            values |= {name: _written(request, values[name]) for name in ("called_number", "caller_number")}
            return form_again(request, "complaint_correct", [], **_secret(request), values=values)
        typed = complaint_of(request.fields, request.language)
        changes = {name: getattr(typed, name) for name in CORRECTABLE}
        changes["robocall"] = CHOICES.get(request.fields.get("robocall", ""), complaint.robocall)
        try:
            changed = wiring.changes().correct(complaint, changes)
        except InvalidInputError as error:
            return form_again(request, "complaint_correct", error.fields, **_secret(request))
        return _shown(request, changed, notice="corrected")

    return _opened(request, change)


def contact(request: Request) -> Answer:
    """Ask for name and address without showing what is on file; or keep them.

    A blank field stays as it is, or is deleted, as the person says: whoever finds the code learns no address.
    """

    def change(complaint: Complaint) -> Answer:
        mailed = wiring.complaints().mailed(complaint)
        known = [request.text["complain"]["fields"][name] for name in on_file(complaint, mailed)]
        shown = _secret(request) | {"on_file": known}
        if request.fields.get("corrected") != "yes":
            return form_again(request, "complaint_contact", [], **shown, values={"blank": "keep"})
        typed = {name: request.fields.get(name, "") for name in CONTACT}
        cleared = request.fields.get("blank") == "delete"
        given = {name: text for name, text in typed.items() if text.strip() or cleared}
        try:
            changed = wiring.contacts().correct(complaint, given, request.fields.get("status_code", ""))
        except InvalidInputError as error:
            return form_again(request, "complaint_contact", error.fields, **shown)
        return _shown(request, changed, notice="contact" if given else "")

    return _opened(request, change)


def withdraw(request: Request) -> Answer:
    """Ask whether they are sure; or take the complaint back."""

    def end(complaint: Complaint) -> Answer:
        if request.fields.get("sure") != "yes":
            return html(request, "complaint_withdraw", **_secret(request))
        return _shown(request, wiring.changes().withdraw(complaint), notice="withdrawn")

    return _opened(request, end)


def evidence(request: Request) -> Answer:
    """Show the form that posts a file to the storage, which then sends the browser back."""

    def offer(complaint: Complaint) -> Answer:
        own, kind = request.text["complaint"], request.fields.get("kind", "")
        back = f"{wiring.settings().site_url}/forms/{request.language}/complaint/sent"
        made = wiring.evidence().offer(complaint_owner(complaint.id), kind, back=back)
        rules = request.profile.evidence.kinds[kind]
        hint = own["upload_hint"].replace("{megabytes}", str(rules.max_bytes // MEGA))
        hint = hint.replace("{minutes}", str(request.profile.evidence.upload_minutes))
        page = html(
            request,
            "complaint_evidence",
            headers=upload_policy(made.upload.url),
            title=own["kinds"][kind],
            reference=complaint.reference,
            hint=hint,
            accept=",".join(rules.types),
            upload={"url": made.upload.url, "fields": dict(made.upload.fields)},
        )
        kept = f"{request.fields['reference']}.{request.fields['status_code']}".replace(" ", "")
        return Answer(page.status, page.body, page.headers, (_cookie(kept, KEPT_SECONDS),))

    return _opened(request, offer)


def file(request: Request) -> Answer:
    """Show the link to a file of the complaint; it works for minutes."""

    def offer(complaint: Complaint) -> Answer:
        found = wiring.evidence().get(complaint_owner(complaint.id), request.fields.get("evidence", ""))
        return html(
            request,
            "complaint_file",
            **_secret(request),
            title=request.text["complaint"]["kinds"][found.kind.value],
            url=wiring.evidence().link(found.owner, found.id),
            name=found.file_name,
            minutes=request.profile.evidence.link_seconds // 60,
        )

    return _opened(request, offer)


def remove_file(request: Request) -> Answer:
    """Ask whether they are sure; or remove a file. A second time, or from a page that is old, nothing changes."""

    def remove(complaint: Complaint) -> Answer:
        evidence_id = request.fields.get("evidence", "")
        if request.fields.get("sure") == "yes":
            return _shown(request, wiring.files().remove(complaint, evidence_id), notice="removed")
        if any(one.evidence_id == evidence_id for one in complaint.removed):
            return _shown(request, complaint, notice="removed")
        found = wiring.evidence().get(complaint_owner(complaint.id), evidence_id)
        if not complaint.may_lose(found):
            return _shown(request, complaint, refusal="relied")
        kind = request.text["complaint"]["kinds"][found.kind.value]
        sent_at = pages(request.profile).instant(found.offered_at, request.language)
        return html(
            request, "complaint_file_remove", **_secret(request), evidence=found.id, file_kind=kind, sent_at=sent_at
        )

    return _opened(request, remove, refusal="relied")


def sent(request: Request) -> Answer:
    """Where the storage sends the browser once it has the file; the scan takes a moment."""
    reference, _, code = request.cookies.get(COOKIE, "").partition(".")
    mine = Request(request.profile, request.language, {"reference": reference, "status_code": code}, {})
    if not code:
        return form_again(mine, "complaint_status", [])
    page = _opened(mine, lambda complaint: _shown(mine, complaint, notice="sent"))
    return Answer(page.status, page.body, page.headers, (_cookie("", 0),))


def open_link(request: Request) -> Answer:
    """Use a mailed link, once; the page shows a code that works from now on."""
    try:
        complaint, code = wiring.changes().use_link(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    fields = {"reference": complaint.reference, "status_code": code}
    mine = Request(request.profile, request.language, fields, {})
    return _shown(mine, complaint, fresh_code=True)


def _opened(request: Request, page: Callable[[Complaint], Answer], refusal: str = "refused") -> Answer:
    """Open the complaint of the form's reference and code, and return a page about it.

    `refusal` is the text that says why what was asked is not possible any more.
    """
    try:
        found = wiring.complaints().opened(request.fields.get("reference", ""), request.fields.get("status_code", ""))
    except (NotFoundError, InvalidInputError):
        return form_again(request, "complaint_status", [NOT_FOUND])
    try:
        return page(found)
    except ConflictError:
        return _shown(request, found, refusal=refusal)


def _shown(
    request: Request,
    complaint: Complaint,
    *,
    notice: str = "",
    refusal: str = "",
    errors: tuple[FieldError, ...] = (),
    fresh_code: bool = False,
) -> Answer:
    found, t = status_of(complaint), request.text
    own, shown = t["complaint"], pages(request.profile)
    withdrawn, decided = found.stage is Stage.WITHDRAWN, found.stage is Stage.DECIDED
    return form_again(
        request,
        "complaint_status_shown",
        errors,
        **_secret(request) | {"reference": complaint.reference},
        # a comment that was taken is not left in its field to be sent again
        values=request.fields if errors else {},
        stage=t["stages"][found.stage.value],
        outcome=t["outcomes"][found.outcome.value] if found.outcome and not withdrawn else "",
        decision=t["decisions"].get(found.decision, found.decision),
        notice=own[refusal] if refusal else own["notices"].get(notice, ""),
        fresh_code=fresh_code,
        timeline=[{"at": shown.instant(at, request.language), "text": text} for at, text in _timeline(request, found)],
        others=[one for one in found.submission if one != complaint.reference],
        comments=[{"at": shown.instant(one.at, request.language), "text": one.text} for one in found.additions],
        files=[_file(request, complaint, one) for one in wiring.evidence().of(complaint_owner(complaint.id))],
        can_add=not withdrawn,
        can_change=not withdrawn and not decided,
    )


def _timeline(request: Request, found: ComplaintStatus) -> list[tuple[datetime, str]]:
    """Return what happened to a complaint, oldest first: its stages, and what its consumer changed."""
    t = request.text
    own = t["complaint"]
    lines = [(one.at, t["stages"][one.stage.value]["short"]) for one in found.timeline]
    lines += [(one.at, _corrected(request, one)) for one in found.corrections]
    lines += [(one.at, f"{own['file_removed']}: {own['kinds'][one.kind]}") for one in found.removed]
    return sorted(lines, key=lambda line: line[0])


def _corrected(request: Request, made: Correction) -> str:
    t = request.text
    if not made.contact:
        return str(t["complaint"]["call_corrected"])
    names = (t["complain"]["fields"][name] for name in made.contact)
    return f"{t['complaint']['contact_corrected']}: {', '.join(names)}"


def _file(request: Request, complaint: Complaint, one: Evidence) -> dict[str, Any]:
    own = request.text["complaint"]
    return {
        "id": one.id,
        "kind": own["kinds"][one.kind.value],
        "sent_at": pages(request.profile).instant(one.offered_at, request.language),
        "state": own["states"][one.state.value],
        "is_readable": one.state is State.CLEAN,
        "is_removable": complaint.may_lose(one),
    }


def _secret(request: Request) -> dict[str, Any]:
    return {name: request.fields.get(name, "") for name in ("reference", "status_code")}


def _written(request: Request, e164: str) -> str:
    """Return a number as the country writes it; one of another country with its code."""
    if not e164:
        return ""
    ours = e164.startswith(f"+{request.profile.numbering.calling_code}")
    return national(PhoneNumber(e164)) if ours else international(PhoneNumber(e164))


def _typed(value: Any) -> str:
    """Return a value of the form as its field holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _cookie(value: str, seconds: int) -> str:
    return f"{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"


ROUTES: dict[str, dict[str, Page]] = {
    "complaint-status": {"POST": status},
    "complaint/comment": {"POST": comment},
    "complaint/correct": {"POST": correct},
    "complaint/contact": {"POST": contact},
    "complaint/withdraw": {"POST": withdraw},
    "complaint/evidence": {"POST": evidence},
    "complaint/file": {"POST": file},
    "complaint/file-remove": {"POST": remove_file},
    "complaint/sent": {"GET": sent},
    "complaint/open": {"GET": button("complaint_open", "complaint/open"), "POST": open_link},
}
MAILED = ("complaint/open",)
