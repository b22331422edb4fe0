"""What a table does when its writes meet other transactions: answers of DynamoDB that moto never gives."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from quietline.adapters.dynamodb import table as tables
from quietline.adapters.dynamodb.table import ConditionFailedError, Table
from quietline.kernel.errors import UnavailableError

A, B = ("A", "META"), ("B", "META")


def conflict(*codes: str) -> ClientError:
    """Return the error of a transaction cancelled for these reasons, or of a plain write."""
    if not codes:
        return ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, "write")
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(answer, "write")


class Meeting:
    """A client whose first calls meet another transaction."""

    def __init__(self, *errors: ClientError) -> None:
        self.errors, self.calls = list(errors), 0

    def __getattr__(self, _operation: str) -> Callable[..., dict[str, Any]]:
        return self._call

    def _call(self, **_request: Any) -> dict[str, Any]:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return {}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    kept: list[float] = []
    monkeypatch.setattr(tables.time, "sleep", kept.append)
    return kept


def write_one(table: Table) -> None:
    table.write(table.put_new(A, {}))


def delete_one(table: Table) -> None:
    table.write(table.delete(A))


def write_two(table: Table) -> None:
    table.write(table.put_new(A, {}), table.put_new(B, {}))


def apply_one(table: Table) -> None:
    table.apply(table.update(A, "ADD n :one", values={":one": 1}))


WAYS: list[tuple[Callable[[Table], None], tuple[str, ...]]] = [
    (write_one, ()),
    (delete_one, ()),
    (apply_one, ()),
    (write_two, ("None", "TransactionConflict")),
    (write_two, ("ThrottlingError", "None")),
    (write_two, ("TransactionConflict", "ProvisionedThroughputExceeded")),
]


@pytest.mark.parametrize(("write", "codes"), WAYS)
def test_a_write_that_meets_another_is_tried_again(
    write: Callable[[Table], None], codes: tuple[str, ...], pauses: list[float]
) -> None:
    client = Meeting(conflict(*codes), conflict(*codes))
    write(Table("t", client))
    assert client.calls == 3
    assert [pause <= limit for pause, limit in zip(pauses, (0.02, 0.04), strict=True)] == [True, True]


@pytest.mark.parametrize(("write", "codes"), WAYS)
def test_one_that_always_meets_others_is_put_off_and_is_no_failed_condition(
    write: Callable[[Table], None], codes: tuple[str, ...], pauses: list[float]
) -> None:
    client = Meeting(*(conflict(*codes) for _ in range(20)))
    with pytest.raises(UnavailableError, match="try again"):
        write(Table("t", client))
    assert client.calls == tables.TRIES
    assert sum(pauses) < 1


@pytest.mark.parametrize("other", ["None", *sorted(tables.BUSY)])
def test_a_condition_that_failed_is_told_at_once(other: str, pauses: list[float]) -> None:
    for codes in (("ConditionalCheckFailed", other), (other, "ConditionalCheckFailed")):
        client = Meeting(conflict(*codes))
        with pytest.raises(ConditionFailedError) as failed:
            write_two(Table("t", client))
        assert (client.calls, failed.value.items) == (1, [None, None])
    assert pauses == []


def test_what_else_cancels_a_transaction_is_not_hidden(pauses: list[float]) -> None:
    for codes in (("ValidationError", "ConditionalCheckFailed"), ("ItemCollectionSizeLimitExceeded", "None")):
        with pytest.raises(ClientError):
            write_two(Table("t", Meeting(conflict(*codes))))
    assert pauses == []


def test_a_range_that_ends_before_it_begins_is_empty() -> None:
    client = Meeting(ClientError({"Error": {"Code": "ValidationException", "Message": "BETWEEN"}}, "Query"))
    assert list(Table("t", client).query("A", between=("B", "A"))) == []
    assert client.calls == 0
