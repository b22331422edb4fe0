"""Keys of orders, ledger and payments (sellers table)."""

from datetime import date, datetime

from quietline.adapters.dynamodb.keys.registry import META
from quietline.kernel.clock import to_text


def order(order_id: str) -> tuple[str, str]:
    """Key of an order."""
    return f"ORDER#{order_id}", META


def order_event(order_id: str, number_: int) -> tuple[str, str]:
    """Key of an event of an order's append-only history, by the order's version."""
    return f"ORDER#{order_id}", f"EVENT#{number_:06d}"


def ledger(organization_id: str) -> str:
    """Partition of an organization's entries of the ledger, by the instant at the payment server."""
    return f"LEDGER#{organization_id}"


def ledger_entry(organization_id: str, at: datetime, entry_id: str) -> tuple[str, str]:
    """Key of an entry of the ledger."""
    return ledger(organization_id), f"{to_text(at)}#{entry_id}"


def ledger_month(month: str) -> str:
    """Partition of `gsi1`: the entries of a UTC month (`2026-11`) of all organizations, by instant."""
    return f"LEDGER_MONTH#{month}"


def customer(customer_id: str) -> tuple[str, str]:
    """Key of the pointer from the payment server's customer to the organization."""
    return f"CUSTOMER#{customer_id}", META


def invoice(invoice_id: str) -> tuple[str, str]:
    """Key of the payment server's invoice."""
    return f"INVOICE#{invoice_id}", META


INVOICES = "INVOICES"


"""Partition of `gsi1`: every invoice by the time it was stored."""


PAYMENT_CHECKS = "PAYMENT_CHECKS"


"""Partition of `gsi1`: every comparison with the payment server by time."""


def invoice_index(at: datetime, invoice_id: str) -> tuple[str, str]:
    """Place of an invoice in `gsi1`."""
    return INVOICES, f"{to_text(at)}#{invoice_id}"


def payment_check(check_id: str) -> tuple[str, str]:
    """Key of a comparison with the payment server."""
    return f"PAYMENT_CHECK#{check_id}", META


def payment_check_index(at: datetime) -> tuple[str, str]:
    """Place of a comparison in `gsi1`."""
    return PAYMENT_CHECKS, to_text(at)


def payment_command(command_id: str) -> tuple[str, str]:
    """Key of a command to the payment server."""
    return f"PAYMENT_COMMAND#{command_id}", META


def circuit(name: str) -> tuple[str, str]:
    """Key of the circuit breaker of another server."""
    return "CIRCUIT", name


def payment_event(event_id: str) -> tuple[str, str]:
    """Key of a webhook event."""
    return f"PAYMENT_EVENT#{event_id}", META


def payment_events(utc_day: date) -> str:
    """Partition of `gsi1`: the webhook events of a UTC day by the time they came."""
    return f"PAYMENT_EVENTS#{utc_day.isoformat()}"


def payment_event_index(at: datetime, event_id: str) -> tuple[str, str]:
    """Place of a webhook event in `gsi1`."""
    text = to_text(at)
    return f"PAYMENT_EVENTS#{text[:10]}", f"{text}#{event_id}"
