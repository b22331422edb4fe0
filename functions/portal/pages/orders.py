"""Orders: the list, one order with its history, paying and cancelling it."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError
from quietline.orders.model import PAYABLE, UNPAID, Buyer, EventKind, Order, OrderEvent, OrderState
from quietline.sellers.model import Role

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

TEST_METHODS = ("pm_card_visa", "pm_card_chargeCustomerFail")
"""The payment server's own test cards; offered only where no money moves."""


@page("GET", "orders", Who.MEMBER)
def listed(request: Request) -> Answer:
    """List the organization's orders."""
    own = request.text["orders"]
    rows = [
        {
            "id": one.id,
            "day": words.day(request, request.profile.local_date(one.created_at)),
            "areas": words.areas(request, len(one.areas)),
            "total": words.money(one.total),
            "colour": words.colour(one.state),
            "state_text": own["states"][one.state]["short"],
        }
        for one in wiring.orders().all_of(request.member.organization_id)
    ]
    return html(request, "orders", rows=rows)


@page("GET", "orders/{id}", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show an order, what it is made of and what happened to it."""
    return _shown(request, _order(request))


@page("POST", "orders/{id}/pay", Who.REPRESENTATIVE)
def pay(request: Request) -> Answer:
    """Ask for the payment by a test payment method."""
    order, method = _order(request), request.fields.get("payment_method", "")
    if method not in _methods():
        wrong = FieldError("/payment_method", request.text["orders"]["pay_method_missing"], "payment_method")
        return _shown(request, order, [wrong])
    try:
        wiring.orders().pay(_buyer(request), order.id, method)
    except ConflictError:
        return go(request, f"orders/{order.id}")  # it moved meanwhile: the page says where it stands
    return go(request, f"orders/{order.id}", done="paying")


@page("GET", "orders/{id}/cancel", Who.REPRESENTATIVE)
def ask_cancel(request: Request) -> Answer:
    """Ask once more before an order is cancelled."""
    order, own = _order(request), request.text["orders"]
    if order.state not in UNPAID or order.cancelling:
        return go(request, f"orders/{order.id}")
    return html(
        request,
        "ask",
        title=own["titles"]["cancel_order"],
        lead=own["cancel_note"],
        button=own["cancel_button"],
        keep=own["keep"],
        back_to=request.at(f"orders/{order.id}"),
    )


@page("POST", "orders/{id}/cancel", Who.REPRESENTATIVE)
def cancel(request: Request) -> Answer:
    """Cancel an order that is not paid."""
    order = _order(request)
    try:
        wiring.orders().cancel(_buyer(request), order.id)
    except ConflictError:
        return go(request, f"orders/{order.id}")
    return go(request, f"orders/{order.id}", done="cancelling")


def _order(request: Request) -> Order:
    return wiring.orders().get(request.member.organization_id, request.params["id"])


def _buyer(request: Request) -> Buyer:
    acts = request.representative
    return Buyer(acts.organization_id, request.caller.sub, exempt=acts.exempt, certified=bool(acts.san))


def _methods() -> tuple[str, ...]:
    return TEST_METHODS if wiring.settings().test_payments else ()


def _shown(request: Request, order: Order, wrong: list[FieldError] | None = None) -> Answer:
    own, may_pay = request.text["orders"], request.member.role is Role.REPRESENTATIVE
    day = words.day(request, request.profile.local_date(order.created_at))
    moving = bool(order.paying or order.cancelling) or order.state is OrderState.AWAITING_INVOICE
    open_now = order.state in UNPAID and not order.cancelling
    return form_again(
        request,
        "order",
        wrong or [],
        title=own["open"].replace("{day}", day),
        state=own["states"][order.state],
        problem=own["problems"][order.problem] if order.problem else "",
        waits=own["waits"]["cancel" if order.cancelling else "pay" if order.paying else "invoice"] if moving else "",
        pay=_pay(request, order) if may_pay and order.state in PAYABLE and not moving else None,
        note=own["only_representative"] if open_now and not may_pay else "",
        order={
            "id": order.id,
            "day": day,
            "term": words.span(request, order.term),
            "total": words.money(order.total),
            "number": order.invoice_id,
            "areas": order.areas,
            "areas_text": words.areas(request, len(order.areas)),
        },
        links=_links(request, order, may_cancel=may_pay and open_now and not order.paying),
        history=[entry for event in _history(request, order) for entry in _told(request, event)],
        **lines_of(request, order),
    )


def _pay(request: Request, order: Order) -> dict[str, Any]:
    own = request.text["orders"]
    methods = [{"value": name, "label": own["methods"][name]} for name in _methods()]
    hosted = order.invoice_url if order.invoice_url.startswith("https://") else ""
    return {
        "hosted": hosted,
        "methods": methods,
        "button": own["pay_button"].replace("{amount}", words.money(order.total)),
    }


def _links(request: Request, order: Order, *, may_cancel: bool) -> list[dict[str, str]]:
    own, at = request.text["orders"], request.at(f"orders/{order.id}")
    found = []
    if order.state is OrderState.ACTIVE:
        found.append({"href": request.at("downloads"), "text": own["download"]})
    if order.invoice_id:
        found.append({"href": f"{at}/invoice", "text": own["print"]})
    if order.paid_at and order.invoice_id:
        found.append({"href": f"{at}/receipt", "text": own["receipt"]})
    if may_cancel:
        found.append({"href": f"{at}/cancel", "text": own["cancel"]})
    return found


def _history(request: Request, order: Order) -> list[OrderEvent]:
    return wiring.orders().history(request.member.organization_id, order.id)


def _told(request: Request, event: OrderEvent) -> list[dict[str, str]]:
    """Return what an event says, or nothing when it changed nothing that anybody would notice."""
    own = request.text["orders"]
    if event.kind is EventKind.SETTLED:
        text = own["states"][event.state]["short"]
        refunded = event.invoice.amount_refunded if event.invoice else 0
        if event.was is event.state and not refunded:
            return []
        if refunded and event.invoice:
            from quietline.kernel.money import Money

            amount = words.money(Money(refunded, event.invoice.currency.upper()))
            text = f"{text} ({own['events']['refunded'].replace('{amount}', amount)})"
    else:
        text = own["events"][event.kind]
    return [{"at": words.instant(request, event.at), "text": text}]


def lines_of(request: Request, order: Order) -> dict[str, Any]:
    """Return what `lines.html` shows of an order."""
    own = request.text["orders"]
    return {
        "lines": [
            {
                "label": own["lines"][line.kind],
                "count": words.count(line.count),
                "unit": words.money(line.unit),
                "amount": words.money(line.amount),
            }
            for line in order.lines
        ],
        "sums": [{"label": own["total"], "amount": words.money(order.total), "strong": True}],
    }
