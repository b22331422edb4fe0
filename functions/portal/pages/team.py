"""The team: members, roles, invitations."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.sellers.model import Role

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

LAST = FieldError("/members", "An organization keeps one authorized representative.", "team_last")
INVITED = FieldError("/email", "This address has an invitation already.", "team_invited")
OFTEN = FieldError("/invitations", "This invitation was sent often enough.", "team_often")


@page("GET", "team", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show who belongs to the organization and who is invited."""
    return html(request, "team", **_values(request))


@page("POST", "team/invite", Who.REPRESENTATIVE)
def invite(request: Request) -> Answer:
    """Invite an address."""
    given = request.fields
    role = Role(given["role"]) if given.get("role") in set(Role) else Role.MACHINE  # which the use case refuses
    try:
        wiring.invitations().invite(request.caller, given.get("email", ""), role, given.get("language", ""))
    except InvalidInputError as error:
        return form_again(request, "team", error.fields, **_values(request))
    except ConflictError:
        return form_again(request, "team", [INVITED], **_values(request))
    return go(request, "team", done="invited")


@page("POST", "team/invitations/{id}/again", Who.REPRESENTATIVE)
def again(request: Request) -> Answer:
    """Send an invitation again."""
    try:
        wiring.invitations().resend(request.caller, request.params["id"])
    except ConflictError:
        return form_again(request, "team", [OFTEN], **_values(request))
    return go(request, "team", done="sent")


@page("POST", "team/invitations/{id}/withdraw", Who.REPRESENTATIVE)
def withdraw(request: Request) -> Answer:
    """Withdraw an invitation."""
    wiring.invitations().withdraw(request.caller, request.params["id"])
    return go(request, "team", done="withdrawn")


@page("POST", "team/{sub}/role", Who.REPRESENTATIVE)
def change_role(request: Request) -> Answer:
    """Give a member the other role."""
    wanted = request.fields.get("role")
    role = Role(wanted) if wanted in set(Role) else Role.MACHINE
    try:
        wiring.members().change_role(request.caller, request.params["sub"], role)
    except ConflictError:
        return form_again(request, "team", [LAST], **_values(request))
    return go(request, "team", done="role")


@page("GET", "team/{sub}/remove", Who.MEMBER)
def ask_remove(request: Request) -> Answer:
    """Ask before somebody is taken out, or leaves."""
    found = [one for one in _members(request) if one["sub"] == request.params["sub"]]
    if not found:
        return go(request, "team")
    act, words = "leave" if found[0]["me"] else "remove", request.text["team"]
    values = {"title": words[f"{act}_title"], "own_text": words[f"{act}_text"], "button": words[act]}
    return html(request, "team_remove", member_shown=found[0], **values)


@page("POST", "team/{sub}/remove", Who.MEMBER)
def remove(request: Request) -> Answer:
    """Take a member out, or leave."""
    try:
        wiring.members().remove(request.caller, request.params["sub"])
    except ConflictError:
        return form_again(request, "team", [LAST], **_values(request))
    left = request.params["sub"] == request.caller.sub
    return go(request, "account", done="left") if left else go(request, "team", done="removed")


def _members(request: Request) -> list[dict[str, Any]]:
    return [
        {
            "sub": one.member.sub,
            "email": one.email or request.text["team"]["gone"],
            "role": one.member.role.value,
            "other": (Role.DOWNLOADER if one.member.role is Role.REPRESENTATIVE else Role.REPRESENTATIVE).value,
            "mfa": one.mfa,
            "since": request.day(one.member.since),
            "me": one.member.sub == request.caller.sub,
        }
        for one in wiring.members().listed(request.caller)
    ]


def _values(request: Request) -> dict[str, Any]:
    leads = request.member.role is Role.REPRESENTATIVE
    invitations = []
    if leads and request.may_represent:
        invitations = [
            {
                "id": one.invitation.id,
                "email": one.email,
                "role": one.invitation.role.value,
                "expires": request.day(one.invitation.expires_at),
                "expired": one.expired,
            }
            for one in wiring.invitations().listed(request.caller)
        ]
    words = request.text["team"]["roles"]
    return {
        "members": _members(request),
        "invitations": invitations,
        "leads": leads and request.may_represent,
        "roles": [{"value": role.value, "label": words[role.value]} for role in (Role.DOWNLOADER, Role.REPRESENTATIVE)],
        "mail_languages": [
            {"value": code, "label": request.text_of(code)["language_name"]} for code in request.profile.languages
        ],
        "values": {"role": Role.DOWNLOADER.value, "language": request.language} | request.fields,
    }
