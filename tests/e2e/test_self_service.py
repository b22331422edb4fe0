"""A person registers, checks by mail, keeps a certificate, removes the number and takes that back."""

import random
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Cloud, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def number(run_id: str) -> str:
    """A fictitious number of area 307, its own for every run."""
    return f"+1307555{100 + random.Random(run_id).randrange(100):04d}"


@pytest.fixture(scope="module")
def email(run_id: str) -> str:
    return f"self-service-{run_id}@example.com"


def mailed(cloud: Cloud, email: str, path: str, count: int) -> str:
    """The token of the newest link to a page, once so many mails have come."""

    def found() -> str:
        mails = cloud.mails_to(email)
        match = re.search(rf"/forms/{path}\?\S*token=([\w.-]+)", str(mails[0]["text"])) if len(mails) >= count else None
        return match[1] if match else ""

    return str(wait_for(found, f"the link to {path}"))


def post(cloud: Cloud, path: str, **fields: str) -> httpx.Response:
    return cloud.http.post(f"/forms/en/{path}", data=fields)


def test_a_person_helps_themselves(cloud: Cloud, number: str, email: str, tmp_path: Path) -> None:
    sent = post(cloud, "register/send", **{"numbers-0": number, "email": f"x-{email}"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/forms/en/check-your-mail")
    cookie = {"cookie": sent.headers["set-cookie"].partition(";")[0]}
    corrected = cloud.http.post("/forms/en/check-your-mail/address", data={"email": email}, headers=cookie)
    assert corrected.headers["location"].endswith("done=corrected"), corrected.text
    confirmed = post(cloud, "confirm", token=mailed(cloud, email, "confirm", 1))
    assert "You are registered" in confirmed.text
    old = mailed(cloud, f"x-{email}", "confirm", 1)
    assert "This link is not complete" in post(cloud, "confirm", token=old).text

    wait_for(lambda: len(cloud.mails_to(email)) >= 2, "the mail with the dates")
    body: dict[str, Any] = {"numbers": [number], "email": email, "language": "en"}
    assert cloud.http.post("/v1/registrations/verifications", json=body).json() == {"answered_by": "mail"}
    token = mailed(cloud, email, "certificate", 3)
    assert "registered since" in cloud.mails_to(email)[0]["text"]
    assert number[-7:-4] in post(cloud, "certificate", token=token).text
    signed = tmp_path / "certificate.jws"
    signed.write_text(post(cloud, "certificate", token=token, **{"as": "file"}).text)
    keys = tmp_path / "jwks.json"
    keys.write_text(cloud.http.get("/.well-known/jwks.json").text)
    verified = cloud.command("verify", str(signed), "--jwks", str(keys), home=tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert number in verified.stdout

    assert cloud.http.post("/v1/registrations/removals", json=body).status_code == 202
    removed = post(cloud, "remove/confirm", token=mailed(cloud, email, "remove/confirm", 4))
    assert "Your numbers leave the list" in removed.text
    undone = post(cloud, "remove/undo", token=mailed(cloud, email, "remove/undo", 5))
    assert "Your numbers stay registered" in undone.text
    item = cloud.aws("dynamodb").get_item(
        TableName=cloud.outputs["registry_table"], Key={"pk": {"S": f"NUMBER#{number}"}, "sk": {"S": "META"}}
    )["Item"]
    history = [entry["M"] for entry in item["history"]["L"]][-3:]
    assert [entry["change"]["S"] for entry in history] == ["A", "D", "A"]
    assert item["registered_at"] == history[0]["at"]


def test_a_program_helps_somebody(cloud: Cloud, run_id: str) -> None:
    email, number = (
        f"program-{run_id}@example.com",
        f"+1307555{100 + random.Random(run_id + 'program').randrange(100):04d}",
    )

    def api(path: str, status: int = 200, **body: Any) -> Any:
        answer = cloud.http.post(f"/v1/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    made = api("registrations", 202, numbers=[number], email=f"x-{email}")
    waiting = api("registrations/waiting/address", waiting_token=made["waiting_token"], email=email)
    assert (waiting["hours_left"], waiting["mails_left"]) == (72, 3)
    confirmed = api("registrations/confirm", token=mailed(cloud, email, "confirm", 1))
    made = api("registrations/certificates", token=confirmed["certificate_token"])
    assert [one["number"] for one in made["numbers"]] == [number]
    wait_for(lambda: len(cloud.mails_to(email)) >= 2, "the mail with the dates")
    api("registrations/moves", 202, email=email, new_email=f"new-{email}")
    api("registrations/moves/release", 202, token=mailed(cloud, email, "move/release", 3))
    moved = api("registrations/moves/finish", token=mailed(cloud, f"new-{email}", "move/finish", 1))
    assert moved == {"registrations": 1}
    api("registrations/certificates", 400, token=confirmed["certificate_token"])


def test_whoever_has_the_line_removes_the_number(cloud: Cloud, number: str) -> None:
    asked = post(cloud, "remove/code", number=number, channel="call")
    token = re.findall(r'name="token" value="([^"]+)"', asked.text)[0]
    address = f"{number.removeprefix('+')}@call.example.com"
    spoken = wait_for(lambda: cloud.mails_to(address), "the call")[0]["text"]
    code = "".join(re.findall(r"your code is ([\d, ]+)\.", spoken)[0].replace(",", " ").split())
    removed = post(cloud, "remove/code/enter", token=token, code=code)
    assert "The number leaves the list" in removed.text, removed.text
    assert "stay registered" in post(cloud, "remove/code/undo", token=token).text
