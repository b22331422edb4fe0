"""`quietline statistics`: shows what the registry signed, and nothing else."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import Result

from cli import api as cli_api
from tests.fakes.lists import MemorySigner

CSV = b"month,active\n2026-10,1200\n2026-11,\n"
FOLDER = "statistics/registrations/2027/provisional"
FACTS = {"version": "provisional", "fiscal_year": 2027}
EDITION = {
    **FACTS,
    "published_at": "2026-11-24T16:30:00.000Z",
    "manifest": f"/data/{FOLDER}/manifest.jws",
    "tables": ["total", "months"],
}
OLDER = {**EDITION, "fiscal_year": 2026, "version": "v1"}


@dataclass
class Book:
    """A registry that publishes one book; what it signs and what it serves can be told apart."""

    signer: MemorySigner = field(default_factory=MemorySigner)
    served: bytes = CSV
    keys: dict[str, Any] | None = None
    manifest: dict[str, Any] = field(
        default_factory=lambda: {
            "type": "statistics",
            "book": "registrations",
            **FACTS,
            "files": [{"name": f"{FOLDER}/months.csv", "sha256": hashlib.sha256(CSV).hexdigest()}],
        }
    )

    def answer(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/v1/statistics":
                return httpx.Response(200, json={"books": [{"book": "registrations", "editions": [EDITION, OLDER]}]})
            case "/.well-known/jwks.json":
                return httpx.Response(200, json=self.keys or self.signer.jwks())
            case path if path == EDITION["manifest"]:
                return httpx.Response(200, text=self.signer.sign(self.manifest))
            case path if path == f"/data/{FOLDER}/months.csv":
                return httpx.Response(200, content=self.served)
        return httpx.Response(404, json={})


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Book:
    made = Book()
    monkeypatch.setattr(cli_api, "http_client", lambda: httpx.Client(transport=httpx.MockTransport(made.answer)))
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("COLUMNS", "200")
    return made


def test_a_table_is_shown_and_kept(book: Book, run: Callable[..., Result], tmp_path: Path) -> None:
    ended = run("statistics", "registrations", "months", "--csv", tmp_path / "months.csv")

    assert ended.exit_code == 0, ended.output
    assert "registrations 2027 provisional" in ended.stdout
    assert "1200" in ended.stdout
    assert (tmp_path / "months.csv").read_bytes() == CSV
    told = json.loads(run("statistics", "registrations", "months", "--json").stdout)
    assert told["rows"] == [{"month": "2026-10", "active": "1200"}, {"month": "2026-11", "active": ""}]


def test_without_a_book_every_edition_is_listed(book: Book, run: Callable[..., Result]) -> None:
    ended = run("statistics")

    assert [line.split()[:3] for line in ended.stdout.splitlines() if "registrations" in line] == [
        ["registrations", "2027", "provisional"],
        ["registrations", "2026", "v1"],
    ]


def test_a_changed_file_is_not_shown(book: Book, run: Callable[..., Result]) -> None:
    book.served = CSV.replace(b"1200", b"9200")

    ended = run("statistics", "registrations", "months")

    assert ended.exit_code == 5
    assert "9200" not in ended.output


@pytest.mark.parametrize(
    "change", [{"version": "v1"}, {"fiscal_year": 2026}, {"type": "reported_calls"}, {"book": "fees"}]
)
def test_another_editions_manifest_proves_nothing(
    book: Book, run: Callable[..., Result], change: dict[str, Any]
) -> None:
    book.manifest |= change

    assert run("statistics", "registrations", "months").exit_code == 5


def test_a_strangers_signature_proves_nothing(book: Book, run: Callable[..., Result]) -> None:
    book.keys, book.signer = book.signer.jwks(), MemorySigner()

    assert run("statistics", "registrations", "months").exit_code == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ("cats",),
        ("registrations", "cats"),
        ("registrations", "months", "--year", "2020"),
        ("registrations", "months", "--version", "v9"),
    ],
)
def test_what_is_not_there_is_a_mistake_of_the_command(
    book: Book, run: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    assert run("statistics", *arguments).exit_code == 2
