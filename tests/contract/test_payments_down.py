"""A payment server that refuses, hangs, fails or limits: what the adapter says, and what its circuit breaker does."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aws_lambda_powertools.utilities.circuit_breaker import base as powertools
from quietline.adapters import stripe_calls as adapter
from quietline.adapters.breaker import FAILURES, Guard, breaker, unguarded
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.stripe import StripeServer
from quietline.kernel.errors import UnavailableError

PAUSE = 60
MISSING = b'{"error": {"type": "invalid_request_error", "message": "No such invoice"}}'
OTHER_BEFORE = b'{"error": {"type": "idempotency_error", "message": "Keys can only be used with the same parameters"}}'


class Misbehaving:
    """A server that answers requests with `first`, one after the other, then with `status`; never while `hangs`."""

    def __init__(self) -> None:
        self.status, self.hangs, self.requests = 404, False, 0
        self.first: list[int] = []
        self.body = MISSING
        self._released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                if outer.hangs:
                    outer._released.wait(20)
                    return
                self.send_response(outer.first.pop(0) if outer.first else outer.status)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self) -> "Misbehaving":
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self.http.shutdown()
        self.http.server_close()
        self._thread.join(5)


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every call is tried once, as long as a test does not say otherwise."""
    monkeypatch.setattr(adapter, "RETRIES", 0)
    adapter._client.cache_clear()
    yield
    adapter._client.cache_clear()


@pytest.fixture
def far() -> Iterator[Misbehaving]:
    with Misbehaving() as made:
        yield made


def server(base: str, guard: Guard | None = None) -> StripeServer:
    return StripeServer(api_key=lambda: "sk_test_1", api_base=base, guard=guard or unguarded)


def refuse(_far: Misbehaving) -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


def hang(far: Misbehaving) -> str:
    far.hangs = True
    return far.base


def answer(status: int) -> Callable[[Misbehaving], str]:
    def prepared(far: Misbehaving) -> str:
        far.status = status
        return far.base

    return prepared


@pytest.mark.parametrize("how", [refuse, hang, *(answer(status) for status in (401, 403, 429, 500, 502, 503))])
def test_a_server_that_does_not_do_its_work_is_unavailable(
    far: Misbehaving, how: Callable[[Misbehaving], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if how is hang:
        monkeypatch.setattr(adapter, "TIMEOUT_SECONDS", 0.3)
    with pytest.raises(UnavailableError):
        server(how(far)).invoice("in_1")


def test_a_key_that_came_with_other_parameters_is_put_off_until_the_next_hours(far: Misbehaving) -> None:
    far.status, far.body = 400, OTHER_BEFORE
    with pytest.raises(UnavailableError):
        server(far.base).invoice("in_1")


def test_a_failure_that_passes_is_tried_again_within_the_call(
    far: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "RETRIES", 2)
    far.first = [500]

    assert server(far.base).invoice("in_1") is None
    assert far.requests == 2


@pytest.fixture
def container(cloud: Any) -> Callable[[], Guard]:
    """A function that begins a container: nothing is remembered but what lies in the table."""

    def begin() -> Guard:
        for known in (powertools._LOCAL_FAILURES, powertools._LOCAL_SUCCESSES, powertools._LAST_OBSERVED_STATE):
            known.clear()
        return breaker("payment server", cloud.sellers_table, PAUSE)

    return begin


def fail(one: StripeServer, times: int) -> None:
    for _ in range(times):
        with pytest.raises(UnavailableError):
            one.invoice("in_1")


def later(cloud: Any) -> None:
    """Let the pause of the open circuit pass."""
    table = Table(cloud.sellers_table)
    table.write(
        table.update(keys.circuit("payment server"), "SET opened_at = opened_at - :pause", values={":pause": PAUSE})
    )


def test_an_open_circuit_spares_the_server_in_every_container(
    far: Misbehaving, cloud: Any, container: Callable[[], Guard], capsys: pytest.CaptureFixture[str]
) -> None:
    far.status = 500
    fail(server(far.base, container()), FAILURES + 2)
    fail(server(far.base, container()), 2)

    assert far.requests == FAILURES
    assert capsys.readouterr().out.count('"CircuitOpened"') >= 1

    far.status = 404
    later(cloud)
    back = server(far.base, container())
    assert back.invoice("in_1") is None
    assert back.invoice("in_1") is None
    assert far.requests == FAILURES + 2


def test_a_probe_that_fails_leaves_the_circuit_open(
    far: Misbehaving, cloud: Any, container: Callable[[], Guard]
) -> None:
    far.status = 503
    fail(server(far.base, container()), FAILURES)
    later(cloud)

    fail(server(far.base, container()), 3)

    assert far.requests == FAILURES + 1


def test_what_is_not_the_servers_failure_never_opens_the_circuit(
    far: Misbehaving, container: Callable[[], Guard]
) -> None:
    one = server(far.base, container())

    assert [one.invoice("in_1") for _ in range(FAILURES + 2)] == [None] * (FAILURES + 2)
    assert far.requests == FAILURES + 2


def test_a_table_that_cannot_be_read_lets_calls_through(
    far: Misbehaving, cloud: Any, container: Callable[[], Guard]
) -> None:
    guard = container()
    Table(cloud.sellers_table).client.delete_table(TableName=cloud.sellers_table)

    assert server(far.base, guard).invoice("in_1") is None
