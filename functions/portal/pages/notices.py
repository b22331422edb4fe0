"""Which mails the organization gets, and its calendars of deadlines."""

from quietline.kernel.errors import ConflictError, FieldError, NotFoundError
from quietline.notices.model import Calendar, Preferences

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

MAX_NAME = 100


@page("GET", "notices", Who.REPRESENTATIVE)
def show(request: Request) -> Answer:
    """Show the choices and the calendars."""
    return _form(request, [])


@page("POST", "notices", Who.REPRESENTATIVE)
def choose(request: Request) -> Answer:
    """Store which mails are wanted."""
    wanted = Preferences("mail_published" in request.fields, "mail_reminders" in request.fields)
    wiring.preferences().change(request.representative.organization_id, wanted)
    return go(request, "notices", done="saved")


@page("POST", "notices/calendars", Who.REPRESENTATIVE)
def create(request: Request) -> Answer:
    """Make a calendar; its address is shown this once."""
    own, name = request.text["notices"], request.fields.get("name", "").strip()[:MAX_NAME]
    if not name:
        return _form(request, [FieldError("/name", own["name_missing"], "calendar_name")])
    try:
        made, token = wiring.calendars().create(request.representative.organization_id, request.caller.sub, name)
    except ConflictError as error:
        return _form(request, [FieldError("/name", str(error), "calendars_too_many")])
    address = f"{wiring.settings().site_url}/v1/calendars/{token}.ics"
    return html(
        request,
        "secret",
        title=own["titles"]["calendar_made"],
        lead=own["address_once"],
        facts=[{"label": own["name"], "value": made.name}, {"label": own["address"], "value": address}],
        back_to=request.at("notices"),
        done_text=own["copied"],
    )


@page("GET", "notices/calendars/{id}/delete", Who.REPRESENTATIVE)
def ask_delete(request: Request) -> Answer:
    """Ask once more before a calendar is revoked."""
    own = request.text["notices"]
    return html(
        request,
        "ask",
        title=own["titles"]["calendar_delete"],
        lead=own["revoke_lead"].replace("{name}", _calendar(request).name),
        button=own["revoke_button"],
        keep=own["keep"],
        back_to=request.at("notices"),
    )


@page("POST", "notices/calendars/{id}/delete", Who.REPRESENTATIVE)
def delete(request: Request) -> Answer:
    """Revoke a calendar."""
    wiring.calendars().revoke(request.representative.organization_id, request.params["id"])
    return go(request, "notices", done="revoked")


def _calendar(request: Request) -> Calendar:
    for one in wiring.calendars().listed(request.representative.organization_id):
        if one.id == request.params["id"]:
            return one
    raise NotFoundError("There is no such calendar.")


def _form(request: Request, wrong: list[FieldError]) -> Answer:
    organization_id = request.representative.organization_id
    wanted = wiring.preferences().get(organization_id)
    return form_again(
        request,
        "notices",
        wrong,
        preferences={"published": wanted.mail_published, "reminders": wanted.mail_reminders},
        calendars=[
            {"id": one.id, "name": one.name, "made": words.day(request, request.profile.local_date(one.created_at))}
            for one in wiring.calendars().listed(organization_id)
        ],
    )
