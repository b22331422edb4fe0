"""Reported callers for a carrier's machine client, on moto: the whole feed, what changed, nothing new, nobody else."""

import json
from datetime import date
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters.dynamodb.parties import carriers
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.opendata import OpenDataBucket
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings.functions import CarrierApiSettings, PublishOpenDataSettings
from quietline.opendata.layout import read_ftc, write_rows
from quietline.opendata.publish import import_name
from quietline.parties.model import Party

from functions.carrier_api import handler
from tests.conftest import NOW, Cloud
from tests.helpers import LambdaContext, http_event
from tests.unit.opendata.test_callers import HEADER

DAY = date(2026, 11, 23)
PATH = "/v1/reported-calls"


@pytest.fixture
def settings(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> PublishOpenDataSettings:
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW)
    cloud.use(CarrierApiSettings)
    carriers(Table(cloud.registry_table)).add(Party("c1", "4321", "Acme Telephone", NOW))
    settings = cloud.use(PublishOpenDataSettings)
    put(settings, "3055550187", "3055550187", "3055550188", "3055550188", "3055550188", "3055550199")
    return settings


def put(settings: PublishOpenDataSettings, *callers: str) -> None:
    text = HEADER + "".join(f"{caller},{DAY} 00:00:{n:02},,,,,Other,Y\n" for n, caller in enumerate(callers))
    OpenDataBucket(settings.open_data_bucket).keep(import_name(DAY), write_rows(read_ftc(text.encode(), DAY).rows))
    bootstrap.open_data_publication(settings).publish_days([DAY])


def ask(
    headers: dict[str, str] | None = None, *, client: str = "c1", scope: str = "quietline/carriers", **given: str
) -> Any:
    event = http_event("GET", PATH, headers=headers, client_id=client, sub="", groups="", scopes=scope)
    event["queryStringParameters"] = given or None
    answer = handler.lambda_handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"] or "null"), answer["headers"]


def test_a_carrier_reads_the_feed_and_then_what_changed(settings: PublishOpenDataSettings) -> None:
    status, first, headers = ask()

    assert status == 200
    assert [one["number"] for one in first["callers"]] == ["+13055550187", "+13055550188"]
    assert first["callers"][1] == {
        "number": "+13055550188",
        "complaints": 3,
        "complainants": 3,
        "robocall_percent": 100,
        "first_reported": "2026-11-23",
        "last_reported": "2026-11-23",
        "changed_on": "2026-11-23",
        "signs": [],
    }
    assert (first["complete"], first["to"], first["next"]) == (True, "2026-11-23", None)
    assert ask({"If-None-Match": headers["ETag"]})[:2] == (304, None)

    put(settings, "3055550187", "3055550187", "3055550199", "3055550199")

    status, second, _headers = ask({"If-None-Match": headers["ETag"]}, since=first["version"])
    assert status == 200
    assert (second["complete"], [one["number"] for one in second["callers"]]) == (False, ["+13055550199"])
    assert second["removed"] == ["+13055550188"]


def test_pages_follow_each_other(settings: PublishOpenDataSettings) -> None:
    _status, first, _headers = ask(limit="1")
    _status, second, _headers = ask(limit="1", after=first["next"])

    assert [one["number"] for page in (first, second) for one in page["callers"]] == ["+13055550187", "+13055550188"]
    assert second["next"] is None


@pytest.mark.parametrize("given", [{"limit": "0"}, {"limit": "5001"}, {"after": "x"}, {"since": "x" * 65}])
def test_what_cannot_be_read_is_refused(settings: PublishOpenDataSettings, given: dict[str, str]) -> None:
    status, problem, _headers = ask(**given)

    assert status == 400
    assert next(iter(given)) in json.dumps(problem["errors"])


def test_others_are_refused(settings: PublishOpenDataSettings, cloud: Cloud) -> None:
    assert ask(scope="quietline/lists")[0] == 403
    assert ask(client="c2")[0] == 403
    carriers(Table(cloud.registry_table)).change(Party("c1", "4321", "Acme Telephone", NOW, NOW))
    assert ask()[0] == 403


def test_before_the_first_feed_the_answer_is_empty(cloud: Cloud) -> None:
    cloud.use(CarrierApiSettings)
    carriers(Table(cloud.registry_table)).add(Party("c1", "4321", "Acme Telephone", NOW))

    status, answer, _headers = ask()

    assert (status, answer["version"], answer["callers"], answer["to"]) == (200, "", [], None)
