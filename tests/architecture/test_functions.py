"""Folders, settings and handlers agree."""

import importlib
from dataclasses import fields
from pathlib import Path

import pytest
from quietline.kernel.errors import ConfigurationError
from quietline.kernel.settings.base import PREFIX
from quietline.kernel.settings.functions import FUNCTION_SETTINGS

ROOT = Path(__file__).parents[2]
FOLDERS = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}


def test_every_function_has_a_settings_model_and_every_model_a_function() -> None:
    assert set(FUNCTION_SETTINGS) == FOLDERS


@pytest.mark.parametrize("name", sorted(FUNCTION_SETTINGS))
def test_a_handler_imports_without_any_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in list(__import__("os").environ):
        if variable.startswith(PREFIX):
            monkeypatch.delenv(variable)

    module = importlib.import_module(f"functions.{name}.handler")

    assert callable(module.lambda_handler)


@pytest.mark.parametrize("model", sorted(set(FUNCTION_SETTINGS.values()), key=lambda model: model.__name__))
def test_what_infra_renders_is_what_the_function_reads(model: type) -> None:
    values = {field.name: 7 if field.type is int else f"value-of-{field.name}" for field in fields(model)}
    made = model(**values)

    assert model.from_environment(made.to_env()) == made


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="QUIETLINE_CASES_TABLE"):
        FUNCTION_SETTINGS["case_api"].from_environment({"QUIETLINE_STAGE": "test", "QUIETLINE_PROFILE": "us"})


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="whole number"):
        FUNCTION_SETTINGS["publish_plan"].from_environment({"QUIETLINE_SETTLE_SECONDS": "soon"})


def test_no_country_is_named_in_code() -> None:
    for path in (ROOT / "layers/core/python/quietline").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "country ==" not in text, path
        assert "profile.name ==" not in text, path
