"""Every definition is well formed and keeps the house's rules."""

import json
import re
from typing import Any

import pytest
from statelint.config import Config
from statelint.linter import Linter

from tests.workflows.conftest import ARN, FOLDER

NAMES = sorted(path.name.removesuffix(".asl.json") for path in FOLDER.glob("*.asl.json"))


def tasks(part: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return every task state, those inside maps too."""
    found: list[tuple[str, dict[str, Any]]] = []
    if isinstance(part, dict):
        for name, state in part.get("States", {}).items():
            if state.get("Type") == "Task":
                found.append((name, state))
        for value in part.values():
            found += tasks(value)
    return found


def test_the_machines_are_here() -> None:
    assert NAMES == ["import", "investigate-case", "publish", "reconcile", "screen-complaint"]


@pytest.mark.parametrize("name", NAMES)
def test_statelint_finds_nothing(name: str) -> None:
    text = (FOLDER / f"{name}.asl.json").read_text(encoding="utf-8")
    filled = re.sub(r"\$\{\w+\}", f"{ARN}filled", text)

    # the linter does not know that a Distributed Map may have a label
    found = [problem for problem in Linter.validate(filled, Config()) if not problem.startswith('Field "Label"')]
    assert found == []


def test_publication_tolerates_no_failed_area_and_tries_again_with_jitter() -> None:
    definition = json.loads((FOLDER / "publish.asl.json").read_text(encoding="utf-8"))
    found = dict(tasks(definition))

    assert set(found) == {"Plan", "BuildArea", "WriteManifest"}
    for state, task in found.items():
        final, _throttled, again = task["Retry"]
        assert final == {"ErrorEquals": final["ErrorEquals"], "MaxAttempts": 0}, state
        assert again["ErrorEquals"] == ["States.ALL"], state
        assert again["JitterStrategy"] == "FULL", state
        assert again["MaxAttempts"] >= 3, state
        # nothing is caught: a failure is the execution's, which an alarm watches, and no manifest is written
        assert "Catch" not in task, state
    areas = definition["States"]["BuildAreas"]
    assert areas["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert (areas["ToleratedFailureCount"], areas.get("Catch")) == (0, None)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_that_is_throttled_is_asked_again_for_hours(name: str) -> None:
    found = tasks(json.loads((FOLDER / f"{name}.asl.json").read_text(encoding="utf-8")))

    for state, task in found:
        if ":lambda:" not in task["Resource"]:
            continue
        (throttled,) = [one for one in task["Retry"] if one["ErrorEquals"] == ["Lambda.TooManyRequestsException"]]
        # with full jitter half of the delay on average
        assert throttled["MaxAttempts"] * throttled["MaxDelaySeconds"] / 2 >= 4 * 3600 - 60, state
        assert throttled["JitterStrategy"] == "FULL", state
        assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"], state


@pytest.mark.parametrize("name", ["screen-complaint", "investigate-case"])
def test_every_task_is_tried_again_with_jitter_and_every_failure_is_caught(name: str) -> None:
    found = tasks(json.loads((FOLDER / f"{name}.asl.json").read_text(encoding="utf-8")))

    assert len(found) >= 5
    for state, task in found:
        assert any(retry.get("JitterStrategy") == "FULL" for retry in task["Retry"]), state
        if state != "TellOperators":
            assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"], state
            assert "TimeoutSeconds" in task or "TimeoutSecondsPath" in task, state
