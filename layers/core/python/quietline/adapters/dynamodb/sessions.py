"""Sessions: the portal's in the `sellers` table, the console's in the `cases` table."""

from dataclasses import dataclass
from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.kernel.clock import from_text, to_text
from quietline.sessions.model import Session


@dataclass(frozen=True)
class DynamoSessions:
    """`sessions.ports.SessionStore` on DynamoDB."""

    table: Table

    def add(self, key: str, session: Session, expires_at: datetime) -> None:
        """Store a new session."""
        index, place = keys.session_index(session.sub, key)
        item: Item = {
            "sub": session.sub,
            "created_at": to_text(session.created_at),
            "seen_at": to_text(session.seen_at),
            "acting_for": session.acting_for,
            "mfa": session.mfa,
            "gsi1pk": index,
            "gsi1sk": place,
            "ttl": int(expires_at.timestamp()),
        }
        self.table.write(self.table.put_new(keys.session(key), item))

    def get(self, key: str) -> Session | None:
        """Return a session."""
        item = self.table.get(keys.session(key))
        if item is None:
            return None
        return Session(
            item["sub"],
            from_text(item["created_at"]),
            from_text(item["seen_at"]),
            item["acting_for"],
            mfa=item.get("mfa", False),  # of a session begun before this was kept
        )

    def seen(self, key: str, at: datetime) -> None:
        """Note that a session was used."""
        self._set(key, "seen_at", to_text(at))

    def act_for(self, key: str, san: str) -> None:
        """Change for which SAN the person acts."""
        self._set(key, "acting_for", san)

    def remove(self, key: str) -> None:
        """Forget a session."""
        self.table.write(self.table.delete(keys.session(key)))

    def keys_of(self, sub: str) -> list[str]:
        """Return the keys of a user's sessions."""
        return [item["gsi1sk"].partition("#")[2] for item in self.table.query(keys.sessions_of(sub), index="gsi1")]

    def _set(self, key: str, name: str, value: str) -> None:
        update = self.table.update(
            keys.session(key), f"SET {name} = :value", values={":value": value}, condition="attribute_exists(pk)"
        )
        try:
            self.table.write(update)
        except ConditionFailedError:
            return
