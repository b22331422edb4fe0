"""Certification: the text that holds, certified with a check box; the first time issues the account number."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError
from quietline.orders.standing import running_term

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

UNCHECKED = FieldError("/agree", "Confirm that you certify this.", "certification_agree")
CHANGED = FieldError("/agree", "The text has changed. Read it again.", "certification_changed")


@page("GET", "certification", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the text and what was certified before."""
    return html(request, "certification", **_values(request))


@page("POST", "certification", Who.REPRESENTATIVE)
def certify(request: Request) -> Answer:
    """Certify the text that was shown."""
    if request.fields.get("agree") != "yes":
        return form_again(request, "certification", [UNCHECKED], **_values(request))
    had = bool(request.representative.san)
    try:
        address, program = request.origin
        wiring.certifications().certify(
            request.representative,
            by=request.caller.sub,
            version=request.fields.get("version", ""),
            language=request.language,
            address=address,
            program=program,
        )
    except ConflictError:
        return form_again(request, "certification", [CHANGED], **_values(request))
    return go(request, "certification", done="renewed" if had else "issued")


def _values(request: Request) -> dict[str, Any]:
    service, own = wiring.certifications(), request.text["certification"]
    text = service.text()
    running = running_term(wiring.orders().entitlements(request.member.organization_id))
    standing = service.standing(request.member, running)
    history = service.history(request.member)
    people = {sub: wiring.people().person(sub) for sub in {one.by for one in history}}
    return {
        "state": standing.state.value,
        "held_until": request.day(standing.held_until) if standing.held_until else "",
        "due_on": request.day(standing.due_on) if standing.due_on else "",
        "history": [
            {
                "version": one.version,
                "day": request.day(one.at),
                "language": request.text_of(one.language)["language_name"],
                "by": person.email if (person := people[one.by]) else own["gone"],
            }
            for one in history
        ],
        "version": text.version,
        "wording": text.text[request.language],
        "san": request.member.san,
        "certified": request.member.certified_version,
        "lacks_factor": request.lacks_factor,
        "may_certify": request.member.role.value == "representative" and not request.lacks_factor,
        "holds_areas": running is not None,
    }
