"""`quietline ops ledger`: right books are proved, and whatever is changed behind their back is found."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.audit import DynamoBooks
from quietline.adapters.dynamodb.ledger import LedgerStore
from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from quietline.ledger.model import ALLOWANCES
from quietline.ledger.service import LedgerService
from quietline.orders.audit import Audit
from quietline.orders.credits import Credits
from quietline.orders.model import Order
from typer.testing import CliRunner

from cli.main import app
from tests.functions.test_money import OTHERS, paid
from tests.functions.test_payments import BUYER, Shop, deliver, shop

__all__ = ["shop"]  # fixtures


@pytest.fixture
def order(shop: Shop) -> Order:
    """An order with a life: refused, paid, refunded in part; another is cancelled, a third is unpaid."""
    order, invoice = paid(shop)
    shop.server.refund(invoice, 500, "a")
    shop.billing.reconcile(invoice, "reconciliation:2026-11-25")
    cancelled = shop.order(OTHERS)
    command = shop.service.cancel(BUYER, cancelled.id)
    deliver(f"PAYMENT_COMMAND#{command.id}")
    shop.invoiced(OTHERS)
    return shop.service.get("01ORG", order.id)


@pytest.fixture
def run(shop: Shop, profile: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command line, on the shop's table."""
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("QUIETLINE_SELLERS_TABLE", shop.table.name)
    monkeypatch.setattr("cli.ledger.connect", lambda _registry: None)
    return lambda *arguments: CliRunner().invoke(app, ["ops", "ledger", *arguments])


def test_right_books_are_proved(run: Callable[..., Any], order: Order) -> None:
    found = run("check", "--json")

    assert found.exit_code == 0, found.output
    report = json.loads(found.output)
    assert (report["orders"], report["entitlements"], report["differences"]) == (3, 1, [])
    assert {one["account"]: one["minor"] for one in report["balances"]} == {
        "fees": -59500,
        "processor": 8000,
        "receivable:01ORG": 51000,
        "refunds": 500,
    }
    assert "The books balance" in run("check").output


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("state", "refunded", "state is refunded, its history says active"),
        ("total", 1, "its entries in the ledger are not what its history says"),
    ],
)
def test_a_changed_order_is_found(
    run: Callable[..., Any], shop: Shop, order: Order, field: str, value: Any, sentence: str
) -> None:
    changed = shop.table.update(keys.order(order.id), "SET #f = :to", names={"#f": field}, values={":to": value})
    shop.table.write(changed)

    found = run("check", "--json")

    assert found.exit_code == 5
    report = json.JSONDecoder().raw_decode(found.output)[0]
    assert any(one["sentence"] == sentence for one in report["differences"])


def test_a_stopped_entitlement_that_was_opened_again_is_found(shop: Shop, profile: Any, order: Order) -> None:
    shop.server.refund(order.invoice_id, 8000, "b")
    shop.billing.reconcile(order.invoice_id, "reconciliation:2026-11-26")
    key = keys.entitlement("01ORG", order.id)
    opened = shop.table.update(
        key, "SET #s = :s, reason = :r", names={"#s": "state"}, values={":s": "active", ":r": None}
    )
    shop.table.write(opened)

    found = Audit(DynamoBooks(shop.table), profile).check()

    assert {one.sentence for one in found.differences} == {
        "its entitlement is not what its history says",
        "its entitlement gives, against the ledger",
    }


def test_a_missing_event_and_a_missing_entry_are_found(shop: Shop, profile: Any, order: Order) -> None:
    shop.table.write(shop.table.delete(keys.order_event(order.id, 2)))
    entry = next(iter(shop.table.query(keys.ledger("01ORG"))))
    shop.table.write(shop.table.delete((entry["pk"], entry["sk"])))

    sentences = [one.sentence for one in Audit(DynamoBooks(shop.table), profile).check().differences]

    assert "its history has a gap before event 3" in sentences
    assert any("receivable" in one for one in sentences)


def test_an_open_problem_is_listed_and_is_no_difference(shop: Shop, profile: Any, order: Order) -> None:
    unpaid = next(one for one in shop.service.all_of("01ORG") if one.state == "awaiting_payment")
    shop.server.receive(unpaid.invoice_id)
    shop.server.mark(unpaid.invoice_id, total=1)
    shop.billing.reconcile(unpaid.invoice_id, "event:evt_9")

    found = Audit(DynamoBooks(shop.table), profile).check()

    assert found.differences == ()
    assert [(one.order_id, one.sentence) for one in found.problems] == [(unpaid.id, "amount")]


def test_credit_is_proved_by_the_command_that_granted_it(shop: Shop, profile: Any, order: Order) -> None:
    command = Credits(shop.service.orders, shop.service.clock).request("01ORG", 1000, "arn:operator", "our mistake")
    deliver(f"PAYMENT_COMMAND#{command.id}")
    deliver(f"PAYMENT_COMMAND#{command.id}")

    audit = Audit(DynamoBooks(shop.table), profile)
    assert audit.check().differences == ()
    assert (audit.check().balances["USD", ALLOWANCES], shop.server.granted) == (1000, 1000)
    assert f"credit_granted-{command.id}" in {one.id for one in LedgerStore(shop.table).of("01ORG")}

    key = keys.payment_command(command.id)
    shop.table.write(shop.table.update(key, "SET amount = :a", values={":a": 999}))
    sentence = f"credit_granted-{command.id} is not what an operator granted"
    assert sentence in [one.sentence for one in audit.check().differences]
    shop.table.write(shop.table.delete(key))
    assert [one.sentence for one in audit.check().differences] == [sentence]


def test_an_order_uses_credit_and_a_cancelled_one_gives_it_back(shop: Shop, profile: Any) -> None:
    command = Credits(shop.service.orders, shop.service.clock).request("01ORG", 1000, "arn:operator", "our mistake")
    deliver(f"PAYMENT_COMMAND#{command.id}")
    first, _ = shop.invoiced(OTHERS)
    deliver(f"PAYMENT_COMMAND#{shop.service.cancel(BUYER, first.id).id}")
    second, _ = shop.invoiced(OTHERS)
    deliver(f"PAYMENT_COMMAND#{shop.service.pay(BUYER, second.id, 'pm_card_visa').id}")

    order = shop.service.get("01ORG", second.id)
    assert (order.state, order.invoice and order.invoice.credit_applied) == ("active", 1000)
    found = Audit(DynamoBooks(shop.table), profile).check()
    assert found.differences == ()
    assert not any(account == "credit:01ORG" for _, account in found.balances)


def granted(shop: Shop, amount: int = 1000) -> tuple[Credits, str]:
    """Grant credit; return what grants it, and the id of the grant."""
    credits_ = Credits(shop.service.orders, shop.service.clock)
    command = credits_.request("01ORG", amount, "arn:operator", "our mistake")
    deliver(f"PAYMENT_COMMAND#{command.id}")
    return credits_, command.id


def test_credit_is_taken_back_once(shop: Shop, profile: Any) -> None:
    credits_, grant = granted(shop)
    both = [credits_.withdraw(grant, "arn:operator", "the wrong organization") for _ in range(2)]
    for command in (*both, both[0]):
        deliver(f"PAYMENT_COMMAND#{command.id}")

    states = [one.state for one in map(shop.service.orders.command, [grant, *(one.id for one in both)]) if one]
    assert states == ["withdrawn", "withdrawn", "refused"]
    report = Audit(DynamoBooks(shop.table), profile).check()
    assert (report.differences, report.balances, report.entries) == ((), {}, 2)
    assert (shop.server.granted, shop.server.balances) == (0, {"cus_0": 0})
    with pytest.raises(ConflictError, match="taken back already"):
        credits_.withdraw(grant, "arn:operator", "again")


def test_credit_that_an_invoice_has_used_is_not_taken_back(shop: Shop, profile: Any) -> None:
    credits_, grant = granted(shop)
    in_time = credits_.withdraw(grant, "arn:operator", "a mistake")
    order, _ = shop.invoiced(OTHERS)
    deliver(f"PAYMENT_COMMAND#{in_time.id}")
    with pytest.raises(ConflictError, match="has used this credit"):
        credits_.withdraw(grant, "arn:operator", "a mistake")

    stored = shop.service.orders.command(in_time.id)
    assert (stored and stored.state, shop.server.granted) == ("refused", 1000)

    deliver(f"PAYMENT_COMMAND#{shop.service.cancel(BUYER, order.id).id}")
    again = credits_.withdraw(grant, "arn:operator", "a mistake")
    deliver(f"PAYMENT_COMMAND#{again.id}")
    assert shop.server.granted == 0
    assert Audit(DynamoBooks(shop.table), profile).check().differences == ()


def test_what_was_paid_too_much_is_not_taken_for_granted_credit(shop: Shop) -> None:
    credits_, grant = granted(shop)
    order, invoice = shop.invoiced(OTHERS)
    shop.server.receive(invoice, order.total.minor)
    shop.billing.reconcile(invoice, "test")
    shop.server.balances["cus_0"] += 1000  # what was paid beyond the debt, which had used the credit

    with pytest.raises(ConflictError, match="has used this credit"):
        credits_.withdraw(grant, "arn:operator", "a mistake")


def test_what_is_no_credit_cannot_be_taken_back(shop: Shop, order: Order) -> None:
    credits_ = Credits(shop.service.orders, shop.service.clock)
    waiting = credits_.request("01ORG", 100, "arn:operator", "our mistake")
    cancelling = next(one["id"] for one in shop.table.scan("PAYMENT_COMMAND#", "META") if one["kind"] == "cancel")
    for name in ("01NONE", cancelling, waiting.id):
        with pytest.raises(NotFoundError):
            credits_.withdraw(name, "arn:operator", "a mistake")
    with pytest.raises(InvalidInputError):
        credits_.withdraw(granted(shop)[1], "arn:operator", " ")


def test_the_check_finds_what_was_taken_back_without_a_grant(shop: Shop, profile: Any) -> None:
    credits_, grant = granted(shop)
    command = credits_.withdraw(grant, "arn:operator", "a mistake")
    deliver(f"PAYMENT_COMMAND#{command.id}")
    audit = Audit(DynamoBooks(shop.table), profile)

    key = keys.payment_command(grant)
    shop.table.write(shop.table.update(key, "SET amount = :a", values={":a": 999}))
    assert f"{command.id} took back what was not granted" in [one.sentence for one in audit.check().differences]
    shop.table.write(shop.table.update(key, "SET amount = :a", values={":a": 1000}))
    assert audit.check().differences == ()
    shop.table.write(shop.table.delete(keys.payment_command(command.id)))
    assert f"{grant} counts as taken back, and no command did it" in [one.sentence for one in audit.check().differences]


def test_the_organization_is_told_of_credit_that_comes_and_goes(shop: Shop) -> None:
    credits_, grant = granted(shop)
    deliver(f"PAYMENT_COMMAND#{credits_.withdraw(grant, 'arn:operator', 'a mistake').id}")

    mails = {one["template"]: one["facts"] for one in shop.table.scan("MAIL#", "META")}
    facts = {"organization": "Example Solar LLC", "amount": "10.00 USD"}
    assert mails == {"credit-granted": facts, "credit-withdrawn": facts}


def test_entries_of_one_instant_stand_in_the_order_in_which_they_happened(shop: Shop) -> None:
    granted(shop)
    order, _ = shop.invoiced(OTHERS)
    deliver(f"PAYMENT_COMMAND#{shop.service.cancel(BUYER, order.id).id}")

    entries = LedgerService(LedgerStore(shop.table)).statement("01ORG").entries
    assert [str(one.kind) for one in entries] == ["credit_granted", "invoiced", "credit_used", "voided"]


@pytest.mark.parametrize(
    ("organization", "amount", "reason"),
    [("01NONE", 100, "a mistake"), ("01ORG", 0, "a mistake"), ("01ORG", 100, " "), ("01ORG", 100, "x" * 501)],
)
def test_credit_that_cannot_be_granted(shop: Shop, organization: str, amount: int, reason: str) -> None:
    with pytest.raises((ConflictError, InvalidInputError)):
        Credits(shop.service.orders, shop.service.clock).request(organization, amount, "arn:operator", reason)


def test_an_order_is_explained_by_its_events_and_entries(run: Callable[..., Any], order: Order) -> None:
    found = json.loads(run("order", order.id, "--json").output)

    assert (found["organization"], found["state"]) == ("01ORG", "active")
    assert [one["number"] for one in found["history"]] == list(range(1, len(found["history"]) + 1))
    assert found["history"][-1]["cause"] == "reconciliation:2026-11-25"
    assert [one["kind"] for one in found["entries"]] == ["invoiced", "paid", "refunded"]

    shown = run("order", order.id).output
    assert "85.00 USD: active." in shown
    assert "reconciliation:2026-11-25" in shown
    assert f"invoiced-{order.invoice_id}" in shown
    assert run("order", "01NONE").exit_code == 4


def test_the_ledger_is_exported_a_row_for_each_posting(run: Callable[..., Any], order: Order, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"

    assert run("export", "--csv", str(path)).exit_code == 0

    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert f"invoiced-{order.invoice_id}" in {row["entry"] for row in rows}
    assert {row["organization"] for row in rows} == {"01ORG"}
    debit, credit = (sum(int(row[side] or 0) for row in rows) for side in ("debit", "credit"))
    assert debit == credit > 0
    assert run("export").output == path.read_text(encoding="utf-8")
