"""A case as one file: asked for, then got. See `cases.bundle`."""

from quietline.pages.words import size

from functions.console import wiring
from functions.console.frame import Answer, Request, Who, go, html, page


@page("POST", "cases/{id}/bundle", Who.INVESTIGATOR)
def ask(request: Request) -> Answer:
    """Begin a bundle of the case as it is now; that is logged."""
    case_id = request.params["id"]
    wiring.moves().resume(case_id)
    export = wiring.exports().begin(case_id, request.investigator, wiring.settings().bundle_wait_seconds)
    return go(request, f"cases/{case_id}/bundles/{export.id}")


@page("GET", "cases/{id}/bundles/{bundle}", Who.INVESTIGATOR)
def show(request: Request) -> Answer:
    """Hand the bundle out, or say that it is being made."""
    params = request.params
    export = wiring.exports().get(params["id"], params["bundle"], request.investigator)
    link = export.link
    return html(
        request,
        "bundle",
        title=request.text["bundle"]["title"],
        case_id=export.case_id,
        asked=request.instant(export.asked_at),
        link=link.url if link else "",
        size=size(link.size) if link else "",
        minutes=link.seconds // 60 if link else 0,
    )
