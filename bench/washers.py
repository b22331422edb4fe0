"""The contestants of bench/wash.py: each gets a folder of lists ready, then answers a call list into a file.

`prepare` is what is done once a list, however many call lists are washed against it: for the peers, loading the flat
text that the registry publishes into their own form. Ours has nothing to prepare, the bitmaps are used as published.
All read the same spellings: the peers drop `.0` and extensions and keep the digits, and take ten digits, or eleven that
begin with 1, in which area and exchange begin with 2 to 9.
"""

import csv
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

LIST_DATE, VALID_UNTIL = "2026-11-09", "2026-12-10"
ANSWER = ("status", "reason", "list_date", "valid_until")
TAIL = r"(?i)(\.0|\s*(ext|x)\.?\s*\d+)$"
VALID = r"1?[2-9]\d{2}[2-9]\d{6}"

type Counts = dict[str, int]
type Wash = Callable[[Path, Path], object]


def ours(lists: Path, threads: int) -> Wash:
    from quietline.profiles import load_profile
    from quietline.washes import engine

    def bitmap_of(area: str) -> bytes | None:
        path = lists / f"{area}.roar"
        return path.read_bytes() if path.is_file() else None

    view = engine.ListsView(date.fromisoformat(LIST_DATE), date.fromisoformat(VALID_UNTIL), bitmap_of)
    options = engine.WashOptions(load_profile("us"), threads=threads)

    def wash(calls: Path, out: Path) -> None:
        with calls.open("rb") as source, out.open("wb") as sink:
            engine.wash(source, sink, view, options)

    return wash


def one_thread(lists: Path) -> Wash:
    return ours(lists, 1)


def all_cores(lists: Path) -> Wash:
    import os

    return ours(lists, len(os.sched_getaffinity(0)))


def duckdb(lists: Path) -> Wash:
    import duckdb as engine

    database = lists / "list.duckdb"
    made = database.is_file()
    connection = engine.connect(str(database))
    connection.execute("SET enable_progress_bar = false")
    if not made:
        texts = "{'area': 'BIGINT', 'subscriber': 'BIGINT'}"
        connection.execute(
            "CREATE TABLE listed AS SELECT area * 10000000 + subscriber AS number "
            f"FROM read_csv('{lists}/*.txt', header = false, columns = {texts})"
        )
        connection.execute("CHECKPOINT")

    def wash(calls: Path, out: Path) -> None:
        connection.execute(f"""
            COPY (
              SELECT c.* EXCLUDE (digits, number),
                CASE WHEN c.number IS NULL THEN 'unknown'
                  WHEN l.number IS NULL THEN 'clear' ELSE 'listed' END AS status,
                CASE WHEN c.number IS NOT NULL THEN NULL WHEN trim(coalesce(phone, '')) = '' THEN 'no_number'
                  ELSE 'not_a_number' END AS reason,
                '{LIST_DATE}' AS list_date, '{VALID_UNTIL}' AS valid_until
              FROM (
                SELECT *, CASE WHEN regexp_full_match(digits, '{VALID}') THEN right(digits, 10)::BIGINT END AS number
                FROM (
                  SELECT *, regexp_replace(regexp_replace(phone, '{TAIL}', ''), '[^0-9]', '', 'g') AS digits
                  FROM read_csv('{calls}', header = true, all_varchar = true)
                )
              ) AS c LEFT JOIN listed AS l ON l.number = c.number
            ) TO '{out}' (FORMAT csv, HEADER)
        """)

    return wash


def polars(lists: Path) -> Wash:
    import polars as pl

    files = pl.scan_csv(f"{lists}/*.txt", has_header=False, new_columns=["area", "subscriber"])
    number = (pl.col("area").cast(pl.Int64) * 10_000_000 + pl.col("subscriber")).alias("number")
    listed = files.select(number, pl.lit(True).alias("listed")).collect()

    def wash(calls: Path, out: Path) -> None:
        frame = pl.scan_csv(calls, infer_schema=False)
        digits = pl.col("phone").str.replace(TAIL, "").str.replace_all(r"[^0-9]", "")
        valid = digits.str.contains(f"^(?:{VALID})$")
        number = pl.when(valid).then(digits.str.tail(10).cast(pl.Int64, strict=False)).alias("number")
        joined = frame.with_columns(number).join(listed.lazy(), on="number", how="left", maintain_order="left")
        status = pl.when(pl.col("number").is_null()).then(pl.lit("unknown"))
        status = status.when(pl.col("listed")).then(pl.lit("listed")).otherwise(pl.lit("clear"))
        blank = pl.col("phone").fill_null("").str.strip_chars() == ""
        reason = pl.when(pl.col("number").is_not_null()).then(pl.lit(""))
        reason = reason.when(blank).then(pl.lit("no_number")).otherwise(pl.lit("not_a_number"))
        dates = pl.lit(LIST_DATE).alias("list_date"), pl.lit(VALID_UNTIL).alias("valid_until")
        answer = joined.with_columns(status.alias("status"), reason.alias("reason"), *dates).drop("number", "listed")
        answer.collect().write_csv(out)

    return wash


def python_set(lists: Path) -> Wash:
    listed: set[int] = set()
    for path in sorted(lists.glob("*.txt")):
        with path.open() as lines:
            listed.update(int(line[:3] + line[4:11]) for line in lines)

    return _by_row(lambda numbers: [number in listed for number in numbers])


def sqlite(lists: Path) -> Wash:
    connection = sqlite3.connect(lists / "list.sqlite")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("CREATE TABLE IF NOT EXISTS listed (number INTEGER PRIMARY KEY)")
    if not connection.execute("SELECT 1 FROM listed LIMIT 1").fetchone():
        for path in sorted(lists.glob("*.txt")):
            with path.open() as lines:
                connection.executemany("INSERT INTO listed VALUES (?)", ((int(x[:3] + x[4:11]),) for x in lines))
        connection.commit()

    def known(numbers: list[int]) -> list[bool]:
        connection.execute("CREATE TEMP TABLE calls (place INTEGER PRIMARY KEY, number INTEGER)")
        connection.executemany("INSERT INTO calls VALUES (?, ?)", enumerate(numbers))
        joined = "SELECT l.number IS NOT NULL FROM calls c LEFT JOIN listed l ON l.number = c.number ORDER BY place"
        found = [bool(row[0]) for row in connection.execute(joined)]
        connection.execute("DROP TABLE calls")
        return found

    return _by_row(known)


def _by_row(known: Callable[[list[int]], list[bool]]) -> Wash:
    """Read and write rows with the csv module, ten thousand at a time."""
    tail, other, valid = re.compile(TAIL), re.compile(r"[^0-9]"), re.compile(VALID)

    def answer(rows: list[list[str]], writer: Any) -> None:
        digits = [other.sub("", tail.sub("", row[3])) for row in rows]
        numbers = [int(text[-10:]) if valid.fullmatch(text) else 0 for text in digits]
        for row, number, found in zip(rows, numbers, known(numbers), strict=True):
            status = "unknown" if not number else "listed" if found else "clear"
            reason = "" if number else "not_a_number" if row[3].strip() else "no_number"
            writer.writerow([*row, status, reason, LIST_DATE, VALID_UNTIL])

    def wash(calls: Path, out: Path) -> None:
        with calls.open(newline="", encoding="utf-8") as source, out.open("w", newline="", encoding="utf-8") as sink:
            reader, writer = csv.reader(source), csv.writer(sink, lineterminator="\n")
            writer.writerow([*next(reader), *ANSWER])
            rows: list[list[str]] = []
            for row in reader:
                rows.append(row)
                if len(rows) == 10_000:
                    answer(rows, writer)
                    rows = []
            answer(rows, writer)

    return wash


def counted(out: Path) -> Counts:
    """Return how many rows of an answer have each status."""
    counts = dict.fromkeys(("listed", "clear", "unknown"), 0)
    ends = {
        name: re.compile(rf',{name},[^,\n]*,"?{LIST_DATE}"?,"?{VALID_UNTIL}"?$'.encode(), re.MULTILINE)
        for name in counts
    }
    with out.open("rb") as file:
        while data := file.read(1 << 24) + file.readline():
            for name, end in ends.items():
                counts[name] += sum(1 for _ in end.finditer(data))
    return counts


CONTESTANTS: dict[str, Callable[[Path], Wash]] = {
    "quietline": one_thread,
    "quietline, all cores": all_cores,
    "DuckDB": duckdb,
    "polars": polars,
    "SQLite": sqlite,
    "Python set": python_set,
}
