"""Certifications, suspended organizations and what both keep from whom, with the real stores."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import aws
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from typer.testing import CliRunner

from cli.main import app as cli
from tests.functions.test_lists import DAY, Lists
from tests.functions.test_seller_api import ANNA, BERT, FREE, Api
from tests.helpers import Tripwire, serve_only

LISTS = (
    ("POST", "/v1/downloads", {"areas": FREE[:1]}),
    ("POST", "/v1/lookups", {"numbers": ["202 555 0143"]}),
    ("POST", "/v1/washes", {"client_reference": "july", "column": "phone"}),
)
REASON = "Calls to listed numbers after two warnings."


@pytest.fixture
def api(cloud: Any) -> Api:
    lists = Lists(cloud)
    with pytest.MonkeyPatch.context() as patch:
        serve_only(patch, *FREE)
        lists.publish(DAY)
    return Api(cloud)


def subscribed(api: Api) -> str:
    """Return the SAN of an organization with areas."""
    api.organization()
    assert api("POST", "/v1/orders", {"areas": FREE})[0] == 201
    return str(api("GET", "/v1/organizations/mine")[1]["san"])


def a_term_later(api: Api) -> None:
    """Move the subscription on: it began 200 days ago, and the certification is older still."""
    organization_id = api("GET", "/v1/organizations/mine")[1]["id"]
    pk = f"ORGANIZATION#{organization_id}"
    item = api.table.get((pk, "META"))
    assert item is not None
    item["certified_at"] = to_text(from_text(item["certified_at"]) - timedelta(days=400))
    api.table.write(api.table.put((pk, "META"), item))
    began = datetime.now(UTC).date() - timedelta(days=200)
    for held in list(api.table.query(pk, prefix="ENTITLEMENT#")):
        term = {"term_start": began.isoformat(), "term_end": (began + timedelta(days=365)).isoformat()}
        api.table.write(api.table.put((pk, held["sk"]), held | term))


def test_what_is_to_be_certified_and_what_was(api: Api, profile: Any) -> None:
    api.organization(certified=False)
    before = api("GET", "/v1/certifications/current")
    made = api("POST", "/v1/certifications", {"version": "2026-10", "language": "es"})[1]
    after = api("GET", "/v1/certifications/current")[1]

    text = profile.organizations.certifications[-1].text
    assert before[0] == 200
    assert (before[1]["state"], before[1]["version"], before[1]["text"]) == ("missing", "2026-10", text["en"])
    assert (before[1]["languages"], before[1]["due_on"], before[1]["san"]) == (["en", "es"], None, "")
    assert (after["state"], after["certified_version"], after["san"]) == ("current", "2026-10", made["san"])
    history = api("GET", "/v1/certifications")[1]["certifications"]
    assert [(one["language"], one["text"], one["by"]) for one in history] == [("es", text["es"], ANNA["sub"])]


def test_from_where_is_kept_encrypted(api: Api, tripwire: Tripwire) -> None:
    tripwire.watch("192.0.2.1")
    organization_id = api.organization()

    (record,) = api.table.query(f"ORGANIZATION#{organization_id}", prefix="CERTIFICATION#")

    assert "192.0.2.1" not in repr(record)
    cipher = bootstrap.mailbox_cipher(api.settings.pii_key_id)
    assert json.loads(cipher.decrypt(record["origin_ciphertext"])) == {"address": "192.0.2.1", "program": "test"}


@pytest.mark.parametrize(("method", "path", "body"), LISTS)
def test_lists_need_a_certification_that_holds(api: Api, method: str, path: str, body: Any) -> None:
    subscribed(api)
    assert api(method, path, body)[0] < 300
    a_term_later(api)

    status, problem = api(method, path, body)

    assert (status, problem["type"]) == (403, "/problems/certification-due")
    assert "quietline certify" in problem["detail"]
    assert api("GET", "/v1/certifications/current")[1]["state"] == "overdue"
    assert api("POST", "/v1/certifications", {"version": "2026-10"})[0] == 201
    assert api(method, path, body)[0] < 300


@pytest.mark.parametrize(("method", "path", "body"), LISTS)
def test_a_suspended_organization_gets_no_lists_and_reads_on(api: Api, method: str, path: str, body: Any) -> None:
    san = subscribed(api)
    service = bootstrap.suspension(api.settings.sellers_table)
    service.suspend(san.replace("-", " "), REASON, "operator")

    status, problem = api(method, path, body)

    assert (status, problem["type"]) == (403, "/problems/organization-suspended")
    for read in ("/v1/orders", "/v1/entitlements", "/v1/certifications", "/v1/washes"):
        assert api("GET", read)[0] == 200, read
    shown = api("GET", "/v1/organizations/mine")[1]
    assert (shown["status"], shown["status_reason"]) == ("suspended", REASON)
    assert api("POST", "/v1/orders", {"areas": ["703"]})[0] == 201
    service.reinstate(san, "They trained their staff.", "operator")
    assert api(method, path, body)[0] < 300
    assert api("GET", "/v1/organizations/mine")[1]["status_reason"] == ""


def test_its_machine_clients_are_refused_everything(api: Api) -> None:
    san = subscribed(api)
    made = api("POST", "/v1/clients", {"name": "scrubber"})[1]
    machine = {"sub": "", "client_id": made["client_id"], "groups": "", "scopes": "quietline/lists"}
    assert api("GET", "/v1/entitlements", who=machine)[0] == 200
    bootstrap.suspension(api.settings.sellers_table).suspend(san, REASON, "operator")

    status, problem = api("GET", "/v1/entitlements", who=machine)

    assert (status, problem["type"]) == (403, "/problems/organization-suspended")


def test_suspending_is_written_into_the_history(api: Api) -> None:
    san = subscribed(api)
    service = bootstrap.suspension(api.settings.sellers_table)
    service.suspend(san, REASON, "assumed-role/operations")
    service.reinstate(san, "They trained their staff.", "assumed-role/operations")
    organization_id = api("GET", "/v1/organizations/mine")[1]["id"]

    events = list(api.table.query(f"ORGANIZATION#{organization_id}", prefix="EVENT#"))

    assert [(event["action"], event["by"]) for event in events] == [
        ("certified", ANNA["sub"]),
        ("suspended", "assumed-role/operations"),
        ("reinstated", "assumed-role/operations"),
    ]
    assert events[1]["detail"] == {"reason": REASON}


def test_what_cannot_be_suspended(api: Api) -> None:
    san = subscribed(api)
    service = bootstrap.suspension(api.settings.sellers_table)

    with pytest.raises(InvalidInputError):
        service.suspend("123-456-7890", REASON, "operator")
    with pytest.raises(NotFoundError):
        service.suspend("000-000-0000", REASON, "operator")
    with pytest.raises(InvalidInputError, match="10 to 500"):
        service.suspend(san, " short    ", "operator")
    with pytest.raises(ConflictError, match="is active, not suspended"):
        service.reinstate(san, REASON, "operator")
    service.suspend(san, REASON, "operator")
    with pytest.raises(ConflictError, match="is suspended, not active"):
        service.suspend(san, REASON, "operator")


def test_another_organization_is_not_touched(api: Api) -> None:
    san = subscribed(api)
    api.organization(BERT)
    assert api("POST", "/v1/orders", {"areas": FREE}, BERT)[0] == 201
    bootstrap.suspension(api.settings.sellers_table).suspend(san, REASON, "operator")

    assert api("POST", "/v1/downloads", {"areas": FREE[:1]}, BERT)[0] == 201


def test_the_operators_command(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    san = subscribed(api)
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example")
    monkeypatch.setenv("QUIETLINE_SELLERS_TABLE", api.settings.sellers_table)

    done = CliRunner().invoke(cli, ["ops", "organization", "suspend", san, "--reason", REASON])
    again = CliRunner().invoke(cli, ["ops", "organization", "suspend", san, "--reason", REASON])
    wrong = CliRunner().invoke(cli, ["ops", "organization", "reinstate", "1", "--reason", REASON])
    back = CliRunner().invoke(cli, ["ops", "organization", "reinstate", san, "--reason", REASON, "--json"])

    assert done.exit_code == 0, done.output
    assert "is suspended" in done.stdout
    assert (again.exit_code, wrong.exit_code, back.exit_code) == (4, 2, 0)
    assert json.loads(back.stdout)["status"] == "active"
    organization_id = json.loads(back.stdout)["id"]
    events = list(api.table.query(f"ORGANIZATION#{organization_id}", prefix="EVENT#"))
    assert aws.client("sts").get_caller_identity()["Arn"].endswith(events[1]["by"])
