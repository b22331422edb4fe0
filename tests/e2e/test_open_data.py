"""A tool for the FTC's open data on the deployed cloud: a file, its proof, the API; and what an operator imports."""

import csv
import io
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import Cloud

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
