"""Reported callers, for carriers and call-blocking apps."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.opendata.callers import MOST, PAGE, CallersPage

from functions.carrier_api.wiring import app, client_id, line_reports, profile, reported_callers

FRESH = "private, max-age=300"
EXAMPLE: dict[str, Any] = {
    "version": "9f2c41d07be6a835",
    "from": "2026-08-28",
    "to": "2026-11-25",
    "published_at": "2026-11-25T16:00:12.000Z",
    "complete": False,
    "callers": [
        {
            "number": "+13055550187",
            "complaints": 41,
            "complainants": 38,
            "robocall_percent": 97,
            "first_reported": "2026-10-02",
            "last_reported": "2026-11-24",
            "changed_on": "2026-11-25",
            "signs": ["neighbour"],
        }
    ],
    "removed": ["+12025550143"],
    "next": None,
}


class CallerOut(Model):
    """A caller that several people reported; nothing is verified, and the number may be somebody else's."""

    number: str = Field(description="E.164, as it was shown to the people who were called.")
    complaints: int
    complainants: int = Field(description="Different people.")
    robocall_percent: int
    first_reported: str
    last_reported: str
    changed_on: str = Field(description="Date of the newest daily file that names it.")
    signs: list[str] = Field(
        description="What speaks for a spoofed number: `invalid_number`, `neighbour`. Blocking it may hurt somebody "
        "who never called."
    )


class CallersOut(Model):
    """A page of the feed, or of what changed since a version."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    version: str = Field(description="Of the feed; keep it for the next `since`. Empty before there is a feed.")
    from_: str | None = Field(alias="from", description="First daily file of the feed; null on pages of an older one.")
    to: str | None = Field(description="Last daily file of the feed.")
    published_at: str | None
    complete: bool = Field(
        description="true: the pages hold every caller, replace what you have. false: those that are new or changed."
    )
    callers: list[CallerOut] = Field(description="By number.")
    removed: list[str] = Field(description="Numbers to forget: in the feed of `since`, not in this. On the first page.")
    next: str | None = Field(description="`after` of the next page; null at the end.")


def _shown(page: CallersPage) -> CallersOut:
    country = f"+{profile().numbering.calling_code}"
    callers = [
        CallerOut(
            number=country + number,
            complaints=int(complaints),
            complainants=int(complainants),
            robocall_percent=int(percent),
            first_reported=first,
            last_reported=last,
            changed_on=changed_on,
            signs=signs.split(),
        )
        for number, complaints, complainants, percent, first, last, changed_on, signs in page.lines
    ]
    return CallersOut.model_validate(
        {
            "version": page.version,
            **{name: page.facts.get(name) for name in ("from", "to", "published_at")},
            "complete": page.complete,
            "callers": callers,
            "removed": [country + number for number in page.removed],
            "next": page.following or None,
        }
    )


@route(
    app,
    "GET",
    "/v1/reported-calls",
    Rule.CARRIER,
    summary="Read the feed of reported callers",
    description="Numbers that several people complained about within the profile's window, as in the file "
    "`/data/reported-numbers.csv`. First without `since`; then with the `version` that you hold: what is new or "
    "changed, and what has left. Unchanged, `If-None-Match` with the `ETag` answers 304. A version is kept for "
    "100 days; from an older one everything is answered (`complete`). Pages of one answer are of one version.",
    tags=["Carriers"],
    operation_id="readReportedCallers",
    responses=documented(200, "A page.", CallersOut, 400, 401, 403),
)
def callers(
    since: Annotated[str, Query(max_length=64, description="The `version` that you hold.")] = "",
    after: Annotated[str, Query(max_length=64, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST, description="Callers of a page.")] = PAGE,
) -> Response[str]:
    """Return a page."""
    line_reports().admitted(client_id())
    given = {name.lower(): str(value) for name, value in (app.current_event.headers or {}).items()}
    version, _facts = reported_callers().current()
    headers = {"ETag": f'"{version}"', "Cache-Control": FRESH}
    if version and not after and f'"{version}"' in given.get("if-none-match", ""):
        return Response(status_code=304, content_type="application/json", body="", headers=headers)
    page = reported_callers().page(since, after, limit)
    body = _shown(page).model_dump_json(by_alias=True)
    return Response(200, "application/json", body, headers=headers | {"ETag": f'"{page.version}"'})
