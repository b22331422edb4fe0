"""Who may act for the organization's account number, and for whose number the organization acts."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.sellers.model import Role

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

CONFLICT = FieldError("/san", "This telemarketer may act for you already, or there are too many.", "agent_conflict")
NOT_YOURS = FieldError("/san", "You may not act for this account number.", "acting_not_yours")


@page("GET", "agents", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the agents."""
    return html(request, "agents", **_values(request))


@page("POST", "agents", Who.REPRESENTATIVE)
def authorize(request: Request) -> Answer:
    """Let a telemarketer act for the organization."""
    try:
        wiring.agents().authorize(request.caller, request.fields.get("san", ""))
    except InvalidInputError as error:
        return form_again(request, "agents", error.fields, **_values(request))
    except ConflictError:
        return form_again(request, "agents", [CONFLICT], **_values(request))
    return go(request, "agents", done="authorized")


@page("POST", "agents/{san}/withdraw", Who.REPRESENTATIVE)
def withdraw(request: Request) -> Answer:
    """Take an authorization back."""
    wiring.agents().withdraw(request.caller, request.params["san"])
    return go(request, "agents", done="withdrawn")


@page("GET", "acting", Who.PERSON)
def choose(request: Request) -> Answer:
    """Show for whom the person may act."""
    return html(request, "acting", **_choices(request))


@page("POST", "acting", Who.PERSON)
def act(request: Request) -> Answer:
    """Act for one of them from now on."""
    wanted = request.fields.get("san", "")
    me = wiring.members().me(request.own_caller)
    if wanted and wanted != me.san and wanted not in {one.san for one in me.agencies}:
        return form_again(request, "acting", [NOT_YOURS], **_choices(request))
    wiring.sessions().act_for(request.browser, "" if wanted == me.san else wanted)
    return go(request, "downloads" if wanted and wanted != me.san else "")


def _values(request: Request) -> dict[str, Any]:
    listed = wiring.agents().listed(request.caller)
    return {
        "agents": [{"san": one.san, "name": one.name, "since": request.day(one.since)} for one in listed],
        "leads": request.member.role is Role.REPRESENTATIVE,
        "san": request.member.san,
        "agencies": wiring.agents().agencies(request.caller),
    }


def _choices(request: Request) -> dict[str, Any]:
    me = wiring.members().me(request.own_caller)
    acting_for = request.session.acting_for if request.session else ""
    own = [{"value": me.san, "label": f"{me.organization_name} ({me.san})"}] if me.san else []
    others = [{"value": one.san, "label": f"{one.name} ({one.san})"} for one in me.agencies]
    return {"choices": own + others, "values": {"san": acting_for or me.san} | request.fields}
