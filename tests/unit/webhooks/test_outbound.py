"""The client that calls strangers: to the address it was given, without redirects, within its time."""

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from quietline.adapters import outbound

pytestmark = pytest.mark.enable_socket


class Receiver(http.server.BaseHTTPRequestHandler):
    seen: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers), body))
        status = 302 if self.path.startswith("/redirect") else 200
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[int]:
    Receiver.seen = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_body_goes_to_the_given_address_under_the_urls_name(receiver: int) -> None:
    url = f"http://hooks.example.com:{receiver}/hook?key=1"

    assert outbound.post(url, "127.0.0.1", {"X-Ours": "yes"}, b"{}") == 200

    [(path, headers, body)] = Receiver.seen
    assert (path, body) == ("/hook?key=1", b"{}")
    assert headers["Host"] == f"hooks.example.com:{receiver}"
    assert headers["X-Ours"] == "yes"


def test_a_redirect_is_an_answer_and_not_followed(receiver: int) -> None:
    assert outbound.post(f"http://hooks.example.com:{receiver}/redirect", "127.0.0.1", {}, b"") == 302
    assert len(Receiver.seen) == 1


@pytest.mark.parametrize("drip", [b"", b"H"])
def test_a_receiver_that_stalls_or_drips_is_left_in_time(drip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT_SECONDS", 0.3)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def stall() -> None:
            connection, _ = server.accept()
            with connection:
                while not stop.wait(0.05):
                    try:
                        connection.sendall(drip)
                    except OSError:
                        return

        thread = threading.Thread(target=stall)
        thread.start()
        with pytest.raises(TimeoutError):
            outbound.post(f"http://hooks.example.com:{server.getsockname()[1]}/", "127.0.0.1", {}, b"")
        stop.set()
        thread.join()


def test_nobody_there_is_a_connection_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(ConnectionError):
        outbound.post(f"http://hooks.example.com:{port}/", "127.0.0.1", {}, b"")


def test_garbage_is_a_connection_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def garble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"no http\r\n\r\n")

        thread = threading.Thread(target=garble)
        thread.start()
        with pytest.raises(ConnectionError):
            outbound.post(f"http://hooks.example.com:{server.getsockname()[1]}/", "127.0.0.1", {}, b"{}")
        thread.join()


def test_a_name_resolves_to_each_address_once() -> None:
    assert outbound.resolve("127.0.0.1", 443) == ["127.0.0.1"]
