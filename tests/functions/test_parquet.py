"""The Parquet file of a day is its CSV, typed: read back with the two programs that analysts use."""

import csv
import hashlib
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from quietline.adapters.parquet import columns_of
from quietline.kernel.clock import FixedClock
from quietline.opendata.layout import COLUMNS, read_ftc, write_csv, write_rows
from quietline.opendata.publish import INDEX, import_name
from quietline.profiles.profile import Profile

from infra.local.reported import sample_file
from tests.fakes.opendata import publication

DAY = date(2026, 11, 23)
ODD = (
    '0005550187,2026-11-20 00:03:04,,"St. John\'s, ""New""",Oregon,003,Other,Y\n'
    ",2026-11-20 02:30:00,2026-11-01 01:30:00,Peñasco,,,No Subject Provided,N\n"
    "3055550187,2026-11-21 23:59:59,2026-03-08 02:30:00,,Iowa,515,Medical  & prescriptions,\n"
)


@pytest.fixture
def body(profile: Profile) -> bytes:
    return (sample_file(DAY, 500, profile) + ODD).encode()


def plain(body: bytes) -> list[dict[str, Any]]:
    """The CSV's rows with the types that Parquet has."""
    found = []
    for row in csv.DictReader(io.StringIO(body.decode(), newline="")):
        typed: dict[str, Any] = {name: value or None for name, value in row.items()}
        for name in ("Created_Date", "Violation_Date"):
            typed[name] = datetime.fromisoformat(row[name]) if row[name] else None
        flag = row["Recorded_Message_Or_Robocall"]
        typed["Recorded_Message_Or_Robocall"] = flag == "Y" if flag else None
        found.append(typed)
    return found


def test_pyarrow_reads_the_same_rows_in_the_same_order(body: bytes) -> None:
    table = pq.read_table(pa.BufferReader(columns_of(body)))

    assert table.to_pylist() == plain(body)
    types = {field.name: str(field.type) for field in table.schema}
    times = ("Created_Date", "Violation_Date")
    assert types == dict.fromkeys(COLUMNS, "string") | dict.fromkeys(times, "timestamp[ms]") | {
        "Recorded_Message_Or_Robocall": "bool"
    }


def test_duckdb_reads_the_same_rows_in_the_same_order(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "day.parquet").write_bytes(columns_of(body))

    found = duckdb.sql(f"SELECT * FROM '{tmp_path}/day.parquet'")

    assert found.columns == list(COLUMNS)
    assert [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()] == plain(body)
    robocalls = duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/day.parquet' WHERE Recorded_Message_Or_Robocall")
    assert robocalls.fetchall() == [(sum(row["Recorded_Message_Or_Robocall"] is True for row in plain(body)),)]


def test_the_same_csv_makes_the_same_bytes_and_a_day_without_rows_a_file(body: bytes) -> None:
    assert columns_of(body) == columns_of(body)
    assert pq.read_table(pa.BufferReader(columns_of(write_csv([])))).num_rows == 0


def test_it_has_the_version_the_hash_and_the_signature_of_its_csv(profile: Profile, clock: FixedClock) -> None:
    made = publication(profile, clock, columns=columns_of)
    for rows in (40, 41):
        found = read_ftc(sample_file(DAY, rows, profile).encode(), DAY)
        made.files.keep(import_name(DAY), write_rows(found.rows))
        made.publish_days([DAY])

    first, second = (json.loads(made.files.published(f"manifests/{DAY}.v{version}.jws") or b"") for version in (1, 2))
    name = f"DNC_Complaint_Numbers_{DAY}.parquet"
    parquet = made.files.published(name) or b""
    told = {file["format"]: file for file in second["files"]}
    assert told["parquet"] == {
        "name": name,
        "format": "parquet",
        "bytes": len(parquet),
        "sha256": hashlib.sha256(parquet).hexdigest(),
    }
    assert pq.read_table(pa.BufferReader(parquet)).num_rows == 41
    assert second["previous"] == {"version": 1, "sha256": first["files"][0]["sha256"]}
    index = json.loads(made.files.published(INDEX) or b"")["files"][0]
    assert [file["format"] for file in index["files"]] == ["csv", "parquet"]
