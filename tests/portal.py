"""A browser's part in the tests of the portal: cookies, the form token of the page shown, and ready-made people."""

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from quietline.adapters import aws
from quietline.kernel.settings.functions import PortalSettings
from quietline.kernel.totp import totp
from quietline.sellers.model import Address, OrganizationType

from functions.portal import cookies, wiring
from functions.portal.frame import Caller
from functions.portal.handler import lambda_handler
from tests.conftest import Cloud
from tests.helpers import LambdaContext, http_event

PASSWORD = "Quiet-Line-2026!"
EMAIL = "kim@example.com"
SITE = "https://registry.example.test"


def make_pool() -> tuple[str, str]:
    """Make a user pool with the client by which pages sign people in; return both ids."""
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="portal")["UserPoolClient"]["ClientId"]
    return pool, client


def make_portal(cloud: Cloud, **changes: Any) -> PortalSettings:
    """Give the cloud a user pool with the portal's client, and the function its settings."""
    cognito, (pool, client) = aws.client("cognito-idp"), make_pool()
    cognito.create_resource_server(
        UserPoolId=pool,
        Identifier="quietline",
        Name="quietline",
        Scopes=[{"ScopeName": "lists", "ScopeDescription": "the lists"}],
    )
    made = {"user_pool_id": pool, "portal_client_id": client, "representative_mfa": "required"}
    return cloud.use(PortalSettings, **(made | changes))


@dataclass
class Person:
    """Somebody with an account; `secret` is their authenticator app's, empty without one."""

    sub: str
    email: str
    secret: str = ""

    @property
    def caller(self) -> Caller:
        """Who calls the use cases."""
        return Caller(self.sub, wiring.settings().portal_client_id)


def person(email: str = EMAIL, *, mfa: bool = True, wiring: Any = wiring) -> Person:
    """Make an account, by default with a second factor."""
    accounts = wiring.accounts()
    accounts.sign_up(email, PASSWORD, "en")
    accounts.confirm(email, "123456")
    verified = [{"Name": "email_verified", "Value": "true"}]  # which moto forgets
    aws.client("cognito-idp").admin_update_user_attributes(
        UserPoolId=wiring.settings().user_pool_id, Username=email, UserAttributes=verified
    )
    made: Any = accounts.sign_in(email, PASSWORD)
    if not mfa:
        return Person(made.sub, email)
    secret = accounts.begin_mfa(made.access_token)
    accounts.finish_mfa(made.access_token, totp(secret, time.time()))
    return Person(made.sub, email, secret)


def organization(
    who: Person,
    kind: OrganizationType = OrganizationType.SELLER,
    *,
    name: str = "Sunny Roofs LLC",
    certified: bool = True,
) -> str:
    """Make an organization of which they are the representative; return its SAN."""
    service = wiring.organizations()
    address = Address("1 Sample Street", "Springfield", "IL", "62701", "US")
    service.create(
        who.caller,
        name=name,
        kind=kind,
        address=address,
        contact_name="Kim",
        contact_email=who.email,
        language="en",
    )
    if not certified:
        return ""
    certifications = wiring.certifications()
    acts, version = service.representative(who.caller), certifications.text().version
    return certifications.certify(
        acts, by=who.caller.sub, version=version, language="en", address="192.0.2.1", program="test"
    )[1]


@dataclass
class Visitor:
    """One browser: keeps cookies, follows nothing by itself, fills the page's form token in."""

    name: ClassVar[str] = "portal"
    handle: ClassVar[Callable[[dict[str, Any], Any], dict[str, Any]]] = staticmethod(lambda_handler)
    language: str = "en"
    jar: dict[str, str] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str = "", query: str = "") -> "Visitor":
        """Open a page of the portal."""
        return self._call("GET", path, None, query, {})

    def post(
        self, path: str, fields: dict[str, Any] | None = None, *, at: str | None = None, **headers: str
    ) -> "Visitor":
        """Send a form; its token is that of the page shown last, or of the page `at` (opened first)."""
        if at is not None:
            self.get(at)
        token = re.search(r'name="form_token" value="(\w+)"', self.answer.get("body", ""))
        sent = ({"form_token": token[1]} if token else {}) | (fields or {})
        body = urlencode(sent, doseq=True)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self._call("POST", path, body, "", kind | ({"sec-fetch-site": "same-origin"} | headers))

    def follow(self) -> "Visitor":
        """Open the page to which the browser was sent."""
        assert self.status == 303, (self.status, self.text)
        where = urlsplit(self.location)
        parts = where.path.removeprefix(f"/{self.name}/").split("/", 1)
        self.language = parts[0]
        return self.get(parts[1] if len(parts) > 1 else "", where.query)

    def sign_in(self, who: Person) -> "Visitor":
        """Be signed in, without the pages."""
        self.jar[cookies.SESSION] = wiring.sessions().begin(who.sub, mfa=bool(who.secret))
        return self

    def _call(self, method: str, path: str, body: str | None, query: str, headers: dict[str, str]) -> "Visitor":
        event = http_event(method, f"/{self.name}/{self.language}/{path}", body, headers=headers)
        event |= {"rawQueryString": query, "cookies": [f"{name}={value}" for name, value in self.jar.items()]}
        self.answer = self.handle(event, LambdaContext())
        for header in self.answer["cookies"]:
            name, value = header.split(";")[0].split("=", 1)
            assert "; Secure; HttpOnly; SameSite=Lax" in header
            assert "Path=/;" in header
            self.jar[name] = value
        self.jar = {name: value for name, value in self.jar.items() if value}
        return self

    @property
    def status(self) -> int:
        """Status of the last answer."""
        return int(self.answer["statusCode"])

    @property
    def text(self) -> str:
        """The page, slashes as they were before they were escaped."""
        return str(self.answer["body"]).replace("&#x2f;", "/")

    @property
    def plain(self) -> str:
        """The page with its escaped characters as people read them (`&#x2f;` is a slash)."""
        return html.unescape(self.text)

    @property
    def location(self) -> str:
        """Where the browser is sent."""
        return str(self.answer["headers"]["location"])

    @property
    def title(self) -> str:
        """The page's first heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return found[1].strip() if found else ""
