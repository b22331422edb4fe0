"""Papers to print: an order's invoice and the receipt of its payment."""

from typing import TYPE_CHECKING, Any

from quietline.kernel.errors import NotFoundError
from quietline.kernel.money import Money
from quietline.orders.model import DisputeStatus, Invoice, InvoiceStatus, Order

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, html, page
from functions.portal.pages.orders import lines_of

if TYPE_CHECKING:
    from quietline.sellers.model import Address


@page("GET", "orders/{id}/invoice", Who.MEMBER)
def invoice(request: Request) -> Answer:
    """Show an order's invoice as a page to print."""
    return _paper(request, is_receipt=False)


@page("GET", "orders/{id}/receipt", Who.MEMBER)
def receipt(request: Request) -> Answer:
    """Show the receipt of an order's payment as a page to print."""
    return _paper(request, is_receipt=True)


def _paper(request: Request, *, is_receipt: bool) -> Answer:
    order = wiring.orders().get(request.member.organization_id, request.params["id"])
    found = order.invoice
    if found is None or (is_receipt and not found.payments):
        raise NotFoundError("There is no such paper yet.")
    own = request.text["orders"]
    titles = own["titles"]
    organization = wiring.organizations().get(request.caller, request.member.organization_id)
    operator = request.profile.operator
    shown = lines_of(request, order)
    return html(
        request,
        "invoice",
        title=titles["payment_receipt" if is_receipt else "invoice"],
        number=found.number or found.id,
        stamp=stamp(found),
        colour=words.colour(stamp(found)),
        issuer={"name": operator.name, "lines": operator.address},
        buyer={"name": organization.name, "lines": _lines(organization.address)},
        facts=_facts(request, order, found),
        lines=shown["lines"],
        sums=[*shown["sums"], *_sums(request, found)],
        payments=_payments(request, found),
        areas=order.areas,
        order_id=order.id,
    )


def stamp(found: Invoice) -> str:
    """Return the word that a paper carries: how its money stands."""
    if any(one.status is not DisputeStatus.WON for one in found.disputes):
        return "disputed"
    if found.status is InvoiceStatus.PAID:
        back = found.amount_refunded
        return "paid" if not back else "refunded" if back >= found.amount_paid else "partly_refunded"
    return {InvoiceStatus.VOID: "voided", InvoiceStatus.UNCOLLECTIBLE: "uncollectible"}.get(found.status, "open")


def _facts(request: Request, order: Order, found: Invoice) -> list[dict[str, str]]:
    own = request.text["orders"]["invoice"]
    local = request.profile.local_date
    facts = [
        (own["day"], words.day(request, local(found.issued_at))),
        (own["order"], order.id),
        (own["san_long"], request.member.san),
        (own["term"], words.span(request, order.term)),
    ]
    if found.paid_at:
        facts.append((own["paid_on"], words.day(request, local(found.paid_at))))
    return [{"label": label, "value": value} for label, value in facts if value]


def _sums(request: Request, found: Invoice) -> list[dict[str, Any]]:
    """Return what follows the total: the credit that was used, what was paid, what went back, and what is due."""
    own, currency = request.text["orders"]["invoice"], found.currency.upper()
    # what is void gave its credit back
    credit = 0 if found.status is InvoiceStatus.VOID else found.credit_applied
    sums = []
    if credit:
        sums.append((own["credit"], -credit))
    if found.amount_paid:
        sums.append((own["paid"], -found.amount_paid))
    if found.amount_refunded:
        sums.append((own["refunded"], found.amount_refunded))
    closed = found.status in (InvoiceStatus.VOID, InvoiceStatus.UNCOLLECTIBLE)
    due = 0 if closed else max(0, found.total - found.amount_paid - credit)
    sums.append((own["due"], due))
    return [
        {"label": label, "amount": words.money(Money(amount, currency)), "strong": label == own["due"]}
        for label, amount in sums
    ]


def _payments(request: Request, found: Invoice) -> list[dict[str, str]]:
    own, currency = request.text["orders"]["invoice"], found.currency.upper()
    moved = [(one.at, own["paid"], one.amount) for one in found.payments]
    moved += [(one.at, own["refunded"], -one.amount) for one in found.refunds if not one.failed]
    return [
        {
            "label": f"{words.day(request, request.profile.local_date(at))}, {label}",
            "value": words.money(Money(amount, currency)),
        }
        for at, label, amount in sorted(moved, key=lambda one: one[0])
    ]


def _lines(address: "Address") -> list[str]:
    """Return an address as an envelope has it."""
    town = f"{address.city}, {address.region} {address.postal_code}"
    return [line for line in (address.line1, address.line2, town, address.country) if line]
