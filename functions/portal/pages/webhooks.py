"""Webhooks: endpoints with their secrets, and what was delivered to them."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.webhooks.model import Attempt, Delivery, DeliveryState, Endpoint, EventType, Failure
from quietline.webhooks.service import OFFERED

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

PAGE = 20


@page("GET", "webhooks", Who.REPRESENTATIVE)
def listed(request: Request) -> Answer:
    """List the endpoints, with the form for a new one."""
    return _form(request, [])


@page("POST", "webhooks", Who.REPRESENTATIVE)
def create(request: Request) -> Answer:
    """Add an endpoint; its secret is shown this once, so the answer is the page and no address of one."""
    own, url = request.text["webhooks"], request.fields.get("url", "").strip()
    if not url:
        return _form(request, [FieldError("/url", own["url_missing"], "webhook_url")])
    events = [EventType(name) for name in request.every("event") if name in OFFERED]
    try:
        made, secret = wiring.webhooks().create(request.representative.organization_id, request.caller.sub, url, events)
    except InvalidInputError as error:
        return _form(request, list(error.fields))
    except ConflictError as error:
        return _form(request, [FieldError("/url", str(error), "webhook_too_many")])
    return _secret(request, "webhook_made", made, secret)


@page("GET", "webhooks/{id}", Who.REPRESENTATIVE)
def show(request: Request) -> Answer:
    """Show an endpoint and its deliveries."""
    found, own = _endpoint(request), request.text["webhooks"]
    deliveries, after = wiring.webhooks().page(
        found.organization_id, endpoint_id=found.id, before=request.query.get("before", ""), limit=PAGE
    )
    facts = [
        (own["url"], found.url),
        (own["state"], own["states"][found.disabled_reason or found.state]),
        (own["events"], _events(request, found)),
        (own["made"], words.instant(request, found.created_at)),
    ]
    if found.failing_since:
        sentence = own["failing"].replace("{instant}", words.instant(request, found.failing_since))
        facts.append((own["column_last"], sentence))
    old = found.secrets[1].expires_at if len(found.secrets) > 1 else None
    if old:
        facts.append((own["secret"], own["old_secret"].replace("{instant}", words.instant(request, old))))
    return html(
        request,
        "webhook",
        here=request.at(f"webhooks/{found.id}"),
        facts=[{"label": label, "value": value} for label, value in facts],
        enabled=found.enabled,
        deliveries=[_delivery(request, one, enabled=found.enabled) for one in deliveries],
        next=after,
    )


@page("POST", "webhooks/{id}/test", Who.REPRESENTATIVE)
def test(request: Request) -> Answer:
    """Send a test event."""
    found = _endpoint(request)
    wiring.webhooks().test(found.organization_id, found.id)
    return go(request, f"webhooks/{found.id}", done="tested")


@page("POST", "webhooks/{id}/secret", Who.REPRESENTATIVE)
def rotate(request: Request) -> Answer:
    """Give an endpoint a new secret."""
    found = _endpoint(request)
    made, secret = wiring.webhooks().rotate(found.organization_id, found.id)
    return _secret(request, "webhook_rotated", made, secret)


@page("POST", "webhooks/{id}/enable", Who.REPRESENTATIVE)
def enable(request: Request) -> Answer:
    """Let an endpoint be told again."""
    found = _endpoint(request)
    wiring.webhooks().enable(found.organization_id, found.id)
    return go(request, f"webhooks/{found.id}")


@page("POST", "webhooks/{id}/disable", Who.REPRESENTATIVE)
def disable(request: Request) -> Answer:
    """Tell an endpoint nothing more."""
    found = _endpoint(request)
    wiring.webhooks().disable(found.organization_id, found.id)
    return go(request, f"webhooks/{found.id}")


@page("POST", "webhooks/{id}/replay", Who.REPRESENTATIVE)
def replay(request: Request) -> Answer:
    """Send a delivery's event again."""
    found = _endpoint(request)
    try:
        wiring.webhooks().replay(found.organization_id, request.fields.get("delivery", ""))
    except ConflictError:
        return go(request, f"webhooks/{found.id}")
    return go(request, f"webhooks/{found.id}", done="sent_again")


@page("GET", "webhooks/{id}/delete", Who.REPRESENTATIVE)
def ask_delete(request: Request) -> Answer:
    """Ask once more before an endpoint is deleted."""
    found, own = _endpoint(request), request.text["webhooks"]
    return html(
        request,
        "ask",
        title=own["titles"]["webhook_delete"],
        lead=f"{found.url} {own['delete_lead']}",
        button=own["delete_button"],
        keep=own["keep"],
        back_to=request.at(f"webhooks/{found.id}"),
    )


@page("POST", "webhooks/{id}/delete", Who.REPRESENTATIVE)
def delete(request: Request) -> Answer:
    """Delete an endpoint."""
    wiring.webhooks().remove(request.representative.organization_id, request.params["id"])
    return go(request, "webhooks", done="deleted")


def _endpoint(request: Request) -> Endpoint:
    found = wiring.webhooks().listed(request.representative.organization_id)
    for one in found:
        if one.id == request.params["id"]:
            return one
    raise NotFoundError("There is no such webhook endpoint.")


def _form(request: Request, wrong: list[FieldError]) -> Answer:
    own, chosen = request.text["webhooks"], set(request.every("event"))
    return form_again(
        request,
        "webhooks",
        wrong,
        endpoints=[
            {
                "id": one.id,
                "url": one.url,
                "state": own["states"][one.disabled_reason or one.state],
                "events": _events(request, one),
            }
            for one in wiring.webhooks().listed(request.representative.organization_id)
        ],
        events=[
            {"value": name, "label": own["event_names"][name], "chosen": name in chosen or not request.pairs}
            for name in sorted(OFFERED)
        ],
    )


def _events(request: Request, endpoint: Endpoint) -> str:
    return ", ".join(request.text["webhooks"]["event_names"][name] for name in sorted(endpoint.events))


def _secret(request: Request, title: str, endpoint: Endpoint, secret: str) -> Answer:
    own = request.text["webhooks"]
    return html(
        request,
        "secret",
        title=own["titles"][title],
        lead=own["secret_once"],
        facts=[{"label": own["url"], "value": endpoint.url}, {"label": own["secret"], "value": secret}],
        back_to=request.at(f"webhooks/{endpoint.id}"),
        done_text=own["copied"],
    )


def _delivery(request: Request, one: Delivery, *, enabled: bool) -> dict[str, Any]:
    own, at = request.text["webhooks"], words.instant(request, one.created_at)
    event = own["event_names"][one.event_type]
    return {
        "id": one.id,
        "at": at,
        "event": event,
        "colour": words.colour(one.state),
        "state_text": own["replayed"] if one.replayed_as else own["delivery_states"][one.state],
        "attempts": one.attempt_count,
        "last": _last(request, one.attempts[-1]) if one.attempts else own["failures"].get(one.reason, ""),
        "replayable": enabled and one.state is not DeliveryState.PENDING,
        "replay_text": own["replay_of"].replace("{event}", event).replace("{instant}", at),
    }


def _last(request: Request, attempt: Attempt) -> str:
    own = request.text["webhooks"]["failures"]
    if attempt.failure and attempt.failure != Failure.STATUS:
        return str(own[attempt.failure])
    return str(own["http_status"]).replace("{status}", str(attempt.status))
