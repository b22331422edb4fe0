"""The portal's main links, in their order; one whose page does not exist or is not for this role is left out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functions.portal.frame import Request

LINKS = (
    "",
    "areas",
    "orders",
    "invoices",
    "downloads",
    "washes",
    "receipts",
    "team",
    "certification",
    "organization",
    "agents",
    "clients",
    "webhooks",
    "account",
)
"""Paths; `text.portal.nav[<path with _>]` names each, the dashboard's is `dashboard`."""


def navigation(request: "Request", pages: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the links that the layout shows."""
    names = request.text["portal"]["nav"]
    here = request.pattern.split("/", maxsplit=1)[0]
    return [
        {"href": request.at(path), "text": names[path.replace("-", "_") or "dashboard"], "current": path == here}
        for path in LINKS
        if path in pages
    ]
