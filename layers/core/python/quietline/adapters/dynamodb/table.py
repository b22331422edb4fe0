"""A thin table: plain Python values in and out, conditions in sight.

Values are str, int, bool, None, bytes, list and dict; floats are refused (money and numbers are whole).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from quietline.adapters.aws import client

READERS = 8
"""Calls side by side; below botocore's ten connections."""

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
    ) -> Iterator[Item]:
        """Yield a partition's items in the order of the sort key, page after page.

        Args:
            pk: partition key (of `index` where given: `gsi1`).
            prefix: only sort keys that start so.
            between: only sort keys in this closed range.
            index: `gsi1` or empty for the table; an index is eventually consistent.
            newest_first: descending.
            limit: stop after so many items.
        """
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
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": not newest_first,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **({"Limit": limit} if limit else {}),
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
        """
        try:
            answer = self.client.update_item(**update.request, ReturnValues="UPDATED_NEW")
        except ClientError as error:
            items = _failed(error, 1)
            if items is None:
                raise
            raise ConditionFailedError(items) from error
        return decode_item(answer.get("Attributes", {}))

    def write(self, *writes: Write) -> None:
        """Do all or nothing: one write plainly, several in a transaction (100 at most).

        Raises:
            ConditionFailedError: a condition did not hold; nothing was written.
        """
        try:
            if len(writes) == 1 and writes[0].kind != "ConditionCheck":
                operation = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}[writes[0].kind]
                getattr(self.client, operation)(**writes[0].request)
                return
            self.client.transact_write_items(TransactItems=[{write.kind: write.request} for write in writes])
        except ClientError as error:
            items = _failed(error, len(writes))
            if items is None:
                raise
            raise ConditionFailedError(items) from error


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
    code = response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        item = response.get("Item")
        return [decode_item(item) if item else None]
    if code != "TransactionCanceledException":
        return None
    reasons = response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    if codes and codes <= {"ConditionalCheckFailed", "TransactionConflict"}:
        stored = [decode_item(reason["Item"]) if reason.get("Item") else None for reason in reasons]
        return stored + [None] * (count - len(stored))
    return None
