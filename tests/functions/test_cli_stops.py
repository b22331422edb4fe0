"""`quietline stop-requests …` against the API's function."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters.dynamodb.stops import DynamoStops
from quietline.adapters.dynamodb.table import Table
from quietline.profiles.profile import Profile

from cli.stop_requests import kept_in
from tests.fakes.stops import stop
from tests.functions.test_cli_people import Terminal


@pytest.fixture
def terminal(cloud: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    return Terminal(cloud, monkeypatch, tmp_path)


def test_the_folder_follows_the_feed_and_acknowledges(
    terminal: Terminal, cloud: Any, profile: Profile, tmp_path: Path
) -> None:
    terminal.person("ana")
    terminal.organization()
    mine, now = terminal.json("me")["organization_id"], datetime.now(UTC)
    first = stop(cloud, mine, 1, now, profile)
    terminal.patch.setenv("QUIETLINE_LISTS", str(tmp_path / "lists"))

    assert terminal.json("stop-requests", "pull")["new"] == 1
    second = stop(cloud, mine, 2, now, profile)
    made = terminal.json("stop-requests", "pull", "--acknowledge")

    assert (made["numbers"], made["new"], made["next"]) == (2, 1, 2)
    kept = json.loads((tmp_path / "lists/stop-requests.json").read_text())
    assert list(kept["numbers"]) == [first.number.e164, second.number.e164]
    assert "1 acknowledged, 1 already acknowledged" in terminal.run("stop-requests", "acknowledge")
    store = DynamoStops(Table(cloud.sellers_table))
    known = store.get(first.id)
    assert known is not None
    store.withdraw(known, now)
    assert terminal.json("stop-requests", "pull")["numbers"] == 1
    # what a wash in the cloud reads and what one on this machine reads are the same numbers
    pulled = kept_in(tmp_path / "lists")
    assert pulled is not None and pulled.numbers == store.held(mine) == {second.number.e164}
    # and so does a lookup, which reads those only that it was asked for
    asked = [first.number.e164, second.number.e164, "+12025550199"]
    assert store.held_among(mine, asked) == {second.number.e164}
    assert store.held_among("01OTHER", asked) == frozenset()
    assert kept_in(tmp_path / "empty") is None
    (tmp_path / "lists/stop-requests.json").write_text("{}")
    assert "was not written by this command" in terminal.run("stop-requests", "pull", code=2)


def test_operators_see_what_is_overdue(terminal: Terminal, cloud: Any, profile: Profile) -> None:
    terminal.patch.setenv("QUIETLINE_SELLERS_TABLE", cloud.sellers_table)
    assert "No stop request is overdue" in terminal.run("ops", "stop-requests")
    late = stop(cloud, "01ACME", 1, datetime.now(UTC) - timedelta(days=40), profile)
    stop(cloud, "01ACME", 2, datetime.now(UTC), profile)

    [one] = terminal.json("ops", "stop-requests")["overdue"]

    assert (one["organization_id"], one["request_id"]) == ("01ACME", late.id)
    assert late.number.e164 not in json.dumps(one)
