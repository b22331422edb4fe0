"""`make setup` says in one sentence which interpreter or tool is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import setup
from infra.local.place import ROOT


@pytest.mark.parametrize("given", ["/nowhere/python", sys.executable.replace("python", "no-python")])
def test_a_named_interpreter_is_not_replaced_by_another(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIETLINE_PYTHON", given)

    with pytest.raises(setup.SetupError, match=r"^QUIETLINE_PYTHON=.* is not Python 3\.13: name one that is"):
        setup.find_python()


def test_without_node_setup_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(setup.SetupError, match="Node is missing: install Node 20"):
        setup.node()


def test_without_python_make_says_what_to_install(tmp_path: Path) -> None:
    for name in ("make", "bash"):
        (tmp_path / name).symlink_to(next(p for p in (Path("/usr/bin", name), Path("/bin", name)) if p.exists()))

    done = subprocess.run(
        [tmp_path / "make", "setup"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode
    assert "python3 was not found: install Python 3.13" in done.stdout
