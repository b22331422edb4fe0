"""An integrator tries a program in the sandbox: magic numbers, the same commands, nothing that looks real."""

import json
import time
from pathlib import Path

import pytest
from quietline.kernel.totp import totp

from tests.e2e.conftest import PASSWORD, STATE, Cloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]

EMAIL = "test-bench@example.com"


def test_a_program_is_tried_against_magic_numbers(cloud: Cloud, tmp_path: Path) -> None:
    def quietline(*arguments: str, code: int = 0) -> str:
        done = cloud.command(*arguments, home=tmp_path / "home")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    second = json.loads(cloud.outputs_file.with_name("samples.json").read_text(encoding="utf-8"))
    assert EMAIL in second, f"`make up` made no {EMAIL}; its secrets are in {STATE}"
    code = totp(second[EMAIL], time.time())
    words = ("login", EMAIL, "--password-stdin", "--mfa-code", code)
    done = cloud.command(*words, home=tmp_path / "home", stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr

    lists = tmp_path / "lists"
    quietline("pull", str(lists), "--areas", "202,301")
    checked = json.loads(quietline("verify", str(lists), "--json"))
    assert checked["verified"]
    assert any("sandbox" in finding["sentence"] for finding in checked["findings"])

    answers = json.loads(quietline("lookup", "202-555-0100", "202-555-0110", "(202) 111-0100", "--json"))["answers"]
    assert [answer["status"] for answer in answers] == ["listed", "clear", "unknown"]

    leads = tmp_path / "leads.csv"
    leads.write_text("phone\n202-555-0100\n202-555-0110\n202-555-01\n")
    washed = json.loads(quietline("wash", str(leads), "--folder", str(lists), "--json"))
    assert (washed["sandbox"], washed["listed"], washed["clear"]) == (True, 1, 1)
    cloudy = json.loads(quietline("wash", "--cloud", str(leads), "--out", str(tmp_path / "cloud.csv"), "--json"))
    assert (cloudy["listed"], cloudy["clear"]) == (1, 1)

    # another area is not the sandbox's
    quietline("order", "818", code=4)
