"""The sandbox's part of a table: every partition key begins with `SANDBOX#`, which a role may be confined to."""

from collections.abc import Iterator
from typing import Any

from quietline.adapters.dynamodb.table import Item, Key, Table, Write

PREFIX = "SANDBOX#"


class SandboxTable(Table):
    """A table whose users see the sandbox's items only, under the keys that they would have in the real one."""

    def get(self, key: Key) -> Item | None:
        """Return the item with a strongly consistent read, or None."""
        return super().get(_within(key))

    def query(self, pk: str, **options: Any) -> Iterator[Item]:
        """Yield a partition's items; see `Table.query`."""
        return super().query(PREFIX + pk, **options)

    def put(self, key: Key, item: Item, **options: Any) -> Write:
        """Return a put; see `Table.put`."""
        return super().put(_within(key), item, **options)

    def update(self, key: Key, expression: str, **options: Any) -> Write:
        """Return an update; see `Table.update`."""
        return super().update(_within(key), expression, **options)


def _within(key: Key) -> Key:
    return PREFIX + key[0], key[1]
