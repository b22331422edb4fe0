"""The API that tools for the FTC's know: parameters, documents, pages, limits."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters.opendata import OpenDataBucket
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings.functions import OpenDataApiSettings, PublishOpenDataSettings
from quietline.opendata.layout import read_ftc, write_rows
from quietline.opendata.publish import import_name
from quietline.profiles.profile import Profile

from functions.open_data_api import handler
from infra.local.reported import sample_file
from tests.conftest import NOW, Cloud
from tests.helpers import LambdaContext, http_event, load_event

DAYS = (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23))
ROWS = 150
C, D, NOON = "2026-11-18", "2026-11-20", "2026-11-20 12:00:00"


@pytest.fixture
def rows(cloud: Cloud, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Three published days; returns what they hold, oldest first."""
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW)
    settings = cloud.use(PublishOpenDataSettings)
    cloud.use(OpenDataApiSettings)
    bucket, made = OpenDataBucket(settings.open_data_bucket), []
    for day in DAYS:
        found = read_ftc(sample_file(day, ROWS, profile).encode(), day)
        bucket.keep(import_name(day), write_rows(found.rows))
        made += found.rows
    bootstrap.open_data_publication(settings).publish_days(DAYS)
    return sorted(made, key=lambda row: row.order)


def ask(path: str = "/v1/dnc-complaints", headers: dict[str, str] | None = None, **given: Any) -> Any:
    event = http_event("GET", path, headers=headers)
    event["queryStringParameters"] = {name: str(value) for name, value in given.items()} or None
    answer = handler.lambda_handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"]), answer


def total(**given: Any) -> int:
    status, document, _answer = ask(api_key=KEY[0], **given)
    assert status == 200, document
    count: int = document["meta"]["record-total"]
    assert len(document["data"]) == document["meta"]["records-this-page"] == min(count, 50)
    return count


KEY = [""]


@pytest.fixture(autouse=True)
def key(cloud: Cloud) -> None:
    settings = cloud.settings(OpenDataApiSettings)
    limits = bootstrap.open_data_limits(settings.cases_table, cloud.idempotency_table, "us")
    KEY[0] = limits.issue("test")


def test_a_page_is_the_ftcs_document(rows: list[Any]) -> None:
    status, document, answer = ask()

    assert status == 200
    assert document["meta"] == {"records-this-page": 50, "record-total": 3 * ROWS}
    first = document["data"][0]
    assert (first["type"], first["id"], len(first["id"])) == ("dnc_complaint", rows[0].id, 32)
    assert first["attributes"]["created-date"] == rows[0].created
    assert set(first) == {"type", "id", "attributes", "relationships", "meta", "links"}
    assert answer["headers"]["x-ratelimit-limit"] == "30"
    assert answer["headers"]["x-ratelimit-remaining"] == "29"
    assert ask(first["links"]["self"])[1] == {"data": first}
    assert ask(f"/v0/dnc-complaints/{first['id']}")[0] == 200


def test_pages_follow_each_other_over_days_both_ways(rows: list[Any]) -> None:
    for order, expected in (("ASC", rows), ("DESC", rows[::-1])):
        found: list[str] = []
        for offset in range(0, 3 * ROWS + 50, 50):
            page = ask(api_key=KEY[0], offset=offset, sort_order=order)[1]["data"]
            found += [one["id"] for one in page]
        assert found == [row.id for row in expected]


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ({"created_date": '"2026-11-20"'}, lambda row: row.created[:10] == "2026-11-20"),
        ({"created_date_from": D, "is_robocall": "true"}, lambda r: r.created >= D and r.robocall == "Y"),
        ({"created_date_from": f'"{NOON}"'}, lambda row: row.created >= NOON),
        ({"created_date_to": NOON, "state": "CA"}, lambda r: r.created <= NOON and r.state == "California"),
        ({"violation_date": "2026-11-19"}, lambda row: row.violation[:10] == "2026-11-19"),
        (
            {"violation_date_from": C, "violation_date_to": D, "is_robocall": "false"},
            lambda r: C <= r.violation[:10] <= D and r.robocall == "N",
        ),
        ({"state": "California", "is_robocall": "true"}, lambda r: r.state == "California" and r.robocall == "Y"),
        ({"state": "tx", "city": "springfield"}, lambda r: r.state == "Texas" and r.city == "Springfield"),
        ({"area_code": "213"}, lambda r: r.area == "213"),
        ({"is_robocall": "false"}, lambda r: r.robocall == "N"),
        ({"created_date": C, "violation_date": C}, lambda r: r.created[:10] == r.violation[:10] == C),
        ({"created_date": "2030-01-01"}, lambda _row: False),
        ({"state": "Wyoming", "area_code": "213"}, lambda _row: False),
    ],
)  # fmt: skip
def test_every_filter_counts_what_a_plain_search_counts(rows: list[Any], given: dict[str, str], holds: Any) -> None:
    assert total(**given) == sum(map(holds, rows))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"created_date": "5 March"}, "not_a_date"),
        ({"created_date": "2026-11-20", "created_date_to": "2026-11-21"}, "date_and_range"),
        ({"created_date_from": "2026-11-20", "state": "Texas", "is_robocall": "true"}, "too_many_filters"),
        ({"state": "Atlantis"}, "state"),
        ({"city": "Springfield"}, "city_without_state"),
        ({"is_robocall": "maybe"}, "is_robocall"),
        ({"items_per_page": "51"}, "out_of_range"),
        ({"offset": "-1"}, "out_of_range"),
        ({"sort_order": "up"}, "sort_order"),
        ({"page": "2"}, "parameter_not_known"),
    ],
)
def test_wrong_parameters_are_named(cloud: Cloud, given: dict[str, str], code: str) -> None:
    cloud.use(OpenDataApiSettings)

    status, problem, _answer = ask(**given)

    assert status == 400
    assert [one["code"] for one in problem["errors"]] == [code]


def test_limits_hold_by_key_and_by_address(rows: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert {ask(headers={"x-forwarded-for": "198.51.100.7, 10.0.0.1"})[0] for _ in range(30)} == {200}
    status, problem, answer = ask(headers={"x-forwarded-for": "198.51.100.7, 10.0.0.1"})
    assert (status, problem["type"]) == (429, "/problems/too-many-requests")
    assert answer["headers"]["Retry-After"] == "3600"
    assert ask(headers={"x-forwarded-for": "198.51.100.8, 10.0.0.1"}, api_key="DEMO_KEY")[0] == 200
    assert ask(api_key="wrong")[0] == 403
    with_key = ask(headers={"x-api-key": KEY[0]})
    assert (with_key[0], with_key[2]["headers"]["x-ratelimit-limit"]) == (200, "1000")
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW + timedelta(hours=1))
    assert ask(headers={"x-forwarded-for": "198.51.100.7, 10.0.0.1"})[0] == 200


def test_an_unknown_id_is_404(rows: list[Any]) -> None:
    for call_id in ("1", "z" * 32, rows[0].id[:-1] + ("0" if rows[0].id[-1] != "0" else "1")):
        assert ask(f"/v1/dnc-complaints/{call_id}")[0] == 404


def test_the_sample_event_is_answered(rows: list[Any]) -> None:
    assert handler.lambda_handler(load_event("open_data_api/find"), LambdaContext())["statusCode"] == 200
