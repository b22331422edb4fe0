"""The code of a function is staged so that several processes may do it at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.constructs import function


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(function, "ROOT", tmp_path)
    monkeypatch.setattr(function, "STAGED", tmp_path / "build" / "functions")
    (tmp_path / "functions/hello/__pycache__").mkdir(parents=True)
    (tmp_path / "functions/__init__.py").write_text("")
    (tmp_path / "functions/hello/handler.py").write_text("one = 1\n")
    (tmp_path / "functions/hello/__pycache__/handler.pyc").write_text("compiled")
    return tmp_path


def staged(folder: str) -> dict[str, str]:
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def test_it_holds_the_function_alone_and_as_it_is_now(root: Path) -> None:
    held = {"functions/__init__.py": "", "functions/hello/handler.py": "one = 1\n"}
    assert staged(function.stage_code("hello")) == held

    (root / "functions/hello/handler.py").write_text("two = 2\n")
    assert staged(function.stage_code("hello")) == held | {"functions/hello/handler.py": "two = 2\n"}
    assert [path.name for path in (root / "build/functions").iterdir()] == ["hello"]


def test_what_another_process_reads_is_not_pulled_away(root: Path) -> None:
    first = Path(function.stage_code("hello")).stat().st_ino

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(function.stage_code, ["hello"] * 40))) == 1
    assert Path(function.stage_code("hello")).stat().st_ino == first
