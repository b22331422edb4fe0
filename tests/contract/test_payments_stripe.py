"""`adapters/stripe.py` against answers in the shape of Stripe's API version: invoice payments, refunds, disputes.

The shapes follow Stripe's reference for the pinned version; localstripe, which the other test uses, has none of them.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from quietline.adapters import stripe_calls
from quietline.adapters.stripe import StripeServer
from quietline.kernel.errors import ConflictError
from quietline.orders.model import DisputeStatus, InvoiceStatus

NOW = 1_795_600_000
LISTS = {
    "/v1/customers/cus_1/balance_transactions": (),
    "/v1/invoice_payments": ("invoice", "payment[payment_intent]"),
    "/v1/refunds": ("payment_intent",),
    "/v1/disputes": ("payment_intent",),
    "/v1/invoices": (),
}


def invoice(**changes: Any) -> dict[str, Any]:
    moments = {"finalized_at": NOW, "paid_at": NOW + 60, "voided_at": None, "marked_uncollectible_at": None}
    return {
        "id": "in_1",
        "object": "invoice",
        "customer": "cus_1",
        "status": "paid",
        "total": 8500,
        "amount_paid": 8500,
        "currency": "usd",
        "created": NOW,
        "description": None,
        "metadata": {"order": "01A"},
        "hosted_invoice_url": "https://pay.example/in_1",
        "starting_balance": 0,
        "ending_balance": 0,
        "status_transitions": moments,
    } | changes


def intent(name: str, status: str = "succeeded", **changes: Any) -> dict[str, Any]:
    return {"id": name, "object": "payment_intent", "status": status, "last_payment_error": None} | changes


def payment(name: str, of: dict[str, Any] | None, amount: int, status: str = "paid") -> dict[str, Any]:
    inner = {"type": "payment_intent", "payment_intent": of} if of else {"type": "payment_record"}
    return {
        "id": name,
        "object": "invoice_payment",
        "invoice": "in_1",
        "status": status,
        "amount_paid": amount if status == "paid" else None,
        "created": NOW,
        "payment": inner,
        "status_transitions": {"paid_at": NOW + 60 if status == "paid" else None},
    }


def refund(name: str, amount: int, status: str = "succeeded", **more: Any) -> dict[str, Any]:
    made = {"id": name, "object": "refund", "amount": amount, "status": status, "created": NOW + 90}
    return made | {"payment_intent": "pi_1", "charge": "ch_1", "metadata": {}} | more


def dispute(name: str, status: str, amount: int = 8500) -> dict[str, Any]:
    made = {"id": name, "object": "dispute", "amount": amount, "status": status, "created": NOW + 95}
    return made | {"payment_intent": "pi_1", "charge": "ch_1"}


class Stripe:
    """Objects by address; lists filter by what Stripe filters by, in pages of two."""

    def __init__(self) -> None:
        self.objects: dict[str, list[dict[str, Any]]] = {path: [] for path in LISTS}
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str]]] = []

    def put(self, path: str, *found: dict[str, Any]) -> None:
        self.objects.setdefault(path, []).extend(found)

    def answer(self, method: str, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if method == "POST" and path == "/v1/refunds":
            made = refund(f"re_new{len(self.asked)}", int(query["amount"]), payment_intent=query["payment_intent"])
            made["metadata"] = {"command": query["metadata[command]"]}
            self.put(path, made)
            return 200, made
        if method == "POST" and path in LISTS and path.endswith("/balance_transactions"):
            made = {"id": f"cbtxn_{len(self.asked)}", "object": "customer_balance_transaction"}
            made |= {"amount": int(query["amount"]), "metadata": {"command": query["metadata[command]"]}}
            self.put(path, made)
            return 200, made
        if path in LISTS:
            found = [
                one
                for one in self.objects[path]
                if all(name not in query or _matches(one, name, query[name]) for name in LISTS[path])
            ]
            after = query.get("starting_after")
            start = [one["id"] for one in found].index(after) + 1 if after else 0
            page = found[start : start + 2]
            return 200, {"object": "list", "url": path, "data": page, "has_more": start + 2 < len(found)}
        parent, _, name = path.rpartition("/")
        for one in self.objects.get(parent, []):
            if one["id"] == name:
                return 200, one
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "none"}}


def _matches(one: dict[str, Any], name: str, value: str) -> bool:
    if name == "payment[payment_intent]":
        return bool((one["payment"].get("payment_intent") or {}).get("id") == value)
    return bool(one[name] == value)


@pytest.fixture(scope="module")
def http() -> Iterator[tuple[list[Stripe], str]]:
    playing: list[Stripe] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            query = {name: values[0] for name, values in parse_qs(url.query or body).items()}
            playing[-1].asked.append((self.command, url.path, query, {k.lower(): v for k, v in self.headers.items()}))
            status, document = playing[-1].answer(self.command, url.path, query)
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _answer

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
        thread.start()
        yield playing, f"http://127.0.0.1:{listener.server_port}"
        listener.shutdown()
        thread.join(5)
    stripe_calls._client.cache_clear()


@pytest.fixture
def stripe(http: tuple[list[Stripe], str]) -> Stripe:
    http[0].append(Stripe())
    return http[0][-1]


@pytest.fixture
def server(stripe: Stripe, http: tuple[list[Stripe], str]) -> StripeServer:
    return StripeServer(api_key=lambda: "sk_test_1", api_base=http[1])


def test_the_whole_story_of_an_invoice(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/invoices", invoice())
    stripe.put(
        "/v1/invoice_payments",
        payment("inpay_0", intent("pi_0", "canceled"), 8500, "canceled"),
        payment("inpay_1", intent("pi_1"), 8000),
        payment("inpay_2", None, 500),  # sent by cheque
    )
    states = ("failed", "canceled", "pending", "succeeded")
    stripe.put("/v1/refunds", *(refund(f"re_{state}", 100, state) for state in states))
    stripe.put(
        "/v1/disputes",
        *(
            dispute(f"du_{state}", state)
            for state in ("won", "lost", "needs_response", "warning_needs_response", "prevented", "appeal_under_review")
        ),
    )

    found = server.invoice("in_1")

    assert found is not None
    assert (found.order_id, found.status, found.is_paid) == ("01A", InvoiceStatus.PAID, True)
    assert [(one.id, one.amount) for one in found.payments] == [("pi_1", 8000), ("inpay_2", 500)]
    assert {one.id: one.failed for one in found.refunds} == {
        "re_failed": True,
        "re_pending": False,
        "re_succeeded": False,
    }
    assert {one.id: one.status for one in found.disputes} == {
        "du_won": DisputeStatus.WON,
        "du_lost": DisputeStatus.LOST,
        "du_needs_response": DisputeStatus.OPEN,
        "du_appeal_under_review": DisputeStatus.OPEN,
    }
    assert {header["stripe-version"] for *_, header in stripe.asked} == {stripe_calls.API_VERSION}


@pytest.mark.parametrize(
    ("last_error", "status", "refused"),
    [
        ({"code": "card_declined"}, "requires_payment_method", True),
        (None, "requires_payment_method", False),
        ({"code": "card_declined"}, "processing", False),
    ],
)
def test_an_open_invoice_tells_whether_the_last_try_was_refused(
    stripe: Stripe, server: StripeServer, last_error: Any, status: str, refused: bool
) -> None:
    stripe.put("/v1/invoices", invoice(status="open", amount_paid=0))
    stripe.put(
        "/v1/invoice_payments", payment("inpay_1", intent("pi_1", status, last_payment_error=last_error), 0, "open")
    )

    found = server.invoice("in_1")

    assert found is not None
    assert (found.status, found.refused, found.payments) == (InvoiceStatus.OPEN, refused, ())


def test_a_credit_balance_pays_too(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/invoices", invoice(amount_paid=8000, starting_balance=-700, ending_balance=-200))
    stripe.put("/v1/invoice_payments", payment("inpay_1", intent("pi_1"), 8000))

    found = server.invoice("in_1")

    assert found is not None
    assert (found.credit_applied, found.amount_paid, found.is_paid) == (500, 8000, True)


def test_credit_is_a_negative_balance_of_the_customer_and_given_once(stripe: Stripe, server: StripeServer) -> None:
    for key in ("01A", "01A", "01B"):
        server.credit("cus_1", 500, "USD", key)

    path = "/v1/customers/cus_1/balance_transactions"
    asked = [(query, headers) for method, where, query, headers in stripe.asked if (method, where) == ("POST", path)]
    assert [(query["amount"], query["currency"], query["metadata[command]"]) for query, _ in asked] == [
        ("-500", "usd", "01A"),
        ("-500", "usd", "01B"),
    ]
    assert asked[0][1]["idempotency-key"].startswith("credit-01A-")


def test_credit_is_withdrawn_once_and_only_what_is_left(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/customers", {"id": "cus_1", "object": "customer", "balance": -500})
    with pytest.raises(ConflictError):
        server.withdraw_credit("cus_1", 501, "USD", "withdraw-01A")
    for _ in range(2):
        server.withdraw_credit("cus_1", 500, "USD", "withdraw-01A")

    path = "/v1/customers/cus_1/balance_transactions"
    asked = [query for method, where, query, _ in stripe.asked if (method, where) == ("POST", path)]
    assert [(query["amount"], query["metadata[command]"]) for query in asked] == [("500", "withdraw-01A")]


def test_a_deleted_customer_has_no_credit_to_withdraw(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/customers", {"id": "cus_1", "object": "customer", "deleted": True})
    with pytest.raises(ConflictError):
        server.withdraw_credit("cus_1", 1, "USD", "withdraw-01A")


@pytest.mark.parametrize("name", ["in_1", "inpay_1", "pi_1", "ch_1", "re_1", "du_1"])
def test_everything_leads_to_its_invoice(stripe: Stripe, server: StripeServer, name: str) -> None:
    stripe.put("/v1/invoice_payments", payment("inpay_1", intent("pi_1"), 8500))
    stripe.put("/v1/charges", {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"})
    stripe.put("/v1/refunds", refund("re_1", 100))
    stripe.put("/v1/disputes", dispute("du_1", "lost"))

    assert server.invoice_of(name) == "in_1"


def test_what_has_no_invoice(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/charges", {"id": "ch_1", "object": "charge", "payment_intent": None})

    assert [server.invoice_of(name) for name in ("ch_1", "ch_none", "pi_none", "cus_1", "evt_1")] == [""] * 5


def test_a_refund_takes_from_each_payment_and_only_once_for_a_command(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/invoices", invoice())
    stripe.put(
        "/v1/invoice_payments", payment("inpay_1", intent("pi_1"), 5000), payment("inpay_2", intent("pi_2"), 3500)
    )

    server.refund("in_1", 6000, "01COMMAND")
    server.refund("in_1", 6000, "01COMMAND")

    made = [query for method, path, query, _ in stripe.asked if (method, path) == ("POST", "/v1/refunds")]
    assert [(query["payment_intent"], query["amount"]) for query in made] == [("pi_1", "5000"), ("pi_2", "1000")]
    keys = [header["idempotency-key"] for method, _, _, header in stripe.asked if method == "POST"]
    assert len(set(keys)) == 2
    assert all(key.startswith("refund-01COMMAND-") for key in keys)

    with pytest.raises(ConflictError):
        server.refund("in_1", 2501, "01ANOTHER")


def test_money_that_a_bank_took_back_cannot_be_sent_back(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/invoices", invoice())
    stripe.put("/v1/invoice_payments", payment("inpay_1", intent("pi_1"), 8500))
    stripe.put("/v1/disputes", dispute("du_1", "needs_response"))

    with pytest.raises(ConflictError):
        server.refund("in_1", 1, "01COMMAND")


def test_a_cheque_has_to_be_sent_back_by_hand(stripe: Stripe, server: StripeServer) -> None:
    stripe.put("/v1/invoices", invoice())
    stripe.put("/v1/invoice_payments", payment("inpay_1", None, 8500))

    with pytest.raises(ConflictError, match="by hand"):
        server.refund("in_1", 8500, "01COMMAND")
