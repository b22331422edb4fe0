"""The recipes of docs/how-to/webhooks.md verify what we send."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from quietline.webhooks.signature import headers, new_secret

PAGE = (Path(__file__).parents[2] / "docs/how-to/webhooks.md").read_text(encoding="utf-8")
BODY = '{"name":"año"}'.encode()


def recipe(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found.group(1)


def python(raw: bytes, header: str, secret: str) -> bool:
    scope: dict[str, Any] = {}
    exec(recipe("python"), scope)
    return bool(scope["verify"](raw, header, secret))


def node(raw: bytes, header: str, secret: str) -> bool:
    program = shutil.which("node")
    assert program is not None, "the project needs Node"
    call = (
        f"console.log(verify(Buffer.from({json.dumps(raw.hex())}, 'hex'), {json.dumps(header)}, {json.dumps(secret)}))"
    )
    done = subprocess.run([program, "-e", recipe("js") + call], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip() == "true"


@pytest.mark.parametrize("verify", [python, node])
def test_a_recipe_takes_ours_and_refuses_the_rest(verify: Callable[[bytes, str, str], bool]) -> None:
    old, new, now = new_secret(), new_secret(), int(time.time())

    def header(stamp: int) -> str:
        return headers(BODY, "01KB", stamp, [new, old])["Quietline-Signature"]

    assert verify(BODY, header(now), new)
    assert verify(BODY, header(now), old)
    assert not verify(BODY + b" ", header(now), new)
    assert not verify(BODY, header(now), new_secret())
    assert not verify(BODY, header(now - 400), new)


def test_the_table_of_retries_is_the_profiles(profile: Any) -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    row = next(line for line in PAGE.splitlines() if line.startswith("| after the one before |"))
    cells = [cell.strip().split(" ") for cell in row.strip("|").split("|")[2:]]

    assert tuple(int(number) * units[unit] for number, unit in cells) == profile.webhooks.retry_seconds
