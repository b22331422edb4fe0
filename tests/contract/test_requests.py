"""Mailed requests on DynamoDB, and what publication reads of a removal that is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from quietline.adapters.dynamodb.numbers import DynamoNumbers
from quietline.adapters.dynamodb.registrations import DynamoRegistrations
from quietline.adapters.dynamodb.requests import DynamoRequests
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError
from quietline.registrations.requests import Letter, MailedRequest

from tests.conftest import NOW, Cloud

NUMBER = PhoneNumber("+12025550143")
DAY = NOW.date()
ASKED = MailedRequest("R", "removal", (NUMBER,), "sealed", "hash", "en", "nonce", NOW, NOW + timedelta(hours=72))
LETTER = Letter("confirm-removal", {"expires_at": "x"}, ({"text": "yes", "number": "y"},), "remove-numbers")


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return Table(cloud.registry_table)


def mails(table: Table) -> list[dict[str, object]]:
    return sorted(table.scan("MAIL#"), key=lambda item: str(item["created_at"]))


def test_a_request_comes_back_as_it_was_with_its_mail_and_count(table: Table) -> None:
    store = DynamoRequests(table)
    store.add(ASKED, LETTER, DAY, 2)
    assert store.get("R") == ASKED
    assert store.get("other") is None
    [mail] = mails(table)
    assert mail["link"] == {"purpose": "remove-numbers", "id": "R", "nonce": "nonce"}
    assert mail["rows"] == [{"text": "yes", "number": "y"}]
    # registrations and requests share the mailbox's count
    pending = Registration("01", (NUMBER,), "sealed", "hash", "en", "n", NOW, NOW + timedelta(hours=72))
    DynamoRegistrations(table).add(pending, DAY, 2)
    with pytest.raises(LimitReachedError):
        store.add(replace(ASKED, id="S"), LETTER, DAY, 2)
    assert store.get("S") is None


def test_a_removal_and_its_undo_are_written_whole(table: Table) -> None:
    store, numbers = DynamoRequests(table), DynamoNumbers(table)
    pending = Registration("01", (NUMBER,), "sealed", "hash", "en", "n", NOW, NOW + timedelta(hours=72))
    DynamoRegistrations(table).add(pending, DAY, 9)
    listed = replace(NumberRecord(NUMBER, "202", (), 0).changed("A", NOW, "registration:01"), contested=True)
    DynamoRegistrations(table).confirm(pending, {}, [listed], NOW, {})
    assert numbers.get(NUMBER) == listed
    store.add(ASKED, LETTER, DAY, 9)
    later = NOW + timedelta(hours=1)
    removed, done = listed.changed("D", later, "removal:R"), replace(ASKED, state="done", done_at=later)
    store.change(ASKED, done, [(listed, removed)], later, Letter("removal-undone", {"numbers": "x"}))
    with pytest.raises(ChangedMeanwhileError):
        store.change(ASKED, done, [(removed, removed)], later, Letter("removal-undone"))
    assert (store.get("R"), numbers.get(NUMBER)) == (done, removed)

    back = NOW + timedelta(hours=2)
    restored = removed.restored(back, "R")
    store.change(done, replace(done, state="undone"), [(removed, restored)], back, Letter("removal-undone"))
    found = numbers.get(NUMBER)
    assert found == restored and found.registered_at == NOW and found.contested
    assert [item["change"] for item in table.query(f"CHANGES#202#{DAY}")] == ["A", "D", "A"]
    assert len(mails(table)) == 5


def test_a_stale_record_stops_all_of_it(table: Table) -> None:
    store = DynamoRequests(table)
    store.add(ASKED, LETTER, DAY, 9)
    stale = NumberRecord(NUMBER, "202", (), 0).changed("A", NOW, "registration:01")
    with pytest.raises(ChangedMeanwhileError):
        store.change(ASKED, replace(ASKED, state="done"), [(stale, stale.changed("D", NOW, "x"))], NOW, LETTER)
    assert store.get("R") == ASKED
