"""The first page after sign-in."""

from functions.portal.frame import Answer, Request, Who, html, page


@page("GET", "", Who.MEMBER)
def dashboard(request: Request) -> Answer:
    """Show how the organization stands."""
    return html(request, "dashboard")
