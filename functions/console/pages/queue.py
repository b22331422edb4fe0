"""The queue of cases."""

from typing import TYPE_CHECKING, Any

from quietline.cases.model import Status

from functions.console import wiring, words
from functions.console.frame import Answer, Request, Who, html, page

if TYPE_CHECKING:
    from quietline.cases.model import Case


@page("GET", "", Who.INVESTIGATOR)
def queue(request: Request) -> Answer:
    """Show one page of the cases of a status."""
    wanted = request.query.get("status", Status.OPEN.value)
    found = wiring.cases().page(wanted, 50, request.query.get("cursor", ""))
    return html(
        request,
        "queue",
        rows=[_row(request, case) for case in found.cases],
        chosen=wanted,
        statuses=[status.value for status in Status],
        following=f"?status={wanted}&cursor={found.cursor}" if found.cursor else "",
    )


def _row(request: Request, case: "Case") -> dict[str, Any]:
    now = wiring.cases().clock.now()
    return {
        "id": case.id,
        "caller": words.caller(request, case),
        "complaints": case.complaints,
        "opened": request.day(case.opened_at),
        "due": request.day(case.due_at),
        "late": case.status is Status.OPEN and case.due_at < now,
        "status": case.status.value,
        "colour": words.COLOURS[case.status],
        "failure": case.failure,
    }
