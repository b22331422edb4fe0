"""The ledger's entries of an invoice: they balance, and do not depend on how the invoice is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.fees.model import Term
from quietline.kernel.money import Money
from quietline.ledger.model import FEES, PROCESSOR, Entry, EntryKind, Posting, balances, credit, in_order, reversal
from quietline.orders.bookkeeping import entries_of, missing
from quietline.orders.model import (
    Dispute,
    DisputeStatus,
    Invoice,
    InvoiceStatus,
    Order,
    OrderState,
    Payment,
    Refund,
)

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TERM = Term(date(2026, 11, 1), date(2027, 11, 1))
ORDER = Order(
    "01A", "01ORG", ("703",), (), Money(8500, "USD"), OrderState.AWAITING_INVOICE, TERM, True, NOW, "user-anna"
)
instants = st.integers(0, 400).map(lambda hours: NOW + timedelta(hours=hours))
amounts = st.integers(1, 9000)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """Any invoice at all, also impossible ones: the books must hold."""
    return Invoice(
        id="in_1",
        order_id="01A",
        customer_id="cus_1",
        status=draw(st.sampled_from(InvoiceStatus)),
        total=draw(st.sampled_from((8500, 8500, 8500, 100))),
        currency="usd",
        url="",
        issued_at=NOW,
        uncollectible_at=draw(st.none() | instants),
        voided_at=draw(st.none() | instants),
        credit_applied=draw(st.sampled_from((0, 0, 500))),
        payments=tuple(
            Payment(f"ch_{number}", draw(amounts), draw(instants)) for number in range(draw(st.integers(0, 2)))
        ),
        refunds=tuple(
            Refund(f"re_{number}", draw(amounts), draw(instants), draw(st.booleans()))
            for number in range(draw(st.integers(0, 2)))
        ),
        disputes=tuple(
            Dispute(f"dp_{number}", draw(amounts), draw(st.sampled_from(DisputeStatus)), draw(instants))
            for number in range(draw(st.integers(0, 2)))
        ),
    )


@given(invoices())
def test_the_processor_holds_what_arrived_and_stayed(invoice: Invoice) -> None:
    entries = entries_of(ORDER, invoice)

    held = balances(entries)
    assert sum(held.values()) == 0
    kept = invoice.amount_paid - invoice.amount_refunded - invoice.amount_disputed
    assert held.get(("USD", PROCESSOR), 0) == kept
    assert len({one.id for one in entries}) == len(entries)


@given(invoices())
def test_the_order_in_which_facts_are_told_changes_nothing(invoice: Invoice) -> None:
    told = replace(
        invoice,
        payments=invoice.payments[::-1],
        refunds=invoice.refunds[::-1],
        disputes=invoice.disputes[::-1],
        url="elsewhere",
    )

    assert entries_of(ORDER, told) == entries_of(ORDER, invoice)


def test_a_void_invoice_gives_back_the_credit_that_it_used() -> None:
    invoice = Invoice(
        "in_1", "01A", "cus_1", InvoiceStatus.VOID, 8500, "usd", "", NOW, voided_at=NOW, credit_applied=500
    )

    entries = entries_of(ORDER, invoice)

    assert [one.kind for one in entries] == [EntryKind.INVOICED, EntryKind.CREDIT_USED, EntryKind.VOIDED]
    assert balances(entries) == {}
    assert balances(entries[:2])["USD", credit("01ORG")] == 500


@given(invoices(), invoices())
def test_what_is_appended_brings_the_books_to_where_they_must_be(before: Invoice, now: Invoice) -> None:
    first, second = entries_of(ORDER, before), entries_of(ORDER, now)

    assert balances((*first, *missing(first, second, 3))) == balances(second)


def test_an_invoice_of_another_amount_is_no_claim_and_its_payment_is_owed_back() -> None:
    invoice = Invoice(
        "in_1", "01A", "cus_1", InvoiceStatus.PAID, 100, "usd", "", NOW, payments=(Payment("c", 100, NOW),)
    )

    assert balances(entries_of(ORDER, invoice)) == {("USD", "credit:01ORG"): -100, ("USD", PROCESSOR): 100}


@pytest.mark.parametrize(
    "postings",
    [(), (Posting(FEES, 5),), (Posting(FEES, 5), Posting(PROCESSOR, -4)), (Posting(FEES, 0), Posting(PROCESSOR, 0))],
)
def test_an_entry_that_does_not_balance_cannot_be_made(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(ValueError, match="an entry"):
        Entry("paid-1", "01ORG", "01A", "in_1", EntryKind.PAID, NOW, "USD", postings)


def test_a_payment_booked_otherwise_than_before_gets_entries_of_its_own() -> None:
    part = Invoice(
        "in_1", "01A", "cus_1", InvoiceStatus.OPEN, 8500, "usd", "", NOW, payments=(Payment("p", 4000, NOW),)
    )
    given_up = replace(part, status=InvoiceStatus.UNCOLLECTIBLE, uncollectible_at=NOW)  # in the very same second
    first, second = entries_of(ORDER, part), entries_of(ORDER, given_up)

    more = missing(first, second, 3)

    assert [one.id for one in more] == ["reversed-paid-p-3", "uncollectible-in_1", "paid-p-3"]
    assert not {one.id for one in first} & {one.id for one in more}
    assert balances((*first, *more)) == balances(second)


def test_entries_of_one_instant_stand_in_the_order_in_which_they_happened() -> None:
    invoice = Invoice(
        "in_1", "01A", "cus_1", InvoiceStatus.VOID, 8500, "usd", "", NOW, voided_at=NOW, credit_applied=500
    )
    entries = entries_of(ORDER, invoice)
    back = reversal(entries[1])

    assert in_order([back, *reversed(entries)]) == (entries[0], entries[1], back, entries[2])


def test_a_reversal_takes_an_entry_back() -> None:
    (invoiced,) = entries_of(ORDER, Invoice("in_1", "01A", "cus_1", InvoiceStatus.OPEN, 8500, "usd", "", NOW))

    assert balances((invoiced, reversal(invoiced))) == {}
