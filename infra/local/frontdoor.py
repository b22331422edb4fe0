"""The front door of the local cloud: the site and the mail page under addresses of this machine.

    python -m infra.local.frontdoor EMULATOR_PORT STATE_DIRECTORY

The site port hands every request to the CloudFront distribution of the deployed stacks, so pages, forms and API have
one origin, as on AWS. Only the standard library is needed.
"""

import http.client
import json
import shutil
import sys
import threading
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from infra.local import mailpage

HOST = "127.0.0.1"
_HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
_BODY_LIMIT = 12 * 1024 * 1024
"""Bytes: above the largest body that API Gateway takes, so that the API and not the front door refuses it."""


class Quiet(BaseHTTPRequestHandler):
    """Common parts of both doors."""

    protocol_version = "HTTP/1.1"
    emulator_port: ClassVar[int]
    state: ClassVar[Path]

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: paths may hold link tokens."""

    def version_string(self) -> str:
        """Name of the server."""
        return "quietline-local"

    def answer(self, status: int, kind: str, body: bytes) -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class SiteDoor(Quiet):
    """Hands every request to the distribution and its answer back, unchanged."""

    def _forward(self) -> None:
        distribution = self._distribution()
        if distribution is None:
            text = b"The local cloud is up but nothing is deployed yet: run `make up`.\n"
            self.answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", text)
            return
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self.close_connection = True
            self.answer(HTTPStatus.LENGTH_REQUIRED, "text/plain; charset=utf-8", b"Content-Length is needed.\n")
            return
        if int(length) > _BODY_LIMIT:
            self.close_connection = True
            self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain; charset=utf-8", b"Body too large.\n")
            return
        body = self.rfile.read(int(length))
        connection = http.client.HTTPConnection(HOST, self.emulator_port, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", distribution)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP | {"host", "x-forwarded-for", "expect"}:
                    connection.putheader(name, value)
            connection.putheader("X-Forwarded-For", self.client_address[0])
            connection.endheaders(body or None)
            self._hand_back(connection.getresponse())
        except OSError:
            self.close_connection = True
            text = b"The emulator does not answer: run `make up`.\n"
            self.answer(HTTPStatus.BAD_GATEWAY, "text/plain; charset=utf-8", text)
        finally:
            connection.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _forward

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Refuse any other method (`TRACE` …), as CloudFront does."""
        if not name.startswith("do_"):
            raise AttributeError(name)
        text = b"This method is not allowed.\n"
        return lambda: self.answer(HTTPStatus.METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", text)

    def _hand_back(self, response: http.client.HTTPResponse) -> None:
        self.send_response_only(response.status, response.reason)
        known_length = response.getheader("Content-Length") is not None
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        bare = self.command == "HEAD" or response.status in (204, 304)
        if not known_length and not bare:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if not bare:
            shutil.copyfileobj(response, self.wfile)

    def _distribution(self) -> str | None:
        """Host of the deployed distribution on the emulator."""
        try:
            outputs = json.loads((self.state / "outputs.json").read_text())
        except (OSError, ValueError):
            return None
        domain = outputs.get("distribution_domain", "")
        return f"{domain.split('.')[0]}.cloudfront.localhost:{self.emulator_port}" if domain else None


class MailDoor(Quiet):
    """Shows the mails that the deployed functions sent through SES."""

    def do_GET(self) -> None:
        """The inbox, one mail, its HTML body, or all of them as JSON."""
        path = unquote(urlsplit(self.path).path)
        if path == "/ready":
            self.answer(HTTPStatus.OK, "text/plain", b"ready\n")
            return
        mails = mailpage.fetch(self.emulator_port)
        if mails is None:
            self.answer(HTTPStatus.BAD_GATEWAY, "text/plain", b"The emulator does not answer: run `make up`.\n")
        elif path == "/":
            self._page(mailpage.inbox(mails))
        elif path == "/messages.json":
            self.answer(HTTPStatus.OK, "application/json", mailpage.as_json(mails))
        else:
            self._one(path, mails)

    do_HEAD = do_GET

    def _one(self, path: str, mails: list[mailpage.Mail]) -> None:
        parts = path.strip("/").split("/")
        mail = next((m for m in mails if len(parts) >= 2 and parts[0] == "messages" and m.id == parts[1]), None)
        if mail is None:
            self._page(mailpage.missing(), HTTPStatus.NOT_FOUND)
        elif parts[2:] == ["html"]:
            self._page(mailpage.html_body(mail))
        else:
            self._page(mailpage.single(mail))

    def _page(self, text: str, status: int = HTTPStatus.OK) -> None:
        self.answer(status, "text/html; charset=utf-8", text.encode())


def serve(emulator_port: int, state: Path) -> None:
    """Open both doors and keep them open."""
    Quiet.emulator_port, Quiet.state = emulator_port, state
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 64
    mail = ThreadingHTTPServer((HOST, emulator_port + 5), MailDoor)
    site = ThreadingHTTPServer((HOST, emulator_port + 4), SiteDoor)
    print(f"open since {formatdate()}", flush=True)
    threading.Thread(target=mail.serve_forever, daemon=True).start()
    site.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
