"""One piece of evidence, shown where a browser can show it. The file stays in its bucket: a link works for minutes."""

from urllib.parse import urlsplit

from functions.console import wiring
from functions.console.frame import Answer, Request, Who, html, page
from functions.console.pages.cases import exhibit

POLICY = (
    "default-src 'self'; img-src 'self' data: {storage}; media-src {storage}; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Of this page alone: pictures and sounds may come from the bucket of evidence as well."""


@page("GET", "cases/{id}/evidence/{complaint}/{evidence}", Who.INVESTIGATOR)
def show(request: Request) -> Answer:
    """Show a file; the view is written into the case's log."""
    params = request.params
    found, link = wiring.exhibits().view(params["id"], params["complaint"], params["evidence"], request.investigator)
    kind = found.evidence.content_type.partition("/")[0]
    where = urlsplit(link)
    return html(
        request,
        "evidence",
        headers={"content-security-policy": POLICY.format(storage=f"{where.scheme}://{where.netloc}")},
        title=request.text["evidence"]["kinds"].get(found.evidence.kind, found.evidence.kind),
        case_id=params["id"],
        one=exhibit(request, found),
        link=link,
        shown=kind if kind in ("image", "audio", "video") else "",
    )
