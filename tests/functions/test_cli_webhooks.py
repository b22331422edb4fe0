"""The commands of webhooks, notices and calendars against the API itself."""

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from typer.testing import CliRunner

from cli import webhooks
from cli.app import app
from cli.errors import RefusedError
from functions.seller_api import handler
from tests.functions.test_notices import World, world
from tests.functions.test_seller_api import ANNA
from tests.helpers import LambdaContext, http_event

__all__ = ["world"]


class Client:
    """What `cli.api.Api` does, without HTTP."""

    config = SimpleNamespace(api="https://registry.example.test")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        path, _, query = path.partition("?")
        event = http_event(method, path, body, **ANNA)
        event |= {"rawQueryString": query, "queryStringParameters": dict(parse_qsl(query))}
        answer = handler.lambda_handler(event, LambdaContext())
        made = json.loads(answer["body"]) if answer.get("body") else None
        if answer["statusCode"] >= 300:
            raise RefusedError(made["detail"])
        return made

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body or {})

    def put(self, path: str, body: Any) -> Any:
        return self.call("PUT", path, body)

    def delete(self, path: str) -> None:
        self.call("DELETE", path)


@pytest.fixture(autouse=True)
def client(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_api", lambda _address: Client())


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def answer(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def test_from_an_endpoint_to_a_replay(world: World) -> None:
    made = answer("webhooks", "add", "https://hooks.seller.example/q")
    assert made["events"] == ["list.published", "list.stale"]
    world.answer = 500
    sent = answer("webhooks", "test", made["id"])
    for attempt in range(3):
        world.send(attempt)
        world.hurry()

    shown = run("webhooks", "deliveries", "--state", "dead")
    assert sent["id"] in shown
    assert "500" in shown
    assert answer("webhooks", "deliveries", "--state", "delivered")["deliveries"] == []
    assert answer("webhooks", "replay", sent["id"])["replay_of"] == sent["id"]
    assert "pending" in run("webhooks", "deliveries", "--limit", "1")
    assert "hooks.seller.example" in run("webhooks", "list")


def test_an_endpoints_life() -> None:
    first = run("webhooks", "add", "https://hooks.seller.example/q", "--event", "list.stale")
    assert "whsec_" in first
    [made] = answer("webhooks", "list")["endpoints"]
    assert made["events"] == ["list.stale"]

    rotated = run("webhooks", "rotate", made["id"])
    assert "signs too until" in rotated
    assert "disabled" in run("webhooks", "disable", made["id"])
    assert "disable" in run("webhooks", "test", made["id"], code=4)
    assert "enabled" in run("webhooks", "enable", made["id"])
    run("webhooks", "remove", made["id"])
    assert answer("webhooks", "list") == {"endpoints": []}
    run("webhooks", "add", "http://127.0.0.1:1/", code=4)


def test_notices_are_shown_and_one_choice_leaves_the_other() -> None:
    assert answer("notices") == {"mail_published": False, "mail_reminders": True}
    assert answer("notices", "--published") == {"mail_published": True, "mail_reminders": True}
    assert "no" in run("notices", "--no-reminders")
    assert answer("notices") == {"mail_published": True, "mail_reminders": False}


def test_a_calendars_life() -> None:
    made = answer("calendar", "create", "team")
    assert made["url"] == "https://registry.example.test" + made["path"]
    assert "https://registry.example.test/v1/calendars/" in run("calendar", "create")
    assert "team" in run("calendar", "list")

    run("calendar", "revoke", made["id"])

    assert [one["name"] for one in answer("calendar", "list")["calendars"]] == ["quietline"]
