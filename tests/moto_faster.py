"""AWS in memory, faster: what moto does again and again for nothing was a third of the time of the tests that use it.

For every single item of a transaction it copies the whole table, to have it back if one fails: here it copies the items
that are touched, once. For every value of an answer it looks for each of the ten kinds of values: here plain ones are
taken as they are.
"""

import copy
from collections import defaultdict
from functools import cache, wraps
from threading import local
from types import SimpleNamespace
from typing import Any

PLAIN = {"S", "N", "BOOL", "NULL"}


class _Running(local):
    """The transaction of a thread: what it touches, by table, and the copies of tables made for it."""

    touched: dict[str, list[tuple[Any, Any]]] | None = None
    copies: dict[str, Any]


_running = _Running()


@cache
def make_faster() -> None:
    """Change moto, for as long as the process lives."""
    _take_plain_values_as_they_are()
    _copy_what_is_touched()


def _take_plain_values_as_they_are() -> None:
    from moto.core.serialize import ResponseSerializer

    serialize, get_value = ResponseSerializer._serialize, ResponseSerializer.get_value

    def value_as_it_is(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if type(value) is dict and shape.name == "AttributeValue" and len(value) == 1:
            ((kind, plain),) = value.items()
            if kind in PLAIN and type(plain) in (str, bool):
                serialized[key] = value
                return
        serialize(self, serialized, value, shape, key)

    def part_by_its_name(self: Any, value: Any, key: str, shape: Any) -> Any:
        if type(value) is dict and getattr(shape, "parent", None) is not None and shape.parent.name == "AttributeValue":
            return value.get(key)
        return get_value(self, value, key, shape)

    ResponseSerializer._serialize = value_as_it_is  # type: ignore[method-assign]
    ResponseSerializer.get_value = part_by_its_name  # type: ignore[method-assign]


def _copy_what_is_touched() -> None:
    from moto.dynamodb import models
    from moto.dynamodb.models.table import Table

    def deepcopy(value: Any, *rest: Any) -> Any:
        if _running.touched is None or not isinstance(value, Table) or not value.has_range_key:
            return copy.deepcopy(value, *rest)
        if value.name not in _running.copies:
            _running.copies[value.name] = _kept(value, _running.touched[value.name])
        return _running.copies[value.name]

    write = models.DynamoDBBackend.transact_write_items

    @wraps(write)
    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        _running.touched, _running.copies = _touched(backend.tables, transact_items), {}
        try:
            write(backend, transact_items)
        finally:
            _running.touched = None

    models.copy = SimpleNamespace(deepcopy=deepcopy)  # type: ignore[attr-defined]
    models.DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign]


def _touched(tables: Any, transact_items: list[dict[str, Any]]) -> dict[str, list[tuple[Any, Any]]]:
    from moto.dynamodb.models.dynamo_type import DynamoType

    found: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for item in transact_items:
        operation = next(iter(item.values()))
        table, key = tables[operation["TableName"]], operation.get("Key") or operation["Item"]
        if table.has_range_key:
            names = table.hash_key_attr, table.range_key_attr
            found[table.name].append((DynamoType(key[names[0]]), DynamoType(key[names[1]])))
    return found


def _kept(table: Any, touched: list[tuple[Any, Any]]) -> Any:
    made = copy.copy(table)
    made.items = defaultdict(dict, {pk: dict(items) for pk, items in table.items.items()})
    for pk, sk in touched:
        if pk in made.items and sk in made.items[pk]:
            made.items[pk][sk] = copy.deepcopy(made.items[pk][sk])
    if table.stream_shard:
        made.stream_shard = copy.copy(table.stream_shard)
        made.stream_shard.table, made.stream_shard.items = made, list(table.stream_shard.items)
    return made
