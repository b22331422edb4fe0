"""API clients: made, rotated, deleted; a secret is shown once, on the page that answers the form."""

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.sellers.model import MachineClient

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

MAX_NAME = 100


@page("GET", "clients", Who.REPRESENTATIVE)
def listed(request: Request) -> Answer:
    """List the clients, with the form for a new one."""
    return _form(request, [])


@page("POST", "clients", Who.REPRESENTATIVE)
def create(request: Request) -> Answer:
    """Make a client."""
    own, name = request.text["clients"], request.fields.get("name", "").strip()[:MAX_NAME]
    if not name:
        return _form(request, [FieldError("/name", own["name_missing"], "client_name")])
    try:
        made, secret = wiring.clients().create(request.caller, name, request.fields.get("san", ""))
    except InvalidInputError as error:
        return _form(request, list(error.fields))
    except ConflictError as error:
        return _form(request, [FieldError("/name", str(error), "clients_too_many")])
    return _secret(request, "client_made", made, secret)


@page("GET", "clients/{id}/rotate", Who.REPRESENTATIVE)
def ask_rotate(request: Request) -> Answer:
    """Ask once more before a client gets a successor."""
    found, own = _client(request), request.text["clients"]
    hours = str(request.profile.sellers.team.client_overlap_hours)
    lead = own["rotate_lead"].replace("{name}", found.name).replace("{hours}", hours)
    return _ask(request, "client_rotate", lead, own["rotate_button"])


@page("POST", "clients/{id}/rotate", Who.REPRESENTATIVE)
def rotate(request: Request) -> Answer:
    """Make the client that takes another's place."""
    try:
        made, secret = wiring.clients().rotate(request.caller, request.params["id"])
    except ConflictError:
        return go(request, "clients")
    return _secret(request, "client_rotated", made, secret)


@page("GET", "clients/{id}/delete", Who.REPRESENTATIVE)
def ask_delete(request: Request) -> Answer:
    """Ask once more before a client is deleted."""
    own = request.text["clients"]
    lead = own["delete_lead"].replace("{name}", _client(request).name)
    return _ask(request, "client_delete", lead, own["delete_button"])


@page("POST", "clients/{id}/delete", Who.REPRESENTATIVE)
def delete(request: Request) -> Answer:
    """Delete a client."""
    wiring.clients().delete(request.caller, request.params["id"])
    return go(request, "clients", done="deleted")


def _client(request: Request) -> MachineClient:
    for one in wiring.clients().listed(request.caller):
        if one.client_id == request.params["id"]:
            return one
    raise NotFoundError("There is no such machine client.")


def _ask(request: Request, title: str, lead: str, button: str) -> Answer:
    own = request.text["clients"]
    back_to = request.at("clients")
    return html(request, "ask", title=own["titles"][title], lead=lead, button=button, keep=own["keep"], back_to=back_to)


def _form(request: Request, wrong: list[FieldError]) -> Answer:
    own, acts = request.text["clients"], request.representative
    sans = [{"value": "", "label": own["san_any"]}, {"value": acts.san, "label": f"{acts.san} ({own['san_own']})"}]
    sans += [{"value": one.san, "label": f"{one.san} ({one.name})"} for one in wiring.agents().agencies(request.caller)]
    return form_again(
        request,
        "clients",
        wrong,
        certified=bool(acts.san),
        sans=sans,
        clients=[
            {"id": one.client_id, "name": one.name, "facts": _facts(request, one), "ends": one.ends_at is not None}
            for one in wiring.clients().listed(request.caller)
        ],
    )


def _facts(request: Request, one: MachineClient) -> list[dict[str, str]]:
    own = request.text["clients"]
    facts = [
        (own["column_id"], one.client_id),
        (own["column_san"], one.san or own["san_any"]),
        (own["column_made"], words.instant(request, one.created_at)),
        (own["column_used"], words.instant(request, one.used_at) if one.used_at else own["never_used"]),
    ]
    if one.ends_at:
        facts.append((own["ends"], words.instant(request, one.ends_at)))
    return [{"label": label, "value": value} for label, value in facts]


def _secret(request: Request, title: str, made: MachineClient, secret: str) -> Answer:
    from quietline.http.auth import LISTS_SCOPE  # an API's resolver comes with it: only where it is shown

    own = request.text["clients"]
    facts = [
        (own["column_id"], made.client_id),
        (own["secret"], secret),
        (own["token_url"], wiring.settings().token_url),
        (own["scope"], LISTS_SCOPE),
    ]
    return html(
        request,
        "secret",
        title=own["titles"][title],
        lead=own["secret_once"],
        facts=[{"label": label, "value": value} for label, value in facts],
        back_to=request.at("clients"),
        done_text=own["copied"],
    )
