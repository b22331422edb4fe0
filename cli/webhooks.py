"""`quietline webhooks`, `quietline notices`, `quietline calendar`: how an organization is told of lists."""

from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from cli import config, output
from cli.api import Api
from cli.app import ApiOption, JsonOption, app, command

ENDPOINTS, DELIVERIES, PREFERENCES = "/v1/webhooks/endpoints", "/v1/webhooks/deliveries", "/v1/notices/preferences"
STYLES = {"delivered": "green", "pending": "yellow", "dead": "red", "enabled": "green", "disabled": "red"}
KEEP = "Keep the secret now: it cannot be shown again."
DEFAULT_EVENTS = ["list.published", "list.stale"]

webhooks = typer.Typer(help="Be told of lists by signed requests to your own server.", no_args_is_help=True)
calendar = typer.Typer(help="Calendars of your deadlines.", no_args_is_help=True)
app.add_typer(webhooks, name="webhooks")
app.add_typer(calendar, name="calendar")

EndpointId = Annotated[str, typer.Argument(help="Id of the endpoint.")]


@command(webhooks, "add")
def add(
    url: Annotated[str, typer.Argument(help="https address of your receiver.")],
    event: Annotated[
        list[str] | None,
        typer.Option(help="list.published, list.stale, stop_request.created; repeat it. Left out, the first two."),
    ] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Add an endpoint; its secret is shown this once."""
    _with_secret(_api(api).post(ENDPOINTS, {"url": url, "events": event or DEFAULT_EVENTS}), json_output=json_output)


@command(webhooks, "list")
def listed(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List the endpoints."""
    found = _api(api).get(ENDPOINTS)
    if json_output:
        output.emit(found)
        return
    styles = [STYLES[one["state"]] for one in found["endpoints"]]
    rows = [(one["id"], _state(one), one["url"]) for one in found["endpoints"]]
    output.table(("id", "state", "address"), rows, styles)


@command(webhooks, "rotate")
def rotate(endpoint: EndpointId, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Give an endpoint a new secret; for a day the old one signs too."""
    _with_secret(_api(api).post(f"{ENDPOINTS}/{endpoint}/secret"), json_output=json_output)


@command(webhooks, "enable")
def enable(endpoint: EndpointId, api: ApiOption = None) -> None:
    """Enable an endpoint that was disabled."""
    made = _api(api).post(f"{ENDPOINTS}/{endpoint}/enable")
    output.say(f"Endpoint {made['id']} is {made['state']}.")


@command(webhooks, "disable")
def disable(endpoint: EndpointId, api: ApiOption = None) -> None:
    """Send nothing more to an endpoint."""
    made = _api(api).post(f"{ENDPOINTS}/{endpoint}/disable")
    output.say(f"Endpoint {made['id']} is {made['state']}.")


@command(webhooks, "remove")
def remove(endpoint: EndpointId, api: ApiOption = None) -> None:
    """Delete an endpoint and its secrets."""
    _api(api).delete(f"{ENDPOINTS}/{endpoint}")
    output.say(f"Endpoint {endpoint} is deleted.")


@command(webhooks, "test")
def test(endpoint: EndpointId, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Send a test event to an endpoint."""
    made = _api(api).post(f"{ENDPOINTS}/{endpoint}/test")
    if json_output:
        output.emit(made)
        return
    output.say(f"Sent as delivery {made['id']}. See how it went: quietline webhooks deliveries")


@command(webhooks, "deliveries")
def deliveries(
    *,
    state: Annotated[str, typer.Option(help="pending, delivered or dead; left out, all.")] = "",
    endpoint: Annotated[str, typer.Option(help="Only to this endpoint.")] = "",
    before: Annotated[str, typer.Option(help="Where the page before ended.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 20,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """List deliveries, newest first; those that are dead can be replayed."""
    asked = {"state": state, "endpoint_id": endpoint, "before": before, "limit": str(limit)}
    query = urlencode({name: value for name, value in asked.items() if value})
    found = _api(api).get(f"{DELIVERIES}?{query}")
    if json_output:
        output.emit(found)
        return
    rows = [
        (
            one["id"],
            one["event_type"],
            one["state"],
            str(one["attempt_count"]),
            _last(one),
            one["next_attempt_at"] or "",
        )
        for one in found["deliveries"]
    ]
    styles = [STYLES[one["state"]] for one in found["deliveries"]]
    output.table(("id", "event", "state", "attempts", "last", "next"), rows, styles)
    if found["next"]:
        output.say(f"More: --before {found['next']}")


@command(webhooks, "replay")
def replay(
    delivery: Annotated[str, typer.Argument(help="Id of the delivery.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Send a delivery's event again."""
    made = _api(api).post(f"{DELIVERIES}/{delivery}/replay")
    if json_output:
        output.emit(made)
        return
    output.say(f"Sent again as delivery {made['id']}.")


@command(app, "notices")
def notices(
    *,
    published: Annotated[bool | None, typer.Option(help="A mail for each published list.")] = None,
    reminders: Annotated[bool | None, typer.Option(help="Mails when your newest list grows old.")] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show, or choose, which mails your organization gets."""
    client = _api(api)
    found = client.get(PREFERENCES)
    chosen = {"mail_published": published, "mail_reminders": reminders}
    if any(choice is not None for choice in chosen.values()):
        known = {name: choice for name, choice in chosen.items() if choice is not None}
        found = client.put(PREFERENCES, found | known)
    if json_output:
        output.emit(found)
        return
    output.say(f"A mail for each published list: {'yes' if found['mail_published'] else 'no'}")
    output.say(f"Reminders before a list is too old: {'yes' if found['mail_reminders'] else 'no'}")


@command(calendar, "create")
def create(
    name: Annotated[str, typer.Argument(help="For your own use, e.g. who subscribes to it.")] = "quietline",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Make a calendar of your deadlines and show its address this once."""
    client = _api(api)
    made = client.post("/v1/calendars", {"name": name})
    address = client.config.api + made["path"]
    if json_output:
        output.emit(made | {"url": address})
        return
    output.say(address)
    output.say("Subscribe to it in your calendar program. Whoever has the address can read your deadlines.")


@command(calendar, "list")
def calendars(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List your calendars."""
    found = _api(api).get("/v1/calendars")
    if json_output:
        output.emit(found)
        return
    output.table(("id", "name", "made"), [(one["id"], one["name"], one["created_at"]) for one in found["calendars"]])


@command(calendar, "revoke")
def revoke(calendar_id: Annotated[str, typer.Argument(help="Id of the calendar.")], api: ApiOption = None) -> None:
    """Make a calendar's address worthless."""
    _api(api).delete(f"/v1/calendars/{calendar_id}")
    output.say(f"Calendar {calendar_id} is revoked.")


def _api(address: str | None) -> Api:
    return Api(config.load(address))


def _with_secret(made: dict[str, Any], *, json_output: bool) -> None:
    if json_output:
        output.emit(made)
        return
    output.say(f"Endpoint {made['id']}: {made['url']}")
    output.say(f"Secret: {made['secret']}")
    if made["old_secret_until"]:
        output.say(f"The secret before signs too until {made['old_secret_until']}.")
    output.say(KEEP, "yellow")


def _state(endpoint: dict[str, Any]) -> str:
    return "failing" if endpoint["state"] == "enabled" and endpoint["failing_since"] else str(endpoint["state"])


def _last(delivery: dict[str, Any]) -> str:
    if not delivery["attempts"]:
        return (delivery["reason"] or "").replace("_", " ")
    last = delivery["attempts"][-1]
    return str(last["status"] or (last["failure"] or "").replace("_", " "))
