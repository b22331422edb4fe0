"""The registry's API over HTTP, with its problems turned into our errors."""

import json
import os
from typing import TYPE_CHECKING, Any

from cli import tokens
from cli.config import Config
from cli.errors import RefusedError, SignInError, UnreachableError

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 30.0
TRIES = 3


def http_client() -> "httpx.Client":
    """Return the HTTP client of one command; tests replace it."""
    import httpx

    return httpx.Client(
        timeout=TIMEOUT_SECONDS,
        headers={"User-Agent": "quietline-cli"},
        transport=httpx.HTTPTransport(retries=TRIES - 1),
        follow_redirects=False,
    )


class Api:
    """Calls the API; signs in only for the routes that need it."""

    def __init__(self, config: Config, http: "httpx.Client | None" = None) -> None:
        self.config = config
        self.http = http or http_client()
        self._session: tokens.Session | None = None

    def get(self, path: str, *, signed_in: bool = True) -> Any:
        """Return the JSON of a GET."""
        return self._send("GET", path, signed_in=signed_in).json()

    def text(self, path: str) -> bytes:
        """Return the bytes of a public GET, e.g. a manifest."""
        return self._send("GET", path, signed_in=False).content

    def post(self, path: str, body: dict[str, Any] | None = None, idempotency_key: str = "") -> Any:
        """Return the JSON of a POST; a key makes it safe to send again."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._send("POST", path, json=body or {}, headers=headers).json()

    def send(self, path: str) -> None:
        """POST without a body where nothing is answered."""
        self._send("POST", path, json={})

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """Return the JSON of a PUT; None where nothing is answered."""
        answer = self._send("PUT", path, json=body)
        return answer.json() if answer.content else None

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Return the JSON of a PATCH."""
        return self._send("PATCH", path, json=body).json()

    def delete(self, path: str) -> None:
        """Delete what is there."""
        self._send("DELETE", path)

    def _send(self, method: str, path: str, *, signed_in: bool = True, **request: Any) -> "httpx.Response":
        import httpx

        headers = dict(request.pop("headers", {}))
        if signed_in:
            self._session = self._session or tokens.current(self.config, self.http)
            headers["Authorization"] = f"Bearer {self._session.access_token}"
            if os.environ.get("QUIETLINE_SAN"):
                headers["Quietline-SAN"] = os.environ["QUIETLINE_SAN"]
        try:
            answer = self.http.request(method, self.config.api + path, headers=headers, **request)
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"{self.config.api} cannot be reached ({type(error).__name__}).", ("Is the address right?",)
            ) from error
        if answer.status_code >= 300:
            raise problem_error(answer.status_code, answer.content)
        return answer


def problem_error(status: int, body: bytes) -> SignInError | RefusedError | UnreachableError:
    """Return our error for an answer that is none: the problem's sentence, and a line for each wrong field."""
    try:
        problem = json.loads(body)
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    message = str(problem.get("detail") or problem.get("title") or problem.get("message") or f"HTTP status {status}.")
    details = tuple(
        f"{field.get('pointer', '')}: {field.get('detail', '')}"
        for field in problem.get("errors", [])
        if isinstance(field, dict)
    )
    if problem.get("request_id"):
        details += (f"request {problem['request_id']}",)
    if status == 401:
        return SignInError("The registry does not know you.", ("Sign in: quietline login",))
    if status >= 500 or status == 429:
        return UnreachableError(message, details)
    return RefusedError(message, details, problem)
