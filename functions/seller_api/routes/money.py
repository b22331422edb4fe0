"""Invoices and the ledger."""

from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.seller_api.routes.money_models import InvoiceOut, InvoicesOut, LedgerOut
from functions.seller_api.wiring import app, ledger, member, orders

TAGS = ["Orders"]


@route(
    app,
    "GET",
    "/v1/invoices",
    Rule.MEMBER,
    summary="List the organization's invoices",
    description="Newest first, each with what was paid, refunded and disputed. Free orders have none.",
    tags=TAGS,
    operation_id="listInvoices",
    responses=documented(200, "The invoices, newest first.", InvoicesOut, 401, 403),
)
def invoices() -> InvoicesOut:
    """Return the invoices."""
    found = orders().all_of(member().organization_id)
    return InvoicesOut(invoices=[InvoiceOut.of(one, one.invoice) for one in found if one.invoice])


@route(
    app,
    "GET",
    "/v1/ledger",
    Rule.MEMBER,
    summary="Read the organization's part of the ledger",
    description="Double entry, append-only: every entry sums to zero and names the order and invoice it comes from.",
    tags=TAGS,
    operation_id="readLedger",
    responses=documented(200, "The entries, oldest first, and the balances.", LedgerOut, 401, 403),
)
def read() -> LedgerOut:
    """Return the entries."""
    return LedgerOut.of(ledger().statement(member().organization_id))
