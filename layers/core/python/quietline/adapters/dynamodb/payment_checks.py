"""Comparisons with the payment server, in the `sellers` table."""

from dataclasses import asdict, dataclass
from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.kernel.clock import from_text, to_text
from quietline.orders.check import CheckRun, CheckState, Difference


@dataclass(frozen=True)
class CheckStore:
    """`orders.check.Checks` on DynamoDB."""

    table: Table

    def begin(self, run: CheckRun) -> CheckRun:
        """Store a new run; return the stored one when there is one of that id already."""
        try:
            self.table.write(self.table.put_new(keys.payment_check(run.id), _to_item(run)))
        except ConditionFailedError:
            return self.get(run.id) or run
        return run

    def get(self, check_id: str) -> CheckRun | None:
        """Return a run."""
        item = self.table.get(keys.payment_check(check_id))
        return _from_item(item) if item else None

    def newest(self, limit: int) -> list[CheckRun]:
        """Return the newest runs, newest first."""
        found = self.table.query(keys.PAYMENT_CHECKS, index="gsi1", newest_first=True, limit=limit)
        return [_from_item(item) for item in found]

    def replace(self, before: CheckRun, after: CheckRun) -> bool:
        """Store what a step found; False when another worker did that step meanwhile."""
        put = self.table.put(
            keys.payment_check(after.id),
            _to_item(after),
            condition="#cursor = :before AND #state = :running",
            values={":before": before.cursor, ":running": CheckState.RUNNING},
            names={"#cursor": "cursor", "#state": "state"},
        )
        try:
            self.table.write(put)
        except ConditionFailedError:
            return False
        return True

    def invoices(self, after: str, limit: int) -> list[tuple[str, str, str]]:
        """Return (cursor, invoice id, order id) of our invoices behind a cursor, oldest first."""
        found = self.table.query(keys.INVOICES, index="gsi1", between=(after + "\x00", "~"), limit=limit)
        return [(item["gsi1sk"], item["pk"].partition("#")[2], item["order_id"]) for item in found]

    def cursor_at(self, instant: datetime) -> str:
        """Return the cursor before the first invoice stored at or after an instant."""
        return to_text(instant)


def _to_item(run: CheckRun) -> Item:
    index = keys.payment_check_index(run.started_at)
    return asdict(run) | {
        "gsi1pk": index[0],
        "gsi1sk": index[1],
        "since": to_text(run.since),
        "started_at": to_text(run.started_at),
        "finished_at": to_text(run.finished_at) if run.finished_at else "",
    }


def _from_item(item: Item) -> CheckRun:
    return CheckRun(
        id=item["id"],
        since=from_text(item["since"]),
        started_at=from_text(item["started_at"]),
        by=item["by"],
        state=CheckState(item["state"]),
        cursor=item["cursor"],
        checked=item["checked"],
        found=item["found"],
        fresh=item["fresh"],
        differences=tuple(Difference(**one) for one in item["differences"]),
        finished_at=from_text(item["finished_at"]) if item["finished_at"] else None,
    )
