"""A server in this process: the built site, and the forms' function on the AWS in memory; and Chromium."""

import base64
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright
from quietline.kernel.settings import SiteFormsSettings

from functions.site_forms.handler import lambda_handler
from tests.conftest import Cloud
from tests.helpers import LambdaContext, http_event
from web.build import build

CHROMIUM = os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Handler(SimpleHTTPRequestHandler):
    """`/forms/…` to the function as API Gateway does it, everything else from the folder as the CDN does it."""

    def end_headers(self) -> None:
        self.send_header("content-security-policy", POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        if self.path.startswith("/forms"):
            self._forms("GET")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self._forms("POST")

    def _forms(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        address = urlsplit(self.path)
        event = http_event(method, address.path, base64.b64encode(body).decode())
        answer = lambda_handler(event | {"rawQueryString": address.query, "isBase64Encoded": True}, LambdaContext())
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        content = answer["body"].encode()
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("web") / "site"
    build(site)
    return site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"There is no Chromium at {CHROMIUM}: install it or set CHROMIUM_PATH.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def site(cloud: Cloud, built: Path) -> Iterator[str]:
    """The address of the site, without a trailing slash."""
    cloud.use(SiteFormsSettings)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
