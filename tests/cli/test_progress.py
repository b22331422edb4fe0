"""What a person at a terminal sees while a command works: bars with rate and time left."""

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import machines, output


class Terminal(io.StringIO):
    """Standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True

    def seen(self) -> str:
        """Return the text without the terminal's commands."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def terminals(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Open a terminal; pytest puts its own standard error in place between a fixture and its test."""

    def opened() -> Terminal:
        made = Terminal()
        monkeypatch.setattr(sys, "stderr", made)
        for name, value in {"COLUMNS": "200", "TERM": "xterm", "NO_COLOR": "1"}.items():
            monkeypatch.setenv(name, value)
        return made

    return opened


def stages(bars: object, clock: Clock) -> machines.Stages:
    bars.get_time = clock  # type: ignore[attr-defined]
    return machines.Stages(bars, lambda stage, items: f"{items * 100:,.0f} lines/s" if stage == "Reading" else "")


def test_a_stage_shows_what_is_done_the_rate_and_the_time_left(terminals: Callable[[], Terminal]) -> None:
    terminal = terminals()
    clock = Clock()
    with machines.bars(quiet=False) as bars:
        clock.now += 60  # an execution plans before its first stage
        shown = stages(bars, clock)
        for done in (0, 10, 20):
            shown.show("Reading", done, 100)
            clock.now += 5
        shown.show("Reading", 30, 100)
        bars.refresh()

    last = [line for line in terminal.seen().splitlines() if "Reading" in line][-1]
    assert "30/100" in last
    assert "200 lines/s" in last, "30 items of 100 lines in 15 seconds, without the planning"
    assert "0:00:15" in last
    assert "0:00:35" in last, "70 items at two a second"


def test_a_stage_that_was_joined_counts_what_it_does_from_then_on(terminals: Callable[[], Terminal]) -> None:
    terminal = terminals()
    clock = Clock()
    with machines.bars(quiet=False) as bars:
        shown = stages(bars, clock)
        shown.show("Reading", 900, 1000)
        clock.now += 10
        shown.show("Reading", 910, 1000)
        bars.refresh()

    assert "910/1000" in terminal.seen()
    assert "100 lines/s" in terminal.seen()


def test_stages_come_one_after_the_other(terminals: Callable[[], Terminal]) -> None:
    terminal = terminals()
    clock = Clock()
    with machines.bars(quiet=False) as bars:
        shown = stages(bars, clock)
        shown.show("Reading", 2, 2)
        assert "Adding" not in terminal.seen()
        shown.show("Adding", 0, 7)
        clock.now += 1
        shown.show("Adding", 1, 7)
        bars.refresh()

    last = [line for line in terminal.seen().splitlines() if "Adding" in line][-1]
    assert "1/7" in last
    assert "lines/s" not in last


def test_bytes_have_a_rate_and_the_time_left(terminals: Callable[[], Terminal]) -> None:
    terminal = terminals()
    clock = Clock()
    with output.progress(quiet=False) as bars:
        bars.get_time = clock
        task = bars.add_task("all", total=100_000_000)
        for _ in range(4):
            clock.now += 1
            bars.advance(task, 10_000_000)
        bars.refresh()

    last = [line for line in terminal.seen().splitlines() if "all" in line][-1]
    assert "40.0/100.0 MB" in last
    assert re.search(r"1[03]\.\d MB/s", last)
    assert re.search(r"0:00:0[56]", last)


def test_steps_are_counted(terminals: Callable[[], Terminal]) -> None:
    terminal = terminals()
    with output.steps(quiet=False) as bars:
        for _ in bars.track(range(3), description="writing"):
            bars.refresh()

    assert "writing" in terminal.seen()
    assert "3/3" in terminal.seen()


@pytest.mark.parametrize("made", [machines.bars, output.progress, output.steps])
def test_nothing_is_shown_where_nobody_looks(
    made: object, terminals: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = terminals()
    with made(quiet=True) as bars:  # type: ignore[operator]
        bars.add_task("all", total=3, rate="")
    monkeypatch.setattr(terminal, "isatty", lambda: False)
    with made(quiet=False) as bars:  # type: ignore[operator]
        bars.add_task("all", total=3, rate="")

    assert terminal.getvalue() == ""


def test_a_file_that_breaks_off_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_bytes(b"before")

    with pytest.raises(ConnectionError), output.private_write(path) as file:
        file.write(b"half")
        raise ConnectionError

    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("rejects.csv", b"before")]
    with output.private_write(path) as file:
        file.write(b"whole")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"whole", 0o600)
