"""The overview: the 31-day clock, what is held, what is due, what was fetched, and what to do next."""

from datetime import date, timedelta
from typing import Any

from quietline import bootstrap
from quietline.lists.model import KeptReceipt
from quietline.orders.model import UNPAID, Entitlement, Order
from quietline.sellers.model import OrganizationStatus, OrganizationType

from functions.portal import wiring
from functions.portal.frame import PAGES, Answer, Request, Who, html, page
from functions.portal.words import money

RECEIPTS = 5


@page("GET", "", Who.MEMBER)
def dashboard(request: Request) -> Answer:
    """Show how the organization stands."""
    organization_id, settings = request.member.organization_id, wiring.settings()
    metering = bootstrap.metering(settings.sellers_table, settings.profile)
    today = metering.today
    orders = wiring.orders()
    held = [one for one in orders.all_entitlements(organization_id) if one.term.end > today]
    unpaid = [one for one in orders.all_of(organization_id) if one.state in UNPAID]
    receipts = bootstrap.downloads(settings).newest_receipts(organization_id, RECEIPTS)
    used = next((one for one in metering.month(organization_id, today) if one.day == today), None)
    clock = _clock(request, receipts, today)
    return html(
        request,
        "dashboard",
        clock=clock,
        held=[_held(request, one, today) for one in held],
        unpaid=[_unpaid(request, one) for one in unpaid],
        receipts=[_receipt(request, one) for one in receipts],
        looked_up=used.looked_up if used else 0,
        washed=used.washed if used else 0,
        stopped=_stopped(request),
        steps=_steps(request, clock["level"], held, unpaid, today),
        pages=PAGES,
    )


def _stopped(request: Request) -> dict[str, str] | None:
    """Return that the registry does not serve the organization, and why; None when it does."""
    status = request.member.status
    if status is OrganizationStatus.ACTIVE:
        return None
    found = wiring.organizations().get(request.caller, request.member.organization_id)
    return {"said": request.text["organization"]["statuses"][status.value], "reason": found.status_reason}


def _clock(request: Request, receipts: list[KeptReceipt], today: date) -> dict[str, Any]:
    """Return how old the newest list is that the organization fetched; `level` is its colour, and has its words."""
    if not receipts:
        return {"level": "never"}
    lists, newest = request.profile.lists, max(one.list_date for one in receipts)
    age = (today - newest).days
    level = "fine"
    for name, reached in (
        ("warn", lists.warn_age_days),
        ("soon", lists.last_warning_age_days),
        ("late", lists.max_age_days + 1),
    ):
        if age >= reached:
            level = name
    valid_until = newest + timedelta(days=lists.max_age_days)
    return {
        "level": level,
        "age": age,
        "left": max(0, (valid_until - today).days),
        "most": lists.max_age_days,
        "date": request.day(newest),
        "valid_until": request.day(valid_until),
    }


def _held(request: Request, one: Entitlement, today: date) -> dict[str, Any]:
    words = request.text["dashboard"]
    state = "stopped" if not one.is_active else "active" if one.term.holds(today) else "later"
    return {
        "areas": sorted(one.areas),
        "start": request.day(one.term.start),
        "end": request.day(one.term.end - timedelta(days=1)),
        "state": state,
        "word": words["states"][state],
    }


def _unpaid(request: Request, one: Order) -> dict[str, str]:
    states = request.text["dashboard"]["orders"]
    return {"id": one.id, "day": request.day(one.created_at), "total": money(one.total), "state": states[one.state]}


def _receipt(request: Request, one: KeptReceipt) -> dict[str, Any]:
    return {
        "id": one.id,
        "issued": request.day(one.issued_at),
        "list": request.day(one.list_date),
        "valid_until": request.day(one.valid_until),
        "areas": one.areas,
        "agent_san": one.agent_san,
    }


def _steps(
    request: Request, level: str, held: list[Entitlement], unpaid: list[Order], today: date
) -> list[dict[str, str]]:
    """Return what to do next, the most pressing first: path and words."""
    sellers, member = request.profile.sellers, request.member
    ends = max((one.term.end for one in held if one.is_active), default=None)
    renewal = ends is not None and today >= ends - timedelta(days=sellers.renewal_window_days)
    running = max((one.term for one in held if one.is_active), key=lambda term: term.start, default=None)
    certification = wiring.certifications().standing(member, running)
    acts_for = member.type is OrganizationType.TELEMARKETER and wiring.agents().agencies(request.caller)
    due = {
        "suspended": (member.status != "active", "organization"),
        "second_factor": (request.lacks_factor, "account/second-factor"),
        "certify": (certification.state != "current", "certification"),
        "act": (bool(acts_for), "acting"),
        "order_exempt" if member.exempt else "order": (bool(member.san) and not held and not unpaid, "areas"),
        "pay": (bool(unpaid), "orders"),
        "download": (bool(held) and level != "fine", "downloads"),
        "renew": (renewal, "areas/renew"),
    }
    words = request.text["dashboard"]["steps"]
    return [
        {"text": words[name], "href": request.at(path) if path in PAGES else ""}
        for name, (wanted, path) in due.items()
        if wanted
    ]
