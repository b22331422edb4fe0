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
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from quietline.kernel.settings.functions import SiteFormsSettings

from functions.console import wiring as console_wiring
from functions.console.frame import SESSION as CONSOLE_SESSION
from functions.console.handler import lambda_handler as console_handler
from functions.portal import cookies, wiring
from functions.portal.handler import lambda_handler as portal_handler
from functions.site_forms.handler import lambda_handler as forms_handler
from tests.conftest import Cloud
from tests.console import EMAIL, make_console
from tests.console import person as staff
from tests.helpers import LambdaContext, http_event
from tests.portal import Person, make_portal, organization, person
from web.build import build

CHROMIUM = os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium")
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
FUNCTIONS = {"/forms": forms_handler, "/portal": portal_handler, "/console": console_handler}


class Handler(SimpleHTTPRequestHandler):
    """`/forms/…` and the like to their functions as API Gateway does it, everything else from the folder."""

    own_policy = False

    def end_headers(self) -> None:
        if not self.own_policy:
            self.send_header("content-security-policy", POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        if self.path.startswith(tuple(FUNCTIONS)):
            self._function("GET")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self._function("POST")

    def _function(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        address = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        event = http_event(method, address.path, base64.b64encode(body).decode(), headers=headers)
        handler = FUNCTIONS["/" + address.path.split("/")[1]]
        answer = handler(event | {"rawQueryString": address.query, "isBase64Encoded": True}, LambdaContext())
        self.own_policy = "content-security-policy" in answer["headers"]
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        for cookie in answer.get("cookies", []):
            self.send_header("set-cookie", cookie)
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


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


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


AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CUT = (
    "[...document.querySelectorAll('main .ql-scroll')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel)"
)
"""Names of the tables of which a part can only be seen by scrolling sideways."""


def checked(page: Page) -> str:
    """Run axe and measure the width, once the page and its styles are there; return the page's title.

    No table of the portal, the console or open data is cut either, neither on a phone nor on a desktop.
    """
    page.wait_for_load_state()
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "tags => axe.run({runOnly: {type: 'tag', values: tags}}).then(r => r.violations.map(v => "
        "({id: v.id, nodes: v.nodes.map(n => n.html)})))",
        TAGS,
    )
    assert not found, (page.url, page.title(), found)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, (page.url, page.title(), wide)
    if any(part in page.url for part in ("/portal/", "/console/", "/data/")):
        cut = page.evaluate(CUT)
        assert not cut, (page.url, page.title(), cut)
    return page.title()


@pytest.fixture
def portal(cloud: Cloud, site: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The portal's address in the site, without a trailing slash."""
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    make_portal(cloud, site_url=site)
    return f"{site}/portal"


@pytest.fixture
def kim(portal: str) -> Person:
    """A representative of a certified seller, with a second factor."""
    made = person()
    organization(made)
    return made


def sign_in(context: BrowserContext, portal: str, who: Person) -> None:
    """Sign a browser in without the pages of the sign-in."""
    session_id = wiring.sessions().begin(who.sub)
    address = portal.replace("http://", "https://")
    context.add_cookies([{"name": cookies.SESSION, "value": session_id, "url": address, "httpOnly": True}])


@pytest.fixture(params=["desktop", "phone"])
def signed_in(request: pytest.FixtureRequest, browser: Browser, portal: str, kim: Person) -> Iterator[Page]:
    """A page, of a wide and of a narrow browser, in which `kim` is signed in."""
    width = {"desktop": 1280, "phone": 320}[request.param]
    context = browser.new_context(viewport={"width": width, "height": 700})
    sign_in(context, portal, kim)
    yield context.new_page()
    context.close()


@pytest.fixture(params=["javascript", "no-javascript"])
def member(request: pytest.FixtureRequest, browser: Browser, portal: str, kim: Person) -> Iterator[Page]:
    """The same for a journey, with and without JavaScript (axe needs it)."""
    context = browser.new_context(java_script_enabled=request.param == "javascript")
    sign_in(context, portal, kim)
    yield context.new_page()
    context.close()


@pytest.fixture
def console(cloud: Cloud, site: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The console's address in the site, without a trailing slash."""
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    make_console(cloud, site_url=site)
    return f"{site}/console"


@pytest.fixture(params=["desktop", "phone"])
def at_desk(request: pytest.FixtureRequest, browser: Browser, console: str) -> Iterator[Page]:
    """A page, of a wide and of a narrow browser, in which a supervisor is signed in at the console."""
    width = {"desktop": 1280, "phone": 320}[request.param]
    context = browser.new_context(viewport={"width": width, "height": 700})
    session_id = console_wiring.sessions().begin(staff(EMAIL, "supervisor", "investigator").sub, mfa=True)
    address = console.replace("http://", "https://")
    context.add_cookies([{"name": CONSOLE_SESSION, "value": session_id, "url": address, "httpOnly": True}])
    yield context.new_page()
    context.close()
