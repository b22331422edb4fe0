"""Two local clouds of one checkout build one after the other."""

import fcntl
from pathlib import Path

import pytest

from infra.local import deploy


def test_nobody_else_builds_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "ROOT", tmp_path)

    with deploy.building(), (tmp_path / "build" / ".lock").open() as another, pytest.raises(BlockingIOError):
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)

    with (tmp_path / "build" / ".lock").open() as another:
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
