"""The stores of registrations, numbers and mails on DynamoDB."""

from dataclasses import replace
from datetime import timedelta

import pytest
from quietline.adapters.dynamodb.mails import DynamoOutbox
from quietline.adapters.dynamodb.numbers import DynamoNumbers
from quietline.adapters.dynamodb.registrations import DynamoRegistrations
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.kms import KmsMailboxCipher
from quietline.kernel.errors import ConfigurationError, NotFoundError
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError

from tests.conftest import NOW, Cloud

FIRST, SECOND = PhoneNumber("+12025550143"), PhoneNumber("+13105550144")
DAY = NOW.date()
PENDING = Registration(
    "01KB3Q6W5N8Y2C4D6E8F0G1H2J", (FIRST, SECOND), "sealed", "hash", "en", "nonce", NOW, NOW + timedelta(hours=72)
)


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return Table(cloud.registry_table)


def listed(number: PhoneNumber, area: str) -> NumberRecord:
    return NumberRecord(number, area, (), 0).changed("A", NOW, "registration:1")


def test_a_registration_comes_back_as_it_was(table: Table) -> None:
    store = DynamoRegistrations(table)
    store.add(PENDING, DAY, 1)
    assert store.get(PENDING.id) == PENDING
    assert store.get("nothing") is None
    mail = DynamoOutbox({table.name: table}).get(table.name, PENDING.id)
    assert mail is not None and mail["link"]["nonce"] == "nonce" and mail["facts"]["numbers"].count("•") > 10


def test_the_limit_is_counted_by_address_and_day(table: Table) -> None:
    store = DynamoRegistrations(table)
    store.add(PENDING, DAY, 1)
    with pytest.raises(LimitReachedError):
        store.add(replace(PENDING, id="B"), DAY, 1)
    assert store.get("B") is None
    store.add(replace(PENDING, id="C"), DAY + timedelta(days=1), 1)
    store.add(replace(PENDING, id="D", email_hash="other"), DAY, 1)


def test_a_waiting_registration_is_corrected_while_it_waits(table: Table) -> None:
    store = DynamoRegistrations(table)
    store.add_silent(PENDING)
    assert store.get(PENDING.id) == PENDING
    assert not list(table.scan("MAIL#"))
    after = replace(PENDING, email_hash="other", nonce="new", mails=2)
    store.correct(PENDING, after, NOW, DAY, 1)
    assert store.get(PENDING.id) == after
    [mail] = table.scan("MAIL#")
    assert mail["link"]["nonce"] == "new"
    with pytest.raises(ChangedMeanwhileError):
        store.correct(PENDING, after, NOW, DAY, 9)
    with pytest.raises(LimitReachedError):
        store.correct(after, replace(after, mails=3), NOW, DAY, 1)
    store.correct_silent(after, replace(after, mails=3))
    with pytest.raises(ChangedMeanwhileError):
        store.correct_silent(after, after)
    with pytest.raises(ChangedMeanwhileError):
        store.confirm(PENDING, {}, [listed(FIRST, "202")], NOW, {})
    store.confirm(replace(after, mails=3), {}, [listed(FIRST, "202")], NOW, {})
    with pytest.raises(ChangedMeanwhileError):
        store.correct_silent(replace(after, mails=3), after)


def test_a_confirmation_writes_all_or_nothing(table: Table) -> None:
    store, numbers = DynamoRegistrations(table), DynamoNumbers(table)
    store.add(PENDING, DAY, 1)
    after = [listed(FIRST, "202"), listed(SECOND, "310")]
    store.confirm(PENDING, {}, after, NOW, {"numbers": "x"})

    assert numbers.get_many([FIRST, SECOND]) == {FIRST: after[0], SECOND: after[1]}
    assert numbers.get(FIRST) == after[0]
    confirmed = store.get(PENDING.id)
    assert confirmed is not None and confirmed.confirmed_at == NOW
    assert [item["change"] for item in table.query(f"CHANGES#310#{DAY}")] == ["A"]
    with pytest.raises(ChangedMeanwhileError):
        store.confirm(PENDING, {FIRST: after[0], SECOND: after[1]}, after, NOW, {})


def test_a_record_that_changed_meanwhile_stops_everything(table: Table) -> None:
    store, numbers = DynamoRegistrations(table), DynamoNumbers(table)
    store.add(PENDING, DAY, 9)
    store.add(replace(PENDING, id="B"), DAY, 9)
    first = listed(FIRST, "202")
    store.confirm(PENDING, {}, [first], NOW, {})
    with pytest.raises(ChangedMeanwhileError):
        store.confirm(replace(PENDING, id="B"), {}, [listed(FIRST, "202"), listed(SECOND, "310")], NOW, {})
    assert numbers.get(SECOND) is None
    stale = replace(first, version=7)
    with pytest.raises(ChangedMeanwhileError):
        store.confirm(replace(PENDING, id="B"), {FIRST: stale}, [stale], NOW, {})
    kept = store.get("B")
    assert kept is not None and kept.confirmed_at is None


def test_a_mail_is_marked_once(table: Table) -> None:
    DynamoRegistrations(table).add(PENDING, DAY, 1)
    outbox = DynamoOutbox({table.name: table})
    outbox.mark_sent(table.name, PENDING.id, "first")
    outbox.mark_sent(table.name, PENDING.id, "second")
    item = outbox.get(table.name, PENDING.id)
    assert item is not None and (item["state"], item["sent_at"]) == ("sent", "first")
    with pytest.raises(NotFoundError):
        outbox.get("another-table", PENDING.id)


def test_an_address_is_sealed_and_opened(cloud: Cloud) -> None:
    cipher = KmsMailboxCipher(cloud.pii_key_id)
    sealed = cipher.encrypt("alex@example.com")
    assert "alex" not in sealed and sealed != cipher.encrypt("alex@example.com")
    assert cipher.decrypt(sealed) == "alex@example.com"
    with pytest.raises(ConfigurationError):
        cipher.decrypt("not base64!")


def test_a_listed_number_confirmed_again_is_affirmed_without_a_change_of_the_list(table: Table) -> None:
    store, numbers = DynamoRegistrations(table), DynamoNumbers(table)
    store.add(PENDING, DAY, 9)
    first = listed(FIRST, "202")
    store.confirm(PENDING, {}, [first], NOW, {})
    again = replace(PENDING, id="B")
    store.add(again, DAY, 9)
    affirmed = first.affirmed(NOW + timedelta(days=5), "registration:again")
    store.confirm(again, {FIRST: first}, [affirmed], NOW + timedelta(days=5), {})

    found = numbers.get(FIRST)
    assert found == affirmed
    assert found is not None
    assert (found.registered_at, found.wanted_since) == (NOW, NOW + timedelta(days=5))
    assert not list(table.query(f"CHANGES#202#{DAY + timedelta(days=5)}"))
    stale = replace(PENDING, id="C")
    store.add(stale, DAY, 9)
    with pytest.raises(ChangedMeanwhileError):
        store.confirm(stale, {FIRST: first}, [first.affirmed(NOW, "registration:stale")], NOW, {})
