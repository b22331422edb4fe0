"""Choosing areas: the picker, its price, and the order; the same again for the next term (`areas/renew`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from quietline.fees import explain
from quietline.fees.model import Quote, Term
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.orders.model import Buyer
from quietline.orders.service import Wanted
from quietline.sellers.model import Role

from functions.portal import picker, wiring, words
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

if TYPE_CHECKING:
    from quietline.profiles.profile import Profile


@dataclass(frozen=True)
class Shop:
    """Who buys, and for which term.

    Attributes:
        buyer: the organization.
        held: areas that it has in the term that is bought for, and cannot choose.
        begin: areas that are chosen when the page opens.
        running: the term that runs today.
        renews: whether the term after that one is bought for.
        may_order: whether the person may order, not only look.
        open_order: the order that waits for its payment; empty for none.

    """

    buyer: Buyer
    held: frozenset[str]
    begin: frozenset[str]
    running: Term | None
    renews: bool
    may_order: bool
    open_order: str


@page("GET", "areas", Who.MEMBER)
@page("GET", "areas/renew", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the picker; for the next term with the areas of the running one chosen."""
    shop = _shop(request)
    if shop.renews and not _renewable(request, shop):
        return go(request, "areas")
    return _picker(request, shop, picker.Selection(tuple(sorted(shop.begin))))


@page("POST", "areas", Who.MEMBER)
@page("POST", "areas/renew", Who.MEMBER)
def choose(request: Request) -> Answer:
    """Answer a press of one of the form's buttons: add, a state, price, nothing, order."""
    shop, action = _shop(request), request.fields.get("action", "")
    if action == "clear":
        return _picker(request, shop, picker.Selection(()))
    chosen = _chosen(request, shop)
    wrong = []
    if chosen.unknown:
        sentence = request.text["areas"]["unknown"].replace("{areas}", ", ".join(chosen.unknown))
        wrong.append(FieldError("/typed", sentence, "areas_typed"))
    if action == "order" and not wrong:
        return _order(request, shop, chosen)
    return _picker(request, shop, chosen, wrong)


@page("POST", "areas/quote", Who.MEMBER)
@page("POST", "areas/renew/quote", Who.MEMBER)
def quote(request: Request) -> Answer:
    """Return the price alone, for the script that shows it while areas are chosen."""
    shop = _shop(request)
    return html(request, "quote", **_price(request, shop, _chosen(request, shop)))


def _shop(request: Request) -> Shop:
    acts = request.member
    service = wiring.orders()
    today = request.profile.local_date(service.clock.now())
    every = [one for one in service.all_entitlements(acts.organization_id) if one.is_active]
    now = [one for one in every if one.term.holds(today)]
    held = frozenset[str]().union(*(one.areas for one in now))
    running = max((one.term for one in now), key=lambda term: term.end, default=None)
    buyer = Buyer(acts.organization_id, request.caller.sub, exempt=acts.exempt, certified=bool(acts.san))
    may_order = acts.role is Role.REPRESENTATIVE
    account = service.orders.account(acts.organization_id, today)
    open_order = account.open_order if account else ""
    if not request.pattern.startswith("areas/renew"):
        return Shop(buyer, held, frozenset(), running, renews=False, may_order=may_order, open_order=open_order)
    following = frozenset[str]().union(*(one.areas for one in every if running and one.term.start >= running.end))
    return Shop(buyer, following, held - following, running, renews=True, may_order=may_order, open_order=open_order)


def _chosen(request: Request, shop: Shop) -> picker.Selection:
    typed, toggled = request.fields.get("typed", ""), request.fields.get("toggle", "")
    return picker.select(request.profile, request.every("area"), shop.held, typed=typed, toggled=toggled)


def _order(request: Request, shop: Shop, chosen: picker.Selection) -> Answer:
    """Order what is chosen, if it costs what the page has shown."""
    price = _price(request, shop, chosen)
    seen = request.fields.get("seen", "")
    if price["quote"] is None or price["quote"]["seen"] != seen:
        return _picker(request, shop, chosen, changed=bool(seen))
    buyer = shop.buyer
    _ = request.representative
    try:
        made = wiring.orders().order(buyer, chosen.areas, renew=shop.renews, months=_months(request, shop))
    except InvalidInputError as error:
        return _picker(request, shop, chosen, error.fields)
    except ConflictError:
        # the page says itself what stands in the way: no certification, an order that is not paid, a closed window
        return _picker(request, shop, chosen, changed=True)
    return go(request, f"orders/{made.id}")


def _price(request: Request, shop: Shop, chosen: picker.Selection) -> dict[str, Any]:
    """Return what `quote.html` shows."""
    counts = _counts(request)
    if not chosen.areas:
        return {"quote": None, "refused": "", "changed": False}
    try:
        wanted = Wanted(chosen.areas, shop.renews, _months(request, shop), call_list=counts)
        offer = wiring.orders().offer(shop.buyer, wanted)
    except (InvalidInputError, ConflictError) as error:
        known = request.text["errors"]
        codes = [field.code for field in error.fields] if isinstance(error, InvalidInputError) else []
        return {
            "quote": None,
            "refused": next((known[code] for code in codes if code in known), str(error)),
            "changed": False,
        }
    made, language, own = offer.quote, request.language, request.text["areas"]
    return {
        "quote": {
            "chosen": words.areas(request, len(made.areas)),
            "lines": [
                {
                    "label": explain.line_sentence(request.profile, made, line, language),
                    "amount": words.money(line.amount),
                }
                for line in made.lines
            ],
            "total": words.money(made.total),
            "is_free": made.total.minor == 0,
            "term": words.span(request, made.term),
            "note": own["free_order"] if made.total.minor == 0 else "" if made.renews else own["term_note"],
            "advice": [explain.advice_sentence(one, language) for one in made.advice],
            "seen": _seen(made),
            "can_order": shop.may_order and shop.buyer.certified and not shop.open_order,
        },
        "refused": "",
        "changed": False,
    }


def _seen(made: Quote) -> str:
    """Return what tells a price from another: ordered is only what somebody has seen."""
    return f"{made.total.minor}-{len(made.areas)}-{made.term.start.isoformat()}-{made.term.end.isoformat()}"


def _lengths(request: Request, shop: Shop) -> list[int]:
    """Return for how many months areas can be bought; nothing to choose for what is added to a term that runs."""
    if shop.running is not None and not shop.renews:
        return []
    found = list(dict.fromkeys(one.months for one in request.profile.fees.choices() if one.months))
    return found if len(found) > 1 else []


def _months(request: Request, shop: Shop) -> int | None:
    """Return the length that was chosen, or None for the profile's first."""
    lengths = _lengths(request, shop)
    chosen = next((months for months in lengths if str(months) == request.fields.get("months", "")), None)
    return chosen or (lengths[0] if lengths else None)


def _counts(request: Request) -> dict[str, int] | None:
    try:
        return picker.call_list(request.fields.get("call_list", "")) or None
    except ValueError:
        return None


def _picker(
    request: Request,
    shop: Shop,
    chosen: picker.Selection,
    wrong: Sequence[FieldError] = (),
    *,
    changed: bool = False,
) -> Answer:
    profile, language, own = request.profile, request.language, request.text["areas"]
    found = picker.states(profile, language, chosen.areas, shop.held, chosen.opened)
    for one in found:
        template = own["state_count"].replace("{total}", str(one["total"] - one["held"]))
        one |= {
            "count_template": template,
            "count_text": template.replace("{chosen}", str(one["chosen"])),
            "held_text": own["state_held"].replace("{held}", str(one["held"])),
            "all_text": own["state_all"].replace("{state}", one["name"]),
            "none_text": own["state_none"].replace("{state}", one["name"]),
        }
    names = {one["key"]: one["name"] for one in found}
    added = ", ".join(
        own["added_in"].replace("{area}", area).replace("{state}", names[profile.state_of_area[area]])
        for area in chosen.added
    )
    price = _price(request, shop, chosen)
    return form_again(
        request,
        "areas",
        wrong,
        title=own["titles"]["renewal" if shop.renews else "areas"],
        lead=_lead(request, shop),
        renew_offer=_renewal(request, shop),
        notice=_notice(request, shop),
        lengths=[
            {"months": str(months), "label": own["length_months"].replace("{months}", str(months))}
            for months in _lengths(request, shop)
        ],
        months=str(_months(request, shop) or ""),
        states=found,
        tiles=picker.tiles(found),
        added=own["added"].replace("{areas}", added) if added else "",
        values={
            "typed": request.fields.get("typed", "") if wrong else "",
            "call_list": request.fields.get("call_list", ""),
        },
        numbering=profile.numbering,
        free_left=_free_left(profile, shop),
        **(price | {"changed": changed}),
    )


def _lead(request: Request, shop: Shop) -> str:
    own = request.text["areas"]
    if shop.renews and shop.running:
        return str(own["renew_lead"]).replace("{start}", words.day(request, shop.running.end))
    return str(own["lead"])


def _renewal(request: Request, shop: Shop) -> str:
    """Return the sentence that offers the renewal, in its window."""
    if shop.renews or shop.running is None or not _renewable(request, shop):
        return ""
    return str(request.text["areas"]["renew_offer"]).replace("{end}", words.day(request, last_day(shop.running)))


def _renewable(request: Request, shop: Shop) -> bool:
    """Return whether the next term can be ordered today."""
    today = request.profile.local_date(wiring.orders().clock.now())
    return shop.running is not None and today >= renewable_from(request.profile, shop.running)


def _free_left(profile: "Profile", shop: Shop) -> int:
    """Return how many more areas of the term are free."""
    tariff = profile.fees.tariff()
    return max(0, tariff.free - len(shop.held)) if tariff else 0


def renewable_from(profile: "Profile", term: Term) -> date:
    """Return the first day on which the next term can be ordered."""
    return term.end - timedelta(days=profile.sellers.renewal_window_days)


def last_day(term: Term) -> date:
    """Return a term's last day."""
    return term.end - timedelta(days=1)


def _notice(request: Request, shop: Shop) -> dict[str, str] | None:
    """Return what stands in the way of ordering."""
    own = request.text["areas"]
    if not shop.may_order:
        return {"text": own["cannot_order"], "href": "", "link": ""}
    if not shop.buyer.certified:
        return {"text": own["not_certified"], "href": request.at("certification"), "link": own["certify_link"]}
    if shop.open_order:
        return {
            "text": own["open_order"],
            "href": request.at(f"orders/{shop.open_order}"),
            "link": own["open_order_link"],
        }
    return None
