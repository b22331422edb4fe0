"""What the pages do with registrations the API does too, by the same tokens and with the same silence."""

import json
from pathlib import Path

import pytest
from quietline.adapters import aws
from quietline.kernel.settings.functions import MailerSettings, PublicApiSettings, RelaySettings
from typer.testing import CliRunner

from cli.main import app as typer_app
from functions.public_api import handler as public_api
from functions.public_api.app import settings
from tests.conftest import Cloud
from tests.functions.test_registrations import drain, items
from tests.functions.test_self_service import (
    EMAIL,
    NUMBER,
    STRANGER,
    api,
    code_in,
    last,
    lines_reached,
    reported,
    token_in,
)
from tests.helpers import LambdaContext, Tripwire, http_event


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, tripwire: Tripwire) -> None:
    for model in (PublicApiSettings, RelaySettings, MailerSettings):
        cloud.use(model)
    tripwire.watch(EMAIL, STRANGER)


@pytest.fixture
def seen() -> set[str]:
    return set()


@pytest.fixture
def certificate(cloud: Cloud, seen: set[str], tripwire: Tripwire) -> str:
    """The certificate's token of a number that was registered through the API."""
    api("/v1/registrations", {"numbers": [NUMBER], "email": EMAIL})
    token = token_in(last(cloud, seen), "/forms/confirm", tripwire)
    status, confirmed = api("/v1/registrations/confirm", {"token": token})
    assert status == 200
    drain(cloud, seen)
    tripwire.watch(confirmed["certificate_token"])
    return str(confirmed["certificate_token"])


def test_a_mistyped_address_is_corrected_while_the_registration_waits(
    cloud: Cloud, seen: set[str], tripwire: Tripwire
) -> None:
    status, made = api("/v1/registrations", {"numbers": [NUMBER], "email": STRANGER})
    assert status == 202
    asked = {"waiting_token": made["waiting_token"]}
    tripwire.watch(made["waiting_token"])
    mistyped = token_in(last(cloud, seen), "/forms/confirm", tripwire)
    status, waiting = api("/v1/registrations/waiting", asked)
    assert (status, waiting["numbers"], waiting["hours_left"], waiting["mails_left"]) == (200, ["+•••••••••43"], 72, 4)

    status, waiting = api("/v1/registrations/waiting/again", asked)
    assert (status, waiting["mails_left"], waiting["waiting_token"]) == (200, 3, made["waiting_token"])
    assert token_in(last(cloud, seen), "/forms/confirm", tripwire) == mistyped
    status, problem = api("/v1/registrations/waiting/address", asked | {"email": "alex@"})
    assert (status, problem["errors"][0]["pointer"]) == (400, "/email")
    status, waiting = api("/v1/registrations/waiting/address", asked | {"email": EMAIL})
    assert (status, waiting["mails_left"]) == (200, 2)
    tripwire.watch(waiting["waiting_token"])
    right = token_in(last(cloud, seen), "/forms/confirm", tripwire)

    status, problem = api("/v1/registrations/waiting", asked)
    assert (status, problem["type"]) == (400, "/problems/link-not-usable")
    assert api("/v1/registrations/confirm", {"token": mistyped})[0] == 400
    assert api("/v1/registrations/confirm", {"token": right})[0] == 200
    assert api("/v1/registrations/waiting", {"waiting_token": waiting["waiting_token"]})[0] == 400


def test_a_registration_asks_for_no_more_mails_than_the_profile_says(cloud: Cloud, tripwire: Tripwire) -> None:
    _, made = api("/v1/registrations", {"numbers": [NUMBER], "email": EMAIL})
    asked = {"waiting_token": made["waiting_token"]}
    assert [api("/v1/registrations/waiting/again", asked)[0] for _ in range(4)] == [200] * 4
    status, problem = api("/v1/registrations/waiting/again", asked)
    assert (status, problem["errors"][0]["code"]) == (400, "no_more_mails")


def test_a_link_of_one_kind_is_no_token_of_another(certificate: str) -> None:
    for path in ("moves/release", "moves/finish", "removals/confirm", "removals/undo", "confirm"):
        status, problem = api(f"/v1/registrations/{path}", {"token": certificate})
        assert (status, problem["type"]) == (400, "/problems/link-not-usable"), path
    assert api("/v1/registrations/waiting", {"waiting_token": certificate})[0] == 400
    assert api("/v1/opt-outs", {"token": certificate})[0] == 400


def test_registrations_move_and_nobody_learns_whose_they_were(
    certificate: str, cloud: Cloud, seen: set[str], tripwire: Tripwire
) -> None:
    nobody = api("/v1/registrations/moves", {"email": "nobody@example.net", "new_email": STRANGER})
    assert api("/v1/registrations/moves", {"email": EMAIL, "new_email": STRANGER}) == nobody
    assert nobody == (202, {"answered_by": "mail"})
    status, problem = api("/v1/registrations/moves", {"email": EMAIL, "new_email": EMAIL})
    assert (status, problem["errors"][0]["code"]) == (400, "email_same")
    token = token_in(last(cloud, seen), "/forms/move/release", tripwire)
    assert api("/v1/registrations/moves/release", {"token": token}) == (202, {"answered_by": "mail"})
    token = token_in(last(cloud, seen), "/forms/move/finish", tripwire)
    assert api("/v1/registrations/moves/finish", {"token": token}) == (200, {"registrations": 1})
    assert api("/v1/registrations/moves/finish", {"token": token})[0] == 400
    assert api("/v1/registrations/certificates", {"token": certificate})[0] == 400, "links of the old mailbox end"


def test_a_certificate_names_the_numbers_and_verifies_offline(certificate: str, tmp_path: Path) -> None:
    status, made = api("/v1/registrations/certificates", {"token": certificate})
    assert (status, [one["number"] for one in made["numbers"]]) == (200, ["+12025550143"])
    assert api("/v1/registrations/certificates", {"token": certificate})[0] == 200, "it may be got again"
    keys, kept = tmp_path / "jwks.json", tmp_path / "certificate.jws"
    keys.write_text(public_api.lambda_handler(http_event("GET", "/.well-known/jwks.json"), LambdaContext())["body"])
    kept.write_text(made["receipt"])
    result = CliRunner().invoke(typer_app, ["verify", str(kept), "--jwks", str(keys), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["numbers"] == made["numbers"]


def test_no_number_of_a_certificate_is_kept_for_a_repeat(certificate: str, cloud: Cloud) -> None:
    event = http_event(
        "POST", "/v1/registrations/certificates", {"token": certificate}, headers={"Idempotency-Key": "one"}
    )
    for _ in range(2):
        assert public_api.lambda_handler(event, LambdaContext())["statusCode"] == 200
    assert aws.client("dynamodb").scan(TableName=cloud.idempotency_table)["Items"] == []


def test_a_mailbox_opts_out_and_in_again(certificate: str, cloud: Cloud, seen: set[str], tripwire: Tripwire) -> None:
    reported(cloud)
    token = token_in(last(cloud, seen), "/forms/unsubscribe", tripwire)
    for _ in range(2):
        assert api("/v1/opt-outs", {"token": token}) == (200, {"opted_out": True})
    reported(cloud)
    drain(cloud, seen)
    assert sorted(states(cloud)) == ["sent", "unwanted"]
    assert api("/v1/opt-outs/undo", {"token": token}) == (200, {"opted_out": False})
    reported(cloud)
    drain(cloud, seen)
    assert sorted(states(cloud)) == ["sent", "sent", "unwanted"]


def states(cloud: Cloud) -> list[str]:
    return [item["state"] for item in items(cloud.registry_table, "MAIL#") if item["template"] == "line-quarantined"]


def test_whoever_holds_the_line_removes_its_number_and_takes_that_back(
    cloud: Cloud, seen: set[str], certificate: str, tripwire: Tripwire
) -> None:
    lines_reached(cloud)
    cloud.use(PublicApiSettings, line_codes=1)
    settings.cache_clear()
    where = "/v1/registrations/removals/line"
    status, problem = api(where, {"number": "12", "channel": "pigeon", "language": "tlh"})
    assert status == 400
    assert sorted(error["pointer"] for error in problem["errors"]) == ["/channel", "/language", "/number"]
    answers = [api(where, {"number": number, "channel": "sms"}) for number in (NUMBER, "(202) 555-0199")]
    assert {status for status, _ in answers} == {202}
    assert {(one["answered_by"], one["minutes"]) for _, one in answers} == {("line", 10)}
    asked = {"removal_token": answers[0][1]["removal_token"]}
    tripwire.watch(asked["removal_token"])
    told = [mail for mail in drain(cloud, seen) if mail["destinations"]["ToAddresses"][0].endswith("@sms.example.com")]
    code = code_in(next(mail for mail in told if "12025550143" in mail["destinations"]["ToAddresses"][0]))

    assert api(f"{where}/undo", asked)[0] == 400, "nothing was removed yet"
    wrong = "000000" if code != "000000" else "111111"
    status, problem = api(f"{where}/code", asked | {"code": wrong})
    assert (status, problem["errors"][0]["pointer"]) == (400, "/code")
    status, removed = api(f"{where}/code", asked | {"code": code})
    assert (status, removed["numbers"]) == (200, ["+•••••••••43"])
    assert items(cloud.registry_table, "NUMBER#")[0]["state"] == "removed"
    status, problem = api(f"{where}/code", asked | {"code": code})
    assert (status, problem["type"]) == (400, "/problems/link-not-usable")

    assert api(f"{where}/undo", asked) == (200, {"numbers": ["+•••••••••43"]})
    assert items(cloud.registry_table, "NUMBER#")[0]["state"] == "listed"
    assert api(f"{where}/undo", asked)[0] == 400


def test_a_deployment_that_reaches_no_lines_says_so(cloud: Cloud) -> None:
    status, problem = api("/v1/registrations/removals/line", {"number": NUMBER, "channel": "sms"})
    assert (status, problem["detail"]) == (
        404,
        "Codes cannot be told to telephone lines here: numbers are removed by mail.",
    )
    assert not items(cloud.registry_table, "MAIL#")
