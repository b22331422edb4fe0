"""Packages that are opened when somebody asks."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from quietline.kernel.late import open_late

NAME = "opened_late_by_a_test"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make a package whose `__init__` brings `HEAVY`, with one module that has `LIGHT`."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text(f"from {NAME}.light import LIGHT\nHEAVY = 2\n", encoding="utf-8")
    (folder / "light.py").write_text("LIGHT = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield NAME
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def test_a_module_is_imported_without_its_package_being_run(package: str) -> None:
    open_late(package, "light")

    assert importlib.import_module(f"{package}.light").LIGHT == 1
    assert sys.modules[package].LIGHT == 1
    assert "HEAVY" not in vars(sys.modules[package])


def test_asking_for_anything_else_runs_the_package(package: str) -> None:
    open_late(package, "light")

    assert sys.modules[package].HEAVY == 2
    with pytest.raises(AttributeError):
        _ = sys.modules[package].NOTHING


def test_a_package_that_is_there_is_left_alone(package: str) -> None:
    loaded = importlib.import_module(package)

    open_late(package)

    assert sys.modules[package] is loaded


def test_a_package_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ModuleNotFoundError):
        open_late("no_such_package_at_all")
