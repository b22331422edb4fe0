"""A thin table: plain Python values in and out, conditions in sight.

Values are str, int, bool, None, bytes, list and dict; floats are refused (money and numbers are whole).
"""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from quietline.adapters.aws import client
from quietline.kernel.errors import UnavailableError

READERS = 8
"""Calls side by side; below botocore's ten connections."""
TRIES = 6
"""How often a write is tried that meets other transactions; botocore tries none of these again."""
PAUSE_SECONDS = 0.02
"""At most this before the second try, twice as much before each further one: 0.6 s in all."""

BUSY = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction may be cancelled that is carried out a moment later."""

type Item = dict[str, Any]
type Key = tuple[str, str]


class ConditionFailedError(Exception):
    """A condition did not hold. `items[i]` is the stored item of the i-th write where the service returned it."""

    def __init__(self, items: list[Item | None]) -> None:
        super().__init__("a condition did not hold")
        self.items = items


def encode(value: Any) -> dict[str, Any]:
    """Return DynamoDB's typed form of a value.

    Raises:
        TypeError: the value has no form here (float, set, object).
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case list() | tuple():
            return {"L": [encode(entry) for entry in value]}
        case dict():
            return {"M": {name: encode(entry) for name, entry in value.items()}}
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be stored")


def decode(value: dict[str, Any]) -> Any:
    """Return the plain value of DynamoDB's typed form; the inverse of `encode`."""
    ((kind, inner),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(inner)
        case "L":
            return [decode(entry) for entry in inner]
        case "M":
            return {name: decode(entry) for name, entry in inner.items()}
        case _:
            return inner


def decode_item(item: dict[str, Any]) -> Item:
    """Return a plain item of one in DynamoDB's typed form, e.g. a stream image."""
    return {name: decode(value) for name, value in item.items()}


@dataclass
class Write:
    """One part of a transaction, made by `Table.put`, `.update`, `.check` or `.delete`."""

    kind: str
    request: dict[str, Any]


@dataclass
class Table:
    """One table by name."""

    name: str
    _client: Any = field(default=None, repr=False)

    @property
    def client(self) -> Any:
        """The DynamoDB client."""
        return self._client or client("dynamodb")

    def get(self, key: Key) -> Item | None:
        """Return the item with a strongly consistent read, or None."""
        answer = self.client.get_item(TableName=self.name, Key=_key(key), ConsistentRead=True)
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: list[Key]) -> list[Item]:
        """Return the items that exist, in no order; any number of keys.

        100 are asked at a time, several calls side by side, and what a call leaves over is asked again.
        """
        unique = list(dict.fromkeys(keys))
        batches = [unique[start : start + 100] for start in range(0, len(unique), 100)]
        if len(batches) < 2:
            return [item for batch in batches for item in self._batch(batch)]
        with ThreadPoolExecutor(READERS) as pool:
            return [item for found in pool.map(self._batch, batches) for item in found]

    def _batch(self, keys: list[Key]) -> list[Item]:
        found: list[Item] = []
        pending: dict[str, Any] = {self.name: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}
        while pending:
            answer = self.client.batch_get_item(RequestItems=pending)
            found += [decode_item(item) for item in answer["Responses"].get(self.name, [])]
            pending = answer.get("UnprocessedKeys", {})
        return found

    def query(
        self,
        pk: str,
        *,
        prefix: str = "",
        between: tuple[str, str] | None = None,
        index: str = "",
        newest_first: bool = False,
        limit: int | None = None,
        attributes: tuple[str, ...] = (),
    ) -> Iterator[Item]:
        """Yield a partition's items in the order of the sort key, page after page.

        Args:
            pk: partition key (of `index` where given: `gsi1`).
            prefix: only sort keys that start so.
            between: only sort keys in this closed range.
            index: `gsi1` or empty for the table; an index is eventually consistent.
            newest_first: descending.
            limit: stop after so many items.
            attributes: only these of each item; empty for all.
        """
        if between and between[0] > between[1]:
            return  # there is nothing, and DynamoDB refuses the question
        names = {"#pk": f"{index}pk"}
        values: dict[str, Any] = {":pk": {"S": pk}}
        expression = "#pk = :pk"
        if prefix or between:
            names["#sk"] = f"{index}sk"
        if prefix:
            expression += " AND begins_with(#sk, :prefix)"
            values[":prefix"] = {"S": prefix}
        elif between:
            expression += " AND #sk BETWEEN :low AND :high"
            values |= {":low": {"S": between[0]}, ":high": {"S": between[1]}}
        projected = {f"#a{number}": name for number, name in enumerate(attributes)}
        names |= projected
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": not newest_first,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **({"Limit": limit} if limit else {}),
            **({"ProjectionExpression": ", ".join(projected)} if projected else {}),
        }
        left = limit
        while True:
            answer = self.client.query(**request)
            for item in answer["Items"]:
                if left is not None:
                    if left == 0:
                        return
                    left -= 1
                yield decode_item(item)
            if "LastEvaluatedKey" not in answer or left == 0:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def scan(self, pk_prefix: str, sk_prefix: str = "") -> Iterator[Item]:
        """Yield the items whose keys start so, in no order; reads the whole table, for operators' commands only."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "FilterExpression": "begins_with(pk, :pk) AND begins_with(sk, :sk)",
            "ExpressionAttributeValues": {":pk": {"S": pk_prefix}, ":sk": {"S": sk_prefix}},
            "ConsistentRead": True,
        }
        while True:
            answer = self.client.scan(**request)
            for item in answer["Items"]:
                yield decode_item(item)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(
        self,
        key: Key,
        item: Item,
        *,
        condition: str = "",
        values: Item | None = None,
        names: dict[str, str] | None = None,
    ) -> Write:
        """Return a put; `condition` is DynamoDB's expression, `values` its `:names`, `names` its `#names`."""
        stored = {"pk": key[0], "sk": key[1], **item}
        request = {"TableName": self.name, "Item": {name: encode(value) for name, value in stored.items()}}
        return Write("Put", _conditioned(request, condition, values, names))

    def put_new(self, key: Key, item: Item) -> Write:
        """Return a put that fails when the key exists."""
        return self.put(key, item, condition="attribute_not_exists(pk)")

    def update(
        self,
        key: Key,
        expression: str,
        *,
        values: Item | None = None,
        names: dict[str, str] | None = None,
        condition: str = "",
    ) -> Write:
        """Return an update with DynamoDB's own expressions."""
        request = {"TableName": self.name, "Key": _key(key), "UpdateExpression": expression}
        return Write("Update", _conditioned(request, condition, values, names))

    def delete(
        self, key: Key, *, condition: str = "", values: Item | None = None, names: dict[str, str] | None = None
    ) -> Write:
        """Return a delete."""
        return Write("Delete", _conditioned({"TableName": self.name, "Key": _key(key)}, condition, values, names))

    def check(self, key: Key, condition: str, values: Item | None = None, names: dict[str, str] | None = None) -> Write:
        """Return a condition on an item that the transaction does not write."""
        request = {"TableName": self.name, "Key": _key(key)}
        return Write("ConditionCheck", _conditioned(request, condition, values, names))

    def apply(self, update: Write) -> Item:
        """Do one update and return the attributes it set, as they are after it.

        Raises:
            ConditionFailedError: the condition did not hold; nothing was written.
            UnavailableError: other transactions kept writing the item; nothing was written.
        """
        answer = _tried(lambda: self.client.update_item(**update.request, ReturnValues="UPDATED_NEW"), 1)
        return decode_item(answer.get("Attributes", {}))

    def write(self, *writes: Write) -> None:
        """Do all or nothing: one write plainly, several in a transaction (100 at most).

        Raises:
            ConditionFailedError: a condition did not hold; nothing was written.
            UnavailableError: other transactions kept writing the same items; nothing was written.
        """
        if len(writes) == 1 and writes[0].kind != "ConditionCheck":
            operation = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}[writes[0].kind]
            _tried(lambda: getattr(self.client, operation)(**writes[0].request), 1)
            return
        items = [{write.kind: write.request} for write in writes]
        _tried(lambda: self.client.transact_write_items(TransactItems=items), len(writes))


def _tried(call: Callable[[], dict[str, Any]], count: int) -> dict[str, Any]:
    """Return a write's answer; a conflict with another transaction says nothing about a condition, so it is retried."""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1) * random.random())  # noqa: S311 - no secret
        try:
            return call()
        except ClientError as error:
            items = _failed(error, count)
            if items is not None:
                raise ConditionFailedError(items) from error
            if not _passes(error):
                raise
            met = error
    raise UnavailableError("Others change the same records at this moment. Please try again.") from met


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _conditioned(
    request: dict[str, Any], condition: str, values: Item | None, names: dict[str, str] | None = None
) -> dict[str, Any]:
    if condition:
        request["ConditionExpression"] = condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if values:
        request["ExpressionAttributeValues"] = {name: encode(value) for name, value in values.items()}
    if names:
        request["ExpressionAttributeNames"] = names
    return request


def _failed(error: ClientError, count: int) -> list[Item | None] | None:
    response: dict[str, Any] = dict(error.response)
    if response["Error"]["Code"] == "ConditionalCheckFailedException":
        item = response.get("Item")
        return [decode_item(item) if item else None]
    codes = _codes(error)
    if "ConditionalCheckFailed" in codes and codes <= {"ConditionalCheckFailed"} | BUSY:
        reasons = response["CancellationReasons"]
        stored = [decode_item(reason["Item"]) if reason.get("Item") else None for reason in reasons]
        return stored + [None] * (count - len(stored))
    return None


def _passes(error: ClientError) -> bool:
    """Tell whether nothing but other writers was in the way, who will be gone; botocore retries a plain throttling."""
    alone, codes = error.response["Error"]["Code"] == "TransactionConflictException", _codes(error)
    return alone or (bool(codes) and codes <= BUSY)


def _codes(error: ClientError) -> set[str | None]:
    """Return why a transaction was cancelled; nothing for another error."""
    response: dict[str, Any] = dict(error.response)
    if response["Error"]["Code"] != "TransactionCanceledException":
        return set()
    return {reason.get("Code") for reason in response.get("CancellationReasons", [])} - {"None", None}
