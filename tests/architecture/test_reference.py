"""The generated references are what the code says, and every operation is documented whole."""

from typing import Any

import pytest

from tools import openapi, problems


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{m.upper()} {p}", o) for p, methods in document["paths"].items() for m, o in methods.items()]


def test_the_committed_openapi_is_what_is_served() -> None:
    assert openapi.main(["--check"]) == 0


def test_the_committed_problems_are_those_of_the_code() -> None:
    assert problems.main(["--check"]) == 0


def test_a_check_fails_on_another_text(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.write_text("{}")
    for module in (openapi, problems):
        monkeypatch.setattr(module, "TARGET", other)
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "text", lambda: "wanted")
        assert module.main(["--check"]) == 1


def test_every_operation_is_documented_whole(document: dict[str, Any]) -> None:
    lacking = [
        (route, name)
        for route, operation in operations(document)
        for name in ("summary", "description", "tags", "operationId", "x-quietline-auth")
        if not operation.get(name)
    ]
    assert lacking == []


def test_every_operation_says_how_it_refuses(document: dict[str, Any]) -> None:
    for route, operation in operations(document):
        answers = operation["responses"]
        assert any(status.startswith("2") or status.startswith("3") for status in answers), route
        assert {"500", "503"} <= set(answers), route
        if "requestBody" in operation:
            assert "400" in answers, route
        if operation["security"]:
            assert {"401", "403"} <= set(answers), route
        for status, answer in answers.items():
            if status >= "400":
                at_gateway = ["application/json"] if operation["security"] and status in ("401", "403") else []
                assert list(answer["content"]) == ["application/problem+json", *at_gateway], (route, status)


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_bodies_have_examples(document: dict[str, Any]) -> None:
    for route, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
            schema = document["components"]["schemas"].get(name, content["schema"])
            required = [schema["properties"][field] for field in schema.get("required", [])]
            in_fields = required and all("examples" in field or "$ref" in field for field in required)
            assert schema.get("examples") or content.get("examples") or in_fields, route


def test_every_status_of_the_error_tree_is_on_the_page() -> None:
    listed = problems.text()
    for slug in ("invalid-input", "link-not-usable", "not-entitled", "internal-error", "not-json", "body-too-large"):
        assert f"`{slug}`" in listed
    assert "configuration" not in listed
