"""The people of a story on the running local cloud: consumers, sellers, carriers, investigators, and what each sees."""

import json
import random
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Table
from quietline.kernel.clock import to_text

from tests.e2e.conftest import PASSWORD, Cloud, wait_for
from tests.e2e.test_round_trip import ADDRESS
from tests.fakes.complaints import list_number

ZONE = ZoneInfo("America/New_York")
REASONS = "The evidence of the case and the answer of the seller were weighed together."
SPARSE = ("207", "302", "307", "406", "605", "701", "802", "907")
"""Areas with few numbers; each has a hundred fictitious ones."""


def fictitious(seed: str, area: str = "", step: int = 0) -> str:
    """A fictitious number (555-0100 to 0199), the same for the same seed; `step` names others of its hundred."""
    chance = random.Random(seed)
    return f"+1{area or chance.choice(SPARSE)}5550{100 + (chance.randrange(100) + step) % 100}"


def today() -> date:
    return datetime.now(ZONE).date()


@dataclass
class Consumer:
    """Somebody who complained; `ticket` opens the status of the complaint."""

    cloud: Cloud
    email: str
    ticket: dict[str, str]

    @property
    def status(self) -> dict[str, Any]:
        read: dict[str, Any] = self.cloud.http.post("/v1/complaints/status", json=self.ticket).json()
        return read

    @property
    def page(self) -> str:
        """The status page as a browser without script gets it."""
        return self.cloud.http.post("/forms/en/complaint-status", data=self.ticket).text

    @property
    def decisions(self) -> list[str]:
        """The mails that told the decision."""
        mails = self.cloud.mails_to(self.email)
        return [mail["text"] for mail in mails if "has been decided" in mail["subject"]]


@dataclass
class Seller:
    """An organization with its representative's API client."""

    cloud: Cloud
    api: httpx.Client
    id: str
    san: str
    name: str
    email: str

    def accusation(self, calls: int = 1) -> dict[str, Any]:
        """The accusation, once it is about so many calls."""

        def read() -> dict[str, Any] | None:
            found = self.api.get("/v1/accusations").json()["accusations"]
            return next((one for one in found if one["calls"] == calls), None)

        return dict(wait_for(read, f"the accusation of {self.name} about {calls} calls", 90))

    def answer(self, case_id: str, **said: Any) -> None:
        heard = self.api.post(f"/v1/accusations/{case_id}/answers", json=said)
        assert heard.status_code == 200, heard.text

    def uploads(self, case_id: str, data: bytes) -> str:
        """Upload a picture for the answer and wait until it is scanned clean; return its id."""
        offered = self.api.post(f"/v1/accusations/{case_id}/evidence", json={"kind": "screenshot"}).json()
        form = offered["upload"]
        sent = httpx.post(form["url"], data=form["fields"], files={"file": data}, timeout=30)
        assert sent.status_code == 204, sent.text
        made = str(offered["evidence"]["id"])

        def clean() -> bool:
            files = self.api.get(f"/v1/accusations/{case_id}").json()["evidence"]
            return {one["id"]: one["state"] for one in files}[made] == "clean"

        wait_for(clean, "the scan of the seller's file")
        return made

    def mails(self, *words: str) -> list[str]:
        """Texts of the mails whose subject has all these words, newest first."""
        mails = self.cloud.mails_to(self.email)
        return [mail["text"] for mail in mails if all(word in mail["subject"] for word in words)]

    def sends(self, case_id: str, data: bytes) -> str:
        """Send a paper for the answer through the portal's page and wait until it is checked; return its id."""
        page = f"accusations/{case_id}"
        shown = self.portal.send(f"{page}/files", status=200, at=page, kind="document")
        place = re.search(r'action="([^"]+)" method="post" enctype.*?</form>', shown, re.DOTALL)
        assert place, shown
        hidden = re.findall(r'type="hidden" name="(.+?)" value="(.*?)"', place[0])
        fields = {name: unescape(value) for name, value in hidden}
        sent = httpx.post(unescape(place[1]), data=fields, files={"file": data}, timeout=30)
        assert sent.status_code == 303 and f"{page}/sent" in sent.headers["location"], sent.text
        wait_for(lambda: self.portal(page).count("Checked") == 2, "the scan of the seller's paper")
        files = self.api.get(f"/v1/accusations/{case_id}").json()["evidence"]
        return next(str(one["id"]) for one in files if one["content_type"] == "application/pdf")

    @cached_property
    def portal(self) -> "Portal":
        """Signed in with the second factor."""
        made = Portal(self.cloud)
        made.send("sign-in", email=self.email, password=PASSWORD)
        made.send("sign-in/code", code=self.cloud.code(self.email))
        return made


@dataclass
class Portal:
    """A browser in the portal; called with a path it returns the page."""

    cloud: Cloud
    jar: dict[str, str] = field(default_factory=dict)

    def __call__(self, path: str) -> str:
        return self._ask("GET", path).text

    def send(self, path: str, status: int = 303, at: str = "", **fields: str) -> str:
        """Send the form of the page `at` (as a rule its own); return what is answered."""
        token = re.search(r'name="form_token" value="(\w+)"', self(at or path))
        answer = self._ask("POST", path, data=fields | ({"form_token": token[1]} if token else {}))
        assert answer.status_code == status, answer.text
        return answer.text

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        headers = {"cookie": cookies, "sec-fetch-site": "same-origin"}
        answer = self.cloud.http.request(method, f"/portal/en/{path}", headers=headers, **more)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
        return answer


@dataclass
class Case:
    """A case as an investigator sees it."""

    desk: httpx.Client
    id: str

    @property
    def file(self) -> dict[str, Any]:
        return self._read("")

    @property
    def investigation(self) -> dict[str, Any]:
        return self._read("/investigation")

    def _read(self, what: str) -> dict[str, Any]:
        answer = self.desk.get(f"/v1/cases/{self.id}{what}")
        assert answer.status_code == 200, answer.text
        read: dict[str, Any] = answer.json()
        return read

    def reaches(self, phase: str) -> dict[str, Any]:
        """The investigation, once it stands at a step and waits there for somebody."""

        def read() -> dict[str, Any] | None:
            now = self.investigation
            return now if now["phase"] == phase and not now["stale"] else None

        return dict(wait_for(read, f"the case to reach {phase}", 150))

    def decide(self, kind: str, by: httpx.Client | None = None) -> httpx.Response:
        body = {"decision": kind, "reasons": REASONS}
        return (by or self.desk).post(f"/v1/cases/{self.id}/decision", json=body)

    def decided(self, kind: str) -> None:
        """Decide as soon as the case takes the decision."""
        wait_for(lambda: self.decide(kind).status_code == 202, f"the case to take a {kind}")

    def closed(self) -> dict[str, Any]:
        """The case's record, once everybody was told."""

        def read() -> dict[str, Any] | None:
            case: dict[str, Any] = self.file["case"]
            assert not case["failure"], (case["failure"], self.actions[-12:])
            return case if case["status"] == "closed" else None

        return dict(wait_for(read, lambda: f"the case to close after {self.actions[-12:]}", 150))

    @property
    def actions(self) -> list[str]:
        return [event["action"] for event in self.desk.get(f"/v1/cases/{self.id}/events").json()["events"]]


class Cast:
    """Makes people. What takes weeks (a number on the list for a year, a list of last month) is written as kept."""

    def __init__(self, cloud: Cloud, run_id: str, home: Path) -> None:
        self.cloud, self.run_id, self.home = cloud, run_id, home
        self.registry, self.sellers = Table(cloud.outputs["registry_table"]), Table(cloud.outputs["sellers_table"])
        self.inspector, self.second = (
            cloud.as_user(cloud.sign_in(f"{who}-{run_id}@example.com", "investigator")) for who in ("first", "second")
        )

    def seller(self, role: str, *areas: str, kind: str = "seller", declares: str = "") -> Seller:
        """Sign somebody up with an organization that is certified and subscribed to at most five (free) areas."""
        email, name = f"story-{role}-{self.run_id}@example.com", f"{role.title()} {self.run_id}"
        api = self.cloud.as_user(self.cloud.sign_in(email))
        contact = {"name": "Sam", "email": email}
        asked = {"name": name, "type": kind, "address": ADDRESS, "contact": contact}
        made = api.post("/v1/organizations", json=asked)
        assert made.status_code == 201, made.text
        certified = api.post("/v1/certifications", json={"version": "2026-10", "language": "en"})
        assert certified.status_code == 201, certified.text
        if areas:
            order = api.post("/v1/orders", json={"areas": list(areas)})
            assert order.status_code == 201, order.text
        organization = str(made.json()["id"])
        if declares:
            numbers = api.put(
                f"/v1/organizations/{organization}/caller-numbers", json={"numbers": [declares], "version": 0}
            )
            assert numbers.status_code == 200, numbers.text
        return Seller(self.cloud, api, organization, str(certified.json()["san"]), name, email)

    def carrier(self, code: str) -> httpx.Client:
        made = self.cloud.command("ops", "carriers", "add", code, f"Carrier {code}", "--json", home=self.home)
        assert made.returncode == 0, made.stderr
        client = json.loads(made.stdout)
        answer = httpx.post(
            f"{self.cloud.outputs['emulator_url']}/oauth2/token",
            data={"grant_type": "client_credentials", "scope": "quietline/carriers"},
            auth=(client["client_id"], client["client_secret"]),
            timeout=30,
        )
        return self.cloud.as_user(answer.json()["access_token"])

    def listed(self, number: str) -> str:
        """Put a number on the list a year ago."""
        with suppress(ConditionFailedError):  # of an earlier run
            list_number(self.registry, number, datetime.now(UTC) - timedelta(days=365))
        return number

    def held(self, seller: Seller, area: str, day: date) -> None:
        """Let a seller have fetched an area's list on a day."""
        at = to_text(datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=9))
        self.sellers.write(
            self.sellers.put(
                keys.receipt(seller.id, f"R{at}"),
                {
                    "list_date": day.isoformat(),
                    "issued_at": at,
                    "valid_until": (day + timedelta(days=31)).isoformat(),
                    "san": seller.san,
                    "areas": [f"{area}:full"],
                    "jws": "jws",
                },
            )
        )

    def complains(self, role: str, called: str, **call: Any) -> Consumer:
        """Hand a complaint in through the API; without a time it is about yesterday evening."""
        email = f"story-{role}-{self.run_id}@example.com"
        yesterday = {"call_date": (today() - timedelta(days=1)).isoformat(), "call_time": "18:30"}
        asked = {"called_number": called, "robocall": False, "subject": 12, "email": email, "language": "en"}
        sent = self.cloud.http.post("/v1/complaints", json=asked | yesterday | call)
        assert sent.status_code == 201, sent.text
        return Consumer(self.cloud, email, {name: sent.json()[name] for name in ("reference", "status_code")})

    def case_of(self, consumer: Consumer) -> Case:
        """The case that the complaint is in, as an investigator finds it by its reference."""

        def found() -> str:
            asked = {"reference": consumer.ticket["reference"]}
            cases = self.inspector.post("/v1/cases/search", json=asked).json()["cases"]
            return str(cases[0]["id"]) if cases else ""

        return Case(self.inspector, str(wait_for(found, "the case of the complaint", 90)))
