"""`adapters/stripe.py` against the payment server of the local cloud: customer → invoice → payment → signed event."""

import json
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters.stripe import StripeServer
from quietline.fees.model import LineKind, QuoteLine, Term
from quietline.kernel.errors import ConflictError, SignatureError
from quietline.kernel.money import Money
from quietline.orders.model import InvoiceStatus, Order, OrderState
from quietline.orders.ports import PaymentDeclinedError
from quietline.payments.signature import verify

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("QUIETLINE_PAYMENTS_PYTHON") or ROOT / ".local/payments/bin/python")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TERM = Term(date(2026, 11, 1), date(2027, 11, 1))


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def order(name: str) -> Order:
    lines = (
        QuoteLine(LineKind.FREE, 5, usd(0), usd(0)),
        QuoteLine(LineKind.FULL, 290, usd(8500), usd(2_465_000)),
        QuoteLine(LineKind.CAP, 1, usd(-122_500), usd(-122_500)),
    )
    areas = tuple(str(area) for area in range(201, 496))
    state = OrderState.AWAITING_INVOICE
    return Order(name, "01ORG", areas, lines, usd(2_342_500), state, TERM, True, NOW, "user-anna")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not PYTHON.exists():
        pytest.fail("The payment server is not installed; `make test` installs it (requirements/payments.txt).")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    folder = tmp_path_factory.mktemp("payments")
    command = [str(PYTHON), str(ROOT / "infra/local/payments.py"), str(port), str(folder / "state.pickle")]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process:
        try:
            _wait(lambda: _answers(f"http://127.0.0.1:{port}/v1/customers"), "the payment server to start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def server(base: str) -> StripeServer:
    return StripeServer(api_key=lambda: "sk_test_12345", api_base=base, played=True)


@pytest.fixture
def hooks(base: str) -> Iterator[list[tuple[bytes, str]]]:
    """What the payment server sends: raw bodies with their signature headers."""
    got: list[tuple[bytes, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.rfile.read(int(self.headers["Content-Length"])), self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        body = json.dumps({"url": f"http://127.0.0.1:{listener.server_port}/", "secret": "whsec_1"}).encode()
        urllib.request.urlopen(urllib.request.Request(f"{base}/_config/webhooks/test", body), timeout=5).close()
        yield got
        listener.shutdown()
        thread.join(5)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True


def _wait(ready: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < deadline, f"waited 30 s for {what}"
        time.sleep(0.1)


def test_an_invoice_is_made_once_and_paid_and_the_signed_event_comes(
    server: StripeServer, hooks: list[tuple[bytes, str]]
) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order("01A"), customer)
    again = server.ensure_invoice(order("01A"), customer)

    assert made == again
    assert (made.order_id, made.total, made.currency, made.is_paid) == ("01A", 2_342_500, "usd", False)

    paid = server.pay(made.id, customer, "pm_card_visa", "01COMMAND")

    assert paid.is_paid
    assert server.invoice(made.id) == paid
    _wait(lambda: [body for body, _ in hooks if b'"invoice.payment_succeeded"' in body], "the webhook")
    body, header = next(hook for hook in hooks if b'"invoice.payment_succeeded"' in hook[0])
    event = json.loads(body)
    assert event["data"]["object"]["id"] == made.id
    verify(body, header, ["whsec_rolled", "whsec_1"], datetime.now(UTC))
    with pytest.raises(SignatureError):
        verify(body + b"\n", header, ["whsec_1"], datetime.now(UTC))


def test_two_orders_of_one_customer_get_an_invoice_each(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")

    first, second = server.ensure_invoice(order("01B"), customer), server.ensure_invoice(order("01C"), customer)

    assert first.id != second.id
    assert first.total == second.total == 2_342_500


def test_a_worker_that_died_after_the_items_makes_them_once(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    server._ensure_items(order("01D"), customer)

    assert server.ensure_invoice(order("01D"), customer).total == 2_342_500


@pytest.mark.parametrize("method", ["pm_card_visa_chargeDeclined", "pm_card_chargeCustomerFail"])
def test_a_declined_card_and_then_a_good_one(server: StripeServer, method: str) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order(f"01E{method}"), customer)

    with pytest.raises(PaymentDeclinedError):
        server.pay(made.id, customer, method, "01F")

    assert server.pay(made.id, customer, "pm_card_visa", "01G").is_paid


def test_an_invoice_that_does_not_exist(server: StripeServer) -> None:
    assert server.invoice("in_nothing") is None


def test_a_payment_method_that_does_not_exist_is_refused(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order("01H"), customer)

    with pytest.raises(PaymentDeclinedError):
        server.pay(made.id, customer, "pm_of_nobody", "01H")


def test_refunds_show_in_the_snapshot_and_are_made_once_for_a_command(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order("01I"), customer)
    server.pay(made.id, customer, "pm_card_visa", "01I")

    part = server.refund(made.id, 100, "01COMMAND")
    again = server.refund(made.id, 100, "01COMMAND")
    assert part == again
    assert (part.is_paid, part.amount_paid, part.amount_refunded) == (True, 2_342_500, 100)

    with pytest.raises(ConflictError):
        server.refund(made.id, 2_342_401, "01TOO_MUCH")
    whole = server.refund(made.id, 2_342_400, "01REST")
    assert whole.amount_refunded == whole.total
    assert server.invoice(made.id) == whole
    [payment] = whole.payments
    for part_id in (made.id, payment.id, *(refund.id for refund in whole.refunds)):
        assert server.invoice_of(part_id) == made.id
    assert [server.invoice_of(name) for name in ("re_none", "pi_none", "cus_1", "ch_none")] == [""] * 4


def test_nothing_was_paid_so_nothing_goes_back(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order("01J"), customer)

    with pytest.raises(ConflictError):
        server.refund(made.id, 1, "01COMMAND")


@pytest.mark.parametrize("attempted", [False, True])
def test_a_void_invoice_cannot_be_paid(server: StripeServer, attempted: bool) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order(f"01K{attempted}"), customer)
    assert (made.status, made.refused) == (InvoiceStatus.OPEN, False)
    if attempted:
        with pytest.raises(PaymentDeclinedError):
            server.pay(made.id, customer, "pm_card_chargeCustomerFail", "01K")
        found = server.invoice(made.id)
        assert found is not None
        assert (found.status, found.refused) == (InvoiceStatus.OPEN, True)

    void = server.void(made.id)

    assert (void.status, void.voided_at is not None) == (InvoiceStatus.VOID, True)
    assert server.void(made.id) == void
    with pytest.raises(ConflictError):
        server.pay(made.id, customer, "pm_card_visa", "01L")


def test_an_invoice_that_is_paid_stays_paid(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order("01M"), customer)
    paid = server.pay(made.id, customer, "pm_card_visa", "01M")

    assert server.pay(made.id, customer, "pm_card_visa", "01N") == paid
    assert server.void(made.id) == paid


def test_invoices_of_late_and_customers_that_were_deleted(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    made = server.ensure_invoice(order("01O"), customer)

    assert made.id in [name for name, _ in server.invoices(made.issued_at)]
    assert list(server.invoices(made.issued_at + timedelta(hours=1))) == []
    assert server.has_customer(customer)
    assert not server.has_customer("cus_none")


def test_a_customer_gets_the_name_and_address_of_today(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    address = {"line1": "2 Main Street", "line2": "", "city": "Austin", "region": "TX", "postal_code": "73301"}

    server.update_customer(customer, "Example Sun LLC", address | {"country": "US"})
    server.update_customer("cus_none", "Nobody", {})

    found = server._call(lambda api, options: api.v1.customers.retrieve(customer, {}, options))
    assert (found.name, found.address.state, found.address.country) == ("Example Sun LLC", "TX", "US")


def test_credit_is_given_once_used_by_the_next_invoice_and_given_back_by_a_void_one(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    for _ in range(2):
        server.credit(customer, 500, "USD", "01CREDIT")
    server.credit(customer, 200, "USD", "01MORE")

    made = server.ensure_invoice(order("01K"), customer)

    assert server.ensure_invoice(order("01K"), customer) == made
    assert (made.total, made.credit_applied, made.amount_due) == (2_342_500, 700, 2_341_800)
    voided = server.void(made.id)
    assert (voided.status, server.void(made.id)) == (InvoiceStatus.VOID, voided)

    again = server.ensure_invoice(order("01L"), customer)
    assert again.credit_applied == 700
    paid = server.pay(again.id, customer, "pm_card_visa", "01L")
    assert (paid.is_paid, paid.amount_paid) == (True, 2_341_800)
    assert server.ensure_invoice(order("01M"), customer).credit_applied == 0


def test_credit_is_withdrawn_once_and_only_what_is_left(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    server.credit(customer, 500, "USD", "01CREDIT")
    with pytest.raises(ConflictError):
        server.withdraw_credit(customer, 501, "USD", "withdraw-01CREDIT")
    for _ in range(2):
        server.withdraw_credit(customer, 500, "USD", "withdraw-01CREDIT")

    assert server.ensure_invoice(order("01P"), customer).credit_applied == 0


def test_credit_that_covers_an_invoice_pays_it(server: StripeServer) -> None:
    customer = server.ensure_customer("01ORG", "Example Solar LLC")
    server.credit(customer, 3_000_000, "USD", "01ALL")

    paid = server.ensure_invoice(order("01N"), customer)

    assert (paid.is_paid, paid.payments, paid.credit_applied) == (True, (), 2_342_500)
    assert paid.paid_at is not None
    assert server.ensure_invoice(order("01O"), customer).credit_applied == 657_500
