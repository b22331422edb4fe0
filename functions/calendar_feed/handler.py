"""The feeds of organizations' deadlines: whoever holds a feed's address may read it, and nothing else."""

from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from quietline import bootstrap
from quietline.http.app import handle, make_app
from quietline.http.auth import Rule, route
from quietline.http.problems import documented
from quietline.kernel.settings.sellers import CalendarFeedSettings

app = make_app()
logger = Logger(service="calendar_feed")
TYPE = "text/calendar; charset=utf-8"
EXAMPLE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Quietline//Deadlines 1//EN\r\n…\r\nEND:VCALENDAR\r\n"
ANSWERS = documented(200, "The calendar.", None, 404)
ANSWERS[200]["content"] = {"text/calendar": {"schema": {"type": "string"}, "example": EXAMPLE}}


@cache
def settings() -> CalendarFeedSettings:
    """Return the settings, read at the first call."""
    return CalendarFeedSettings.from_environment()


@route(
    app,
    "GET",
    "/v1/calendars/<token>.ics",
    Rule.SIGNED,
    summary="Read a calendar of deadlines",
    description="iCalendar (RFC 5545) for a calendar program to subscribe to: when your list grows old and until when "
    "it may be used, when your subscription can be renewed and when it ends. The token is in the address because "
    "calendar programs can send no header; it reads this and nothing else, and is revoked with DELETE.",
    tags=["Notices"],
    operation_id="readCalendar",
    responses=ANSWERS,
)
def feed(token: Annotated[str, Path(max_length=200)]) -> Response[str]:
    """Return a feed."""
    text = bootstrap.calendars(settings()).feed(token)
    headers = {
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": 'inline; filename="deadlines.ics"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(200, TYPE, text, headers=headers)


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer API Gateway."""
    return handle(app, event, context)
