"""`quietline lookup` against a registry in memory with real signatures."""

import json
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.registry import FakeRegistry


def test_lookup_shows_each_answer(registry: FakeRegistry, run: Any) -> None:
    result = run("lookup", "2025550143", "2025550144", "hello")

    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[1:4]]
    assert rows == [
        ["2025550143", "listed", "since", "the", "list", "of", "2026-10-02"],
        ["2025550144", "clear"],
        ["hello", "unknown", "not", "a", "number"],
    ]
    assert "List of 2026-11-23" in result.stdout


def test_lookup_reads_lines(registry: FakeRegistry, run: Any) -> None:
    result = run("lookup", "-", "--json", text="2025550143\n\n2025550144\n")

    assert [answer["status"] for answer in json.loads(result.stdout)["answers"]] == ["listed", "clear"]
    assert run("lookup", "-", text="\n").exit_code == 2


def test_a_lookup_of_the_past_says_since_when(registry: FakeRegistry, run: Any) -> None:
    result = run("lookup", "2025550143", "--as-of", "2026-11-01")

    assert "since the list of 2026-10-02" in result.stdout
    assert "List of 2026-11-01" in result.stdout


def test_many_numbers_are_asked_in_parts_of_one_list(registry: FakeRegistry, run: Any, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("\ufeff" + "\n".join(f"20255501{place:02d}" for place in range(25)) + "\n", encoding="utf-8")

    made = json.loads(run("lookup", "--file", file, "2025550143", "--json").stdout)

    asked = [json.loads(request.content) for request in registry.requests if request.url.path == "/v1/lookups"]
    assert [len(body["numbers"]) for body in asked] == [10, 10, 6]
    assert [body.get("as_of") for body in asked] == [None, "2026-11-23", "2026-11-23"]
    assert asked[0]["numbers"][0] == "2025550100"
    assert [len(part["answers"]) for part in made["parts"]] == [10, 10, 6]
    assert all(part["signed"] for part in made["parts"])
    assert "3 answers, signed" in run("lookup", "--file", file).stdout


def test_a_lookup_of_another_list_than_asked_is_refused(registry: FakeRegistry, run: Any) -> None:
    registry.tamper = lambda path, answer: (
        httpx.Response(200, json=registry._lookup(["2025550143"], "2026-11-23")) if path == "/v1/lookups" else answer
    )

    assert run("lookup", "2025550143", "--as-of", "2026-11-01").exit_code == 5


def test_a_lookup_needs_numbers(registry: FakeRegistry, run: Any) -> None:
    assert run("lookup").exit_code == 2
    assert run("lookup", "--file", "absent.txt").exit_code == 2


def test_a_lookup_that_says_other_than_was_signed_is_refused(registry: FakeRegistry, run: Any) -> None:
    def lie(path: str, answer: httpx.Response) -> httpx.Response:
        if path != "/v1/lookups":
            return answer
        made = answer.json()
        made["answers"][0]["status"] = "clear"
        return httpx.Response(200, json=made)

    registry.tamper = lie

    assert run("lookup", "2025550143").exit_code == 5


def test_no_number_is_ever_in_an_address(registry: FakeRegistry, run: Any) -> None:
    run("lookup", "2025550143")

    assert not [request for request in registry.requests if "2025550143" in str(request.url)]
