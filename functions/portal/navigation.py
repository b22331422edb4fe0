"""The portal's main links, in their order; one whose page does not exist or is not for this role is left out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quietline.sellers.model import Membership

    from functions.portal.frame import Declared, Request

LINKS = (
    "",
    "areas",
    "orders",
    "ledger",
    "downloads",
    "washes",
    "lookups",
    "stop-requests",
    "team",
    "certification",
    "organization",
    "agents",
    "caller-numbers",
    "accusations",
    "clients",
    "webhooks",
    "notices",
    "account",
)
"""Paths; `text.portal.nav[<path with _>]` names each, the dashboard's is `dashboard`."""


def navigation(
    request: "Request", pages: Mapping[str, Mapping[str, "Declared"]], acts: "Membership | None"
) -> list[dict[str, Any]]:
    """Return the links that the layout shows to somebody; of somebody without an organization nothing is known yet."""
    names = request.text["portal"]["nav"]
    here = request.pattern.split("/", maxsplit=1)[0]
    return [
        {"href": request.at(path), "text": names[path.replace("-", "_") or "dashboard"], "current": path == here}
        for path in LINKS
        if path in pages and (acts is None or _is_for(acts, pages[path]["GET"].who))
    ]


def _is_for(acts: "Membership", who: str) -> bool:
    if acts.is_agent:
        return who not in ("member", "representative")
    return who != "representative" or acts.role == "representative"
