"""The client that calls strangers: to the address it was given, without redirects, within its time."""

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
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


@contextmanager
def dripping(drip: bytes, first: bytes = b"", tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve one caller who gets `first`, then `drip` again and again for as long as this lasts."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def stall() -> None:
            plain, _ = server.accept()
            with plain, suppress(OSError), tls.wrap_socket(plain, server_side=True) if tls else plain as connection:
                connection.sendall(first)
                while not stop.wait(0.05):
                    connection.sendall(drip)

        thread = threading.Thread(target=stall)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def called(url: str) -> int | type[BaseException]:
    """Return how a call ends; fail where it lasts, although the timer should have ended it."""
    ended: list[int | type[BaseException]] = []

    def call() -> None:
        try:
            ended.append(outbound.post(url, "127.0.0.1", {}, b""))
        except BaseException as error:
            ended.append(type(error))

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(30)
    [end] = ended
    return end


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(outbound, "TIMEOUT_SECONDS", 0.3)
    return 0.3


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """Return what a receiver encrypts with; its certificate is believed."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), critical=True)
    certificate, file = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM), tmp_path / "receiver.pem"
    file.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    trusting = ssl.create_default_context(cadata=certificate.decode())
    monkeypatch.setattr(outbound, "_tls", lambda: trusting)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    return serving


@pytest.mark.parametrize("drip", [b"", b"H"])
@pytest.mark.usefixtures("limit")
def test_a_receiver_that_stalls_or_drips_is_left_in_time(drip: bytes) -> None:
    with dripping(drip) as port:
        assert called(f"http://hooks.example.com:{port}/") is TimeoutError


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("secure", [False, True])
def test_the_body_of_an_answer_is_not_waited_for(secure: bool, tls: ssl.SSLContext) -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n"
    with dripping(b"x", head, tls if secure else None) as port:
        assert called(f"{'https' if secure else 'http'}://hooks.example.com:{port}/") == 200


@pytest.mark.usefixtures("limit", "tls")
def test_one_that_drips_its_handshake_is_left_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made = socket.create_connection

    def patient(*arguments: Any) -> socket.socket:
        opened = made(*arguments)
        opened.settimeout(None)  # so that only the timer ends what is read
        return opened

    monkeypatch.setattr(socket, "create_connection", patient)
    with dripping(b"\0", b"\x16\x03\x03\x40\x00") as port:
        assert called(f"https://hooks.example.com:{port}/") is TimeoutError


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_that_stands_only_when_the_time_is_over_is_not_used(
    scheme: str, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = socket.create_connection

    def slow(*arguments: Any) -> socket.socket:
        opened = made(*arguments)
        opened.settimeout(None)
        time.sleep(2 * limit)  # as a process does that gets no processor
        return opened

    monkeypatch.setattr(socket, "create_connection", slow)
    with dripping(b"H") as port:
        assert called(f"{scheme}://hooks.example.com:{port}/") is TimeoutError


def test_a_body_over_tls_is_answered(tls: ssl.SSLContext) -> None:
    with dripping(b"", b"HTTP/1.1 204 No Content\r\n\r\n", tls) as port:
        assert outbound.post(f"https://hooks.example.com:{port}/", "127.0.0.1", {}, b"{}") == 204


def test_a_certificate_of_another_name_is_not_believed(tls: ssl.SSLContext) -> None:
    with dripping(b"", b"", tls) as port, pytest.raises(ssl.SSLError):
        outbound.post(f"https://other.example.com:{port}/", "127.0.0.1", {}, b"{}")


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


@pytest.mark.parametrize("host", ["hooks.example.com..", "hooks..example.com", 64 * "a" + ".example.com"])
def test_what_is_no_name_has_no_address(host: str) -> None:
    with pytest.raises(OSError):
        outbound.resolve(host, 443)
