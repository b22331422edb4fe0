"""Open data on the deployed cloud: a tool for the FTC's, the data book, Parquet, the carriers' feed."""

import csv
import hashlib
import io
import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from quietline.kernel.jws import parse

from tests.e2e.conftest import Cloud, carrier_token

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]
HEADER = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,"
    "Recorded_Message_Or_Robocall\n"
)


def test_an_imported_day_is_a_file_and_answers_questions(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    # a day of its own, long before any other
    day = date(2005, 1, 3) + timedelta(days=random.Random(run_id).randrange(3000))
    name = f"DNC_Complaint_Numbers_{day.isoformat()}.csv"
    row = f"3055550187,{day} 00:03:04,{day} 00:01:00,Salem,Oregon,503,Home security  & alarms,Y\n"
    (tmp_path / name).write_text(HEADER + row)

    made = cloud.command("ops", "import-reported", str(tmp_path), "--json", home=tmp_path)

    assert made.returncode == 0, made.stderr
    served = cloud.http.get(f"/data/{name}")
    assert (served.status_code, served.text) == (200, HEADER + row)
    assert next(csv.DictReader(io.StringIO(served.text)))["Subject"] == "Home security  & alarms"
    manifest = cloud.http.get(f"/data/manifests/{day.isoformat()}.v1.jws")
    assert manifest.status_code == 200
    assert name in [one["file"] for one in cloud.http.get("/data/index.json").json()["files"]]
    assert cloud.http.get(f"/private/rows/{day.isoformat()}.csv.gz").status_code == 404
    found = cloud.http.get("/v0/dnc-complaints", params={"created_date": f'"{day}"', "state": "Oregon"}).json()
    assert found["meta"] == {"records-this-page": 1, "record-total": 1}
    assert found["data"][0]["attributes"]["company-phone-number"] == "3055550187"
    assert cloud.http.get(found["data"][0]["links"]["self"]).json()["data"] == found["data"][0]


def test_the_data_book_is_published_proven_and_shown(cloud: Cloud, tmp_path: Path) -> None:
    """Registrations, subscribers and fees of the deployed cloud: command, API, signed file, page."""
    made = cloud.command("ops", "open-data", "statistics", "--json", home=tmp_path)
    assert made.returncode == 0, made.stderr

    listed = cloud.command("statistics", "--json", home=tmp_path)
    assert {one["book"] for one in json.loads(listed.stdout)["books"]} == {
        "fees",
        "registrations",
        "reported-calls",
        "subscribers",
    }
    kept = tmp_path / "months.csv"
    shown = cloud.command("statistics", "registrations", "months", "--csv", str(kept), "--json", home=tmp_path)
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert told["verified"]
    newest = cloud.http.get("/v1/manifests/latest")
    assert newest.status_code == 200
    counted = sum(area["count"] for area in parse(newest.text).payload["areas"])
    assert int(told["rows"][-1]["active"]) == counted
    assert list(csv.DictReader(io.StringIO(kept.read_text()))) == told["rows"]
    path = f"/v1/statistics/registrations/{told['fiscal_year']}/months"
    rows = cloud.http.get(path)
    assert [str(row["active"]) for row in rows.json()["rows"]] == [row["active"] for row in told["rows"]]
    assert cloud.http.get(path, headers={"If-None-Match": rows.headers["ETag"]}).status_code == 304
    assert cloud.http.get(path, params={"format": "csv"}).content == kept.read_bytes()

    there = cloud.http.get("/data/", headers={"Accept-Language": "es-MX,es;q=0.9"}, follow_redirects=False)
    assert (there.status_code, there.headers["location"]) == (302, "/data/es/")
    for book in ("", "reported-calls/", "registrations/", "subscribers/", "fees/"):
        for language in ("en", "es"):
            page = cloud.http.get(f"/data/{language}/{book}")
            assert page.status_code == 200
            assert page.headers["content-type"].startswith("text/html")
    assert f"{counted:,}" in cloud.http.get("/data/en/registrations/").text


def test_analysts_read_a_day_as_parquet(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    day = date(1995, 1, 2) + timedelta(days=random.Random(run_id).randrange(3000))
    name = f"DNC_Complaint_Numbers_{day.isoformat()}"
    row = f"3055550187,{day} 00:03:04,,Salem,Oregon,503,Home security  & alarms,Y\n"
    (tmp_path / f"{name}.csv").write_text(HEADER + row)
    made = cloud.command("ops", "import-reported", str(tmp_path), "--json", home=tmp_path)
    assert made.returncode == 0, made.stderr

    body = cloud.http.get(f"/data/{name}.parquet").content

    manifest = parse(cloud.http.get(f"/data/manifests/{day}.v1.jws").text).payload
    hashes = {file["format"]: file["sha256"] for file in manifest["files"]}
    assert hashes["parquet"] == hashlib.sha256(body).hexdigest()
    [read] = pq.read_table(pa.BufferReader(body)).to_pylist()
    assert (read["Created_Date"], read["Violation_Date"]) == (datetime(day.year, day.month, day.day, 0, 3, 4), None)
    assert read["Recorded_Message_Or_Robocall"] is True


def test_a_carrier_follows_the_reported_callers(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    made = cloud.command("ops", "carriers", "add", "4322", "Feed Telephone", "--json", home=tmp_path)
    assert made.returncode == 0, made.stderr
    client = json.loads(made.stdout)
    carrier = cloud.as_user(carrier_token(cloud, client))
    first = carrier.get("/v1/reported-calls")
    assert first.status_code == 200, first.text
    feed = list(csv.DictReader(io.StringIO(cloud.http.get("/data/reported-numbers.csv").text)))
    assert [one["number"] for one in first.json()["callers"]] == [f"+1{row['number']}" for row in feed[:1000]]
    again = carrier.get("/v1/reported-calls", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    changed = carrier.get("/v1/reported-calls", params={"since": first.json()["version"]}).json()
    assert (changed["complete"], changed["callers"], changed["removed"]) == (False, [], [])
    assert cloud.http.get("/v1/reported-calls").status_code == 401

    assert cloud.command("ops", "carriers", "disable", client["client_id"], home=tmp_path).returncode == 0
