"""The store of imports, the numbers it adds, and what publication reads of them, on DynamoDB."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pyroaring import BitMap
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.imports import DynamoBlocks, DynamoImports
from quietline.adapters.dynamodb.lists import DynamoChangeReader
from quietline.adapters.dynamodb.numbers import DynamoNumbers, number_writes
from quietline.adapters.dynamodb.table import ConditionFailedError, Table
from quietline.imports.model import AddedToArea, ImportRecord
from quietline.kernel.errors import ConfigurationError
from quietline.kernel.phone import PhoneNumber
from quietline.lists import build
from quietline.profiles import load_profile
from quietline.registrations.model import HistoryEntry, NumberRecord

from tests.conftest import NOW, Cloud

RULES = load_profile("us").rules
HELD, OTHER, ABSENT = (PhoneNumber(f"+1202555{n:04d}") for n in (143, 144, 145))
EARLIER = datetime(2020, 1, 1, 5, tzinfo=UTC)


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return Table(cloud.registry_table)


@pytest.fixture
def store(table: Table) -> DynamoImports:
    return DynamoImports(table, RULES)


def bring_in(store: DynamoImports, import_id: str, *subscribers: int, at: datetime = NOW, since: Any = None) -> bool:
    blocks = build.blocks_of(BitMap(subscribers))
    store.write_blocks(import_id, "202", blocks)
    made = AddedToArea("202", len(subscribers), 0, len(subscribers))
    return store.commit(import_id, made, sorted(blocks), at, since)


def test_a_record_is_kept_once_and_finished(store: DynamoImports) -> None:
    record = ImportRecord("abc", "running", NOW, date(2026, 11, 24), NOW, dry_run=False)

    assert store.get("abc") is None
    assert store.begin(record) == record
    later = ImportRecord("abc", "running", NOW + timedelta(days=1), date(2026, 11, 25), NOW, dry_run=False)
    assert store.begin(later) == record
    store.finish("abc", {"added": 2})
    done = store.get("abc")
    assert done is not None
    assert (done.state, done.summary) == ("done", {"added": 2})
    with pytest.raises(ConditionFailedError):
        store.finish("never-begun", {})


def test_a_number_is_listed_once_its_area_is_committed(store: DynamoImports, table: Table) -> None:
    store.write_blocks("abc", "202", build.blocks_of(BitMap([5550143])))
    numbers = DynamoNumbers(table)
    assert numbers.get_many([HELD, OTHER]) == {}

    assert bring_in(store, "abc", 5550143, 4440000, since=EARLIER)

    entry = HistoryEntry(NOW, "A", "import:abc", EARLIER)
    assert numbers.get_many([HELD, OTHER]) == {HELD: NumberRecord(HELD, "202", (entry,), 0)}
    assert store.added("abc", "202") == AddedToArea("202", 2, 0, 2)
    assert store.added("abc", "818") is None


def test_an_area_is_committed_once(store: DynamoImports, table: Table) -> None:
    assert bring_in(store, "abc", 5550143)
    assert not bring_in(store, "abc", 5550143, at=NOW + timedelta(hours=1))

    reader = DynamoChangeReader(table, RULES)
    assert [one.at for one in reader.imports_of_area("202", NOW, NOW + timedelta(days=2))] == [NOW]


def test_two_imports_share_a_block(store: DynamoImports, table: Table) -> None:
    later = NOW + timedelta(hours=1)
    bring_in(store, "abc", 5550143)
    bring_in(store, "def", 5550143, 5550144, at=later)

    found = DynamoNumbers(table).get_many([HELD, OTHER, ABSENT])

    assert {number: record.history[0].by for number, record in found.items()} == {
        HELD: "import:abc",
        OTHER: "import:def",
    }
    assert [len(record.history) for record in found.values()] == [1, 1]
    blocks = DynamoBlocks(table, RULES)
    assert build.imported(blocks.of_import("abc", "202")) == BitMap([5550143])
    assert build.imported(blocks.of_import("def", "202")) == BitMap([5550143, 5550144])


def test_an_imported_number_changes_like_any_other(store: DynamoImports, table: Table) -> None:
    bring_in(store, "abc", 5550143)
    numbers = DynamoNumbers(table)
    before = numbers.get(HELD)
    assert before is not None
    table.write(*number_writes(table, before, before))  # a check that it has not changed
    after = before.changed("D", NOW + timedelta(days=1), "removal:1")
    table.write(*number_writes(table, before, after))

    assert numbers.get(HELD) == after
    with pytest.raises(ConditionFailedError):
        table.write(*number_writes(table, before, after))
    reader = DynamoChangeReader(table, RULES)
    assert [change.added for change in reader.of_area("202", NOW, NOW + timedelta(days=2))] == [False]


def test_publication_reads_what_lies_between_two_cut_offs(store: DynamoImports, table: Table) -> None:
    reader = DynamoChangeReader(table, RULES)
    assert reader.first() is None
    bring_in(store, "abc", 5550143, 2000000)
    second = NOW + timedelta(seconds=1)

    assert reader.first() == datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC)
    assert reader.changed(["202", "818"], NOW, second) == {"202"}
    assert reader.changed(["202"], second, second + timedelta(days=1)) == set()
    assert reader.changed(["202"], NOW - timedelta(days=1), NOW) == set()
    (made,) = reader.imports_of_area("202", NOW, second)
    assert build.imported(made.blocks) == BitMap([2000000, 5550143])


def test_an_area_that_gains_nothing_has_no_change(store: DynamoImports, table: Table) -> None:
    assert store.commit("abc", AddedToArea("202", 3, 3, 0), [], NOW, None)

    assert DynamoChangeReader(table, RULES).changed(["202"], NOW, NOW + timedelta(days=1)) == set()


def test_a_lost_block_is_never_read_as_an_empty_one(store: DynamoImports, table: Table) -> None:
    bring_in(store, "abc", 5550143)
    table.write(table.delete(keys.block("+1202555")))

    with pytest.raises(ConfigurationError, match="missing or damaged"):
        DynamoBlocks(table, RULES).of_import("abc", "202")
    with pytest.raises(ConfigurationError, match="has not added"):
        DynamoBlocks(table, RULES).of_import("abc", "818")
