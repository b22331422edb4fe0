"""A whole registry behind httpx: real use cases over ports in memory, real signatures, Cognito's and S3's answers."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
from quietline.http.problems import from_error
from quietline.kernel.clock import FixedClock, from_text
from quietline.kernel.errors import QuietlineError
from quietline.lists.model import Kind
from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
from quietline.lists.render import Renderer
from quietline.lists.service import Downloads, Manifests
from quietline.profiles import Profile, load_profile

from tests.fakes.lists import (
    MemoryChanges,
    MemoryEntitlements,
    MemoryObjects,
    MemoryPublications,
    MemoryReceipts,
    MemorySigner,
)

TODAY = load_profile("us").local_date(datetime.now(UTC))
YESTERDAY, BEFORE = TODAY - timedelta(days=1), TODAY - timedelta(days=2)
CROWD = range(2_000_000, 2_010_000, 10)
"""Enough numbers that the changes of a day are shorter than the list."""
API = "https://registry.example"
COGNITO = "https://cognito.example"
TOKENS = "https://sign-in.example/oauth2/token"


class FakeRegistry:
    """What the command talks to. `tamper` may change any answer, as a thief or a fault would."""

    def __init__(self, profile: Profile, today: date) -> None:
        few = {"areas": {"Somewhere": ("202", "818", "907")}}
        self.profile = Profile.model_validate(profile.model_dump(by_alias=True) | few)
        self.clock = FixedClock(datetime.combine(today, time(17), UTC))
        self.changes, self.store, self.objects = MemoryChanges(), MemoryPublications(), MemoryObjects()
        self.signer = MemorySigner()
        self.old_signers: list[MemorySigner] = []
        self.entitlements = MemoryEntitlements(acme={"202", "818"})
        self.requests: list[httpx.Request] = []
        self.tokens = {"user-token": "acme", "machine-token": "acme"}
        self.mfa = False
        self.tamper: Any = lambda _path, answer: answer
        self.expires_in = 3600

    def publish(self, day: date) -> None:
        """Publish a date as it would have been that evening."""
        was = self.clock.instant
        self.clock.instant = datetime.combine(day + timedelta(days=1), time(12), UTC)
        plan = PublishPlan(self.profile, self.clock, self.store, self.changes, self.objects, timedelta(0)).plan(day)
        for item in plan["items"]:
            for work in item["areas"]:
                AreaBuild(self.profile, self.changes, self.objects).build(
                    work["area"], work["base"], day, from_text(plan["since"]), from_text(plan["cutoff"])
                )
        ManifestWriter(self.profile, self.store, self.objects, self.signer).write(day)
        self.clock.instant = was

    def record(self, area: str, day: date, subscriber: int, added: bool = True) -> None:
        """Record a change at noon of a day."""
        self.changes.record(area, datetime.combine(day, time(17), UTC), subscriber, added)

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one is still published."""
        self.old_signers.append(self.signer)
        self.signer = MemorySigner()

    def client(self) -> httpx.Client:
        """Return an HTTP client whose network is this registry."""
        return httpx.Client(transport=httpx.MockTransport(self.answer))

    def paths(self) -> list[str]:
        """Return what was asked, in order."""
        return [request.url.path for request in self.requests]

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        host = f"{request.url.scheme}://{request.url.host}"
        if host == COGNITO:
            made = self._cognito(request)
        elif str(request.url) == TOKENS:
            made = self._token(request)
        elif host == "https://lists.example":
            made = self._object(request)
        else:
            try:
                made = self._api(request)
            except QuietlineError as error:
                problem = from_error(error, "request-1")
                made = httpx.Response(problem.status_code, content=problem.body)
        return self.tamper(request.url.path, made)

    def _api(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/.well-known/jwks.json":
            return httpx.Response(200, json={"keys": [one.jwk for one in (self.signer, *self.old_signers)]})
        if path.startswith("/v1/manifests/"):
            day = path.rpartition("/")[2]
            wanted = None if day == "latest" else date.fromisoformat(day)
            return httpx.Response(200, content=Manifests(self.store, self.objects).signed(wanted)[1])
        organization = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if organization is None:
            return httpx.Response(401, json={"message": "Unauthorized"})
        if path == "/v1/entitlements":
            return httpx.Response(200, json={"areas": ["202", "818"], "entitlements": [], "lookup_numbers": 10})
        body = json.loads(request.content)
        if path == "/v1/downloads":
            return httpx.Response(201, json=self._download(organization, body))
        if path == "/v1/lookups":
            return httpx.Response(200, json=self._lookup(body["numbers"], body.get("as_of") or "2026-11-23"))
        return httpx.Response(404, json={"type": "/problems/no-such-address", "detail": "Check the address."})

    def _object(self, request: httpx.Request) -> httpx.Response:
        body = self.objects.get(request.url.path.lstrip("/"))
        if body is None:
            return httpx.Response(404)
        wanted = request.headers.get("Range", "")
        if not wanted:
            return httpx.Response(200, content=body)
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body):
            return httpx.Response(416)
        place = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        return httpx.Response(206, content=body[start:], headers=place)

    def _download(self, organization: str, body: dict[str, Any]) -> dict[str, Any]:
        service = Downloads(
            self.profile,
            self.clock,
            self.store,
            self.objects,
            self.entitlements,
            MemoryReceipts(),
            self.signer,
            Renderer(self.profile, self.objects),
            url_seconds=300,
        )
        since = date.fromisoformat(body["since"]) if body.get("since") else None
        kind = Kind(body["kind"])
        made = service.create(organization, "SAN-1", body.get("areas"), kind, body.get("format"), since=since)
        return {
            "receipt_id": made.receipt_id,
            "receipt": made.receipt,
            "list_date": made.list_date.isoformat(),
            "valid_until": made.valid_until.isoformat(),
            "files": [
                {
                    "area": file.area,
                    "date": file.date.isoformat(),
                    "kind": file.kind.value,
                    "format": file.format,
                    "since": file.since and file.since.isoformat(),
                    "reason": file.reason or None,
                    "count": file.count,
                    "bytes": file.size,
                    "sha256": file.sha256,
                    "name": file.name,
                    "url": file.url,
                }
                for file in made.files
            ],
        }

    def _lookup(self, numbers: list[str], as_of: str) -> dict[str, Any]:
        answers = [
            {
                "input": text,
                "number": "+1" + text if text.isdigit() else None,
                "status": "listed" if text == "2025550143" else "clear" if text.isdigit() else "unknown",
                "reason": None if text.isdigit() else "not_a_number",
                "first_listed": "2026-10-02" if text == "2025550143" else None,
            }
            for text in numbers
        ]
        made = {"id": "L1", "list_date": as_of, "valid_until": "2026-12-24", "answers": answers}
        signed = {"type": "lookup", "san": "SAN-1", "organization": "acme", "issued_at": "2026-11-24T00:00:00.000Z"}
        return made | {"signed": self.signer.sign(signed | made)}

    def _cognito(self, request: httpx.Request) -> httpx.Response:
        operation = request.headers["X-Amz-Target"].rpartition(".")[2]
        body = json.loads(request.content)
        assert body["ClientId"] == "cli-client"
        given = body.get("AuthParameters", {})
        done = {"AuthenticationResult": {"AccessToken": "user-token", "ExpiresIn": self.expires_in}}
        if operation == "InitiateAuth" and body["AuthFlow"] == "REFRESH_TOKEN_AUTH":
            ok = given["REFRESH_TOKEN"] == "refresh-1"
            return httpx.Response(200, json=done) if ok else _no("NotAuthorizedException")
        done["AuthenticationResult"]["RefreshToken"] = "refresh-1"
        if operation == "InitiateAuth":
            if given != {"USERNAME": "anna@example.com", "PASSWORD": "right"}:
                return _no("NotAuthorizedException")
            if self.mfa:
                challenge = {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s1", "ChallengeParameters": {}}
                return httpx.Response(200, json=challenge)
            return httpx.Response(200, json=done)
        answers = body["ChallengeResponses"]
        ok = body["Session"] == "s1" and answers["SOFTWARE_TOKEN_MFA_CODE"] == "123456"
        return httpx.Response(200, json=done) if ok else _no("CodeMismatchException")

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        if request.headers["Authorization"] != httpx.BasicAuth("machine-1", "hush")._auth_header:
            return httpx.Response(400, json={"error": "invalid_client"})
        # without a scope a client gets all of its own, be it a seller's or a reporter's
        assert form == {"grant_type": ["client_credentials"]}
        return httpx.Response(200, json={"access_token": "machine-token", "expires_in": self.expires_in})


def _no(kind: str) -> httpx.Response:
    return httpx.Response(400, json={"__type": f"com.amazonaws.cognito#{kind}", "message": "no"})


def host_of(url: str) -> str:
    """Return a URL's host."""
    return urlparse(url).netloc
