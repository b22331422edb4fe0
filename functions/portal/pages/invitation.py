"""Accepting an invitation. The link's token waits in a cookie while somebody signs up or in."""

import re
from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, ForbiddenError, LinkError

from functions.portal import cookies, wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

TOKEN = re.compile(r"[\w.-]{1,100}", re.ASCII)
OTHER = FieldError("/accept", "This invitation is for another e-mail address.", "invitation_other")
BELONGS = FieldError("/accept", "You already belong to an organization.", "invitation_belongs")


@page("GET", "invitation", Who.ANYBODY)
def show(request: Request) -> Answer:
    """Show what is offered; a token in the address moves to the cookie, so that it stands there only once."""
    token = request.query.get("token", "")
    if token:
        return go(
            request,
            "invitation",
            cookies=[cookies.invitation(token)] if TOKEN.fullmatch(token) else [cookies.no_invitation()],
        )
    try:
        return html(request, "invitation", **_values(request))
    except LinkError as error:
        return _gone(request, error)


@page("POST", "invitation", Who.PERSON)
def accept(request: Request) -> Answer:
    """Become a member."""
    try:
        wiring.invitations().accept(request.caller, _token(request))
    except LinkError as error:
        return _gone(request, error)
    except ForbiddenError:
        return form_again(request, "invitation", [OTHER], **_values(request))
    except ConflictError:
        return form_again(request, "invitation", [BELONGS], **_values(request))
    return go(request, "team", done="joined", cookies=[cookies.no_invitation()])


def _token(request: Request) -> str:
    return request.cookies.get(cookies.INVITATION, "")


def _values(request: Request) -> dict[str, Any]:
    offer = wiring.invitations().offer(_token(request))
    role = request.text["team"]["roles"][offer.role.value]
    return {"organization": offer.organization_name, "role": role, "expires": request.day(offer.expires_at)}


def _gone(request: Request, error: LinkError) -> Answer:
    words = request.text["invitation"]["refused"]
    return html(
        request, "invitation_gone", 400, cookies=[cookies.no_invitation()], why=words.get(error.reason, words["forged"])
    )
