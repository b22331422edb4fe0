"""The stored forms of orders, their invoices and their history."""

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item
from quietline.fees.model import LineKind, QuoteLine, Term
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.money import Money
from quietline.orders.model import (
    CommandKind,
    Dispute,
    DisputeStatus,
    EventKind,
    Invoice,
    InvoiceStatus,
    Order,
    OrderEvent,
    OrderState,
    Payment,
    PaymentCommand,
    Problem,
    Refund,
)


def order_item(order: Order) -> Item:
    """Return the stored form of an order."""
    index = keys.order_index(order.organization_id, order.created_at)
    return {
        "gsi1pk": index[0],
        "gsi1sk": index[1],
        "id": order.id,
        "organization_id": order.organization_id,
        "areas": list(order.areas),
        "lines": [
            {"kind": line.kind, "count": line.count, "unit": line.unit.minor, "amount": line.amount.minor}
            for line in order.lines
        ],
        "total": order.total.minor,
        "currency": order.total.currency,
        "state": order.state,
        "term_start": order.term.start.isoformat(),
        "term_end": order.term.end.isoformat(),
        "begins_term": order.begins_term,
        "created_at": to_text(order.created_at),
        "by": order.by,
        "paid_at": to_text(order.paid_at) if order.paid_at else "",
        "version": order.version,
        "paying": order.paying,
        "cancelling": order.cancelling,
        "invoice": _invoice_item(order.invoice),
        "problem": order.problem,
        "released_after": order.released_after,
    }


def order_of(item: Item) -> Order:
    """Return the order of a stored item."""
    currency = item["currency"]
    return Order(
        id=item["id"],
        organization_id=item["organization_id"],
        areas=tuple(item["areas"]),
        lines=tuple(
            QuoteLine(
                LineKind(line["kind"]), line["count"], Money(line["unit"], currency), Money(line["amount"], currency)
            )
            for line in item["lines"]
        ),
        total=Money(item["total"], currency),
        state=OrderState(item["state"]),
        term=Term(date.fromisoformat(item["term_start"]), date.fromisoformat(item["term_end"])),
        begins_term=item["begins_term"],
        created_at=from_text(item["created_at"]),
        by=item["by"],
        paid_at=from_text(item["paid_at"]) if item["paid_at"] else None,
        version=item["version"],
        paying=item["paying"],
        cancelling=item["cancelling"],
        invoice=_invoice_of(item["invoice"]),
        problem=Problem(item["problem"]) if item["problem"] else None,
        released_after=item["released_after"],
    )


def event_item(event: OrderEvent) -> Item:
    """Return the stored form of an event of an order's history."""
    return {
        "number": event.number,
        "kind": event.kind,
        "at": to_text(event.at),
        "cause": event.cause,
        "by": event.by,
        "was": event.was,
        "state": event.state,
        "problem": event.problem,
        "entries": list(event.entries),
        "invoice": _invoice_item(event.invoice),
        "last_order": event.last_order,
    }


def event_of(item: Item) -> OrderEvent:
    """Return the event of a stored item."""
    return OrderEvent(
        number=item["number"],
        kind=EventKind(item["kind"]),
        at=from_text(item["at"]),
        cause=item["cause"],
        by=item["by"],
        was=OrderState(item["was"]) if item["was"] else None,
        state=OrderState(item["state"]),
        problem=Problem(item["problem"]) if item["problem"] else None,
        entries=tuple(item["entries"]),
        invoice=_invoice_of(item["invoice"]),
        last_order=item["last_order"],
    )


def command_item(command: PaymentCommand) -> Item:
    """Return the stored form of a command."""
    return asdict(command) | {"at": to_text(command.at)}


def command_of(item: Item) -> PaymentCommand:
    """Return the command of a stored item."""
    return PaymentCommand(
        id=item["id"],
        order_id=item["order_id"],
        organization_id=item["organization_id"],
        payment_method=item["payment_method"],
        by=item["by"],
        at=from_text(item["at"]),
        kind=CommandKind(item["kind"]),
        state=item["state"],
        amount=item["amount"],
        reason=item["reason"],
        grant=item.get("grant", ""),
    )


def _invoice_item(invoice: Invoice | None) -> Item | None:
    return _plain(asdict(invoice)) if invoice else None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


INSTANTS = {one.name for one in fields(Invoice) if one.name.endswith("_at")}


def _invoice_of(item: Item | None) -> Invoice | None:
    if item is None:
        return None
    instants = {name: from_text(item[name]) if item[name] else None for name in INSTANTS}
    parts: dict[str, Any] = {
        "status": InvoiceStatus(item["status"]),
        "payments": tuple(Payment(**_dated(one)) for one in item["payments"]),
        "refunds": tuple(Refund(**_dated(one)) for one in item["refunds"]),
        "disputes": tuple(
            Dispute(**_dated(one) | {"status": DisputeStatus(one["status"])}) for one in item["disputes"]
        ),
    }
    return Invoice(**item | instants | parts)


def _dated(item: Item) -> Any:
    return item | {"at": from_text(item["at"])}
