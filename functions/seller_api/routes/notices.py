"""Which mails an organization wants, and its calendars."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.notices.model import Preferences

from functions.seller_api.routes.instants import Instant
from functions.seller_api.wiring import app, calendars, caller, member, preferences, representative

TAGS = ["Notices"]


class PreferencesBody(Model):
    """Which mails the organization's contact gets."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"mail_published": False, "mail_reminders": True}]}
    )

    mail_published: bool = Field(description="A mail for each published list: one a day. Off before you choose.")
    mail_reminders: bool = Field(description="Mails when your newest list grows old. On before you choose.")


class CalendarIn(Model):
    """A new calendar."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Compliance team"}]})

    name: str = Field(min_length=1, max_length=100, description="For your own use, e.g. who subscribes to it.")


class CalendarOut(Model):
    """A calendar; its address is shown only when it is made."""

    id: str
    name: str
    created_at: Instant


class NewCalendarOut(CalendarOut):
    """A calendar and its address."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
                    "name": "Compliance team",
                    "created_at": "2026-11-24T15:00:00.000Z",
                    "path": "/v1/calendars/bm90LWEtcmVhbC10b2tlbi1ub3QtYS1yZWFsLXRva2Vu.ics",
                }
            ]
        }
    )

    path: str = Field(description="Below the site's address. Whoever has it can read the deadlines: keep it secret.")


class CalendarsOut(Model):
    """The organization's calendars, oldest first."""

    calendars: list[CalendarOut]


@route(
    app,
    "GET",
    "/v1/notices/preferences",
    Rule.MEMBER,
    summary="Read which mails your organization gets",
    description="Mails go to the organization's contact, in its language.",
    tags=TAGS,
    operation_id="readNoticePreferences",
    responses=documented(200, "The preferences.", PreferencesBody, 401, 403),
)
def read() -> PreferencesBody:
    """Return the preferences."""
    found = preferences().get(member().organization_id)
    return PreferencesBody(mail_published=found.mail_published, mail_reminders=found.mail_reminders)


@route(
    app,
    "PUT",
    "/v1/notices/preferences",
    Rule.REPRESENTATIVE,
    summary="Choose which mails your organization gets",
    description="Replaces both choices.",
    tags=TAGS,
    operation_id="chooseNoticePreferences",
    responses=documented(200, "The preferences.", PreferencesBody, 400, 401, 403, 413, 415),
)
def choose(body: PreferencesBody) -> PreferencesBody:
    """Store the preferences."""
    preferences().change(representative().organization_id, Preferences(body.mail_published, body.mail_reminders))
    return body


@route(
    app,
    "POST",
    "/v1/calendars",
    Rule.REPRESENTATIVE,
    summary="Make a calendar of your deadlines",
    description="Gives an address that calendar programs can subscribe to. It holds a secret, because those programs "
    "can send none in a header; it is shown once, reads the deadlines and nothing else, and can be revoked. "
    "Idempotency-Key is ignored.",
    tags=TAGS,
    operation_id="createCalendar",
    responses=documented(201, "Made.", NewCalendarOut, 400, 401, 403, 409, 413, 415),
)
def create(body: CalendarIn) -> Response[NewCalendarOut]:
    """Make a calendar."""
    made, token = calendars().create(representative().organization_id, caller().sub, body.name)
    path = f"/v1/calendars/{token}.ics"
    answer = NewCalendarOut(id=made.id, name=made.name, created_at=made.created_at, path=path)
    return Response(201, "application/json", answer, headers={"Cache-Control": "no-store"})


@route(
    app,
    "GET",
    "/v1/calendars",
    Rule.REPRESENTATIVE,
    summary="List your calendars",
    description="Never their addresses.",
    tags=TAGS,
    operation_id="listCalendars",
    responses=documented(200, "The calendars, oldest first.", CalendarsOut, 401, 403),
)
def listed() -> CalendarsOut:
    """Return the calendars."""
    found = calendars().listed(representative().organization_id)
    return CalendarsOut(calendars=[CalendarOut(id=one.id, name=one.name, created_at=one.created_at) for one in found])


@route(
    app,
    "DELETE",
    "/v1/calendars/<calendar_id>",
    Rule.REPRESENTATIVE,
    summary="Revoke a calendar",
    description="Its address answers nobody from now on.",
    tags=TAGS,
    operation_id="revokeCalendar",
    responses=documented(204, "Revoked.", None, 401, 403, 404),
)
def revoke(calendar_id: Annotated[str, Path(max_length=40)]) -> Response[None]:
    """Revoke a calendar."""
    calendars().revoke(representative().organization_id, calendar_id)
    return Response(status_code=204)
