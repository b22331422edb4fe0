"""The store of codes for lines on DynamoDB: what a code is for, its text, and one count a number and day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from quietline.adapters.dynamodb.proofs import DynamoProofs
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.codes import LineProof
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError

from tests.conftest import NOW, Cloud

NUMBER = PhoneNumber("+12025550143")
TO_REMOVE = LineProof("01KB3Q6W5N8Y2C4D6E8F0G1H2J", NUMBER, "sms", "en", "nonce", NOW, NOW + timedelta(minutes=10))
TO_REGISTER = replace(TO_REMOVE, id="01KB3Q6W5N8Y2C4D6E8F0G1H2K", use="registration")


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return Table(cloud.registry_table)


@pytest.mark.parametrize("proof", [TO_REMOVE, TO_REGISTER])
def test_a_code_comes_back_as_it_was(table: Table, proof: LineProof) -> None:
    store = DynamoProofs(table)
    store.add(proof, "sealed", 10, NOW.date(), 1)
    assert store.get(proof.id) == proof


def test_each_use_has_its_own_text_and_purpose_and_both_share_the_count(table: Table) -> None:
    store = DynamoProofs(table)
    store.add(TO_REMOVE, "sealed", 10, NOW.date(), 2)
    store.add(TO_REGISTER, "sealed", 10, NOW.date(), 2)
    told = {(mail["template"], mail["link"]["purpose"]) for mail in table.scan("MAIL#")}
    assert told == {("line-code", "line-proof"), ("register-code", "register-line")}
    with pytest.raises(LimitReachedError):
        store.add(replace(TO_REGISTER, id="01KB3Q6W5N8Y2C4D6E8F0G1H2M"), "sealed", 10, NOW.date(), 2)


def test_a_try_is_written_only_over_what_was_read(table: Table) -> None:
    store = DynamoProofs(table)
    store.add_silent(TO_REGISTER)
    store.change(TO_REGISTER, replace(TO_REGISTER, tries=1))
    with pytest.raises(ChangedMeanwhileError):
        store.change(TO_REGISTER, replace(TO_REGISTER, tries=1))
