"""`USAGE#<date>` of an organization in the sellers table: one counter a channel."""

from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.usage.model import AgentUsage, Channel, DayUsage, Take

AGENT = "agent:"
"""Begins the name of a counter of what an agent asked for: `agent:<SAN>:looked_up`."""


def taking(table: Table, take: Take) -> Write:
    """Return the update that counts numbers; it fails when the day's sum would pass the limit."""
    counter, room = take.channel.value, take.limit - take.numbers
    agent = f"{AGENT}{take.agent_san}:{counter}"
    fits = f"{counter} <= :room"
    if room >= 0:
        fits = f"(attribute_not_exists({counter}) OR {fits})"
    return table.update(
        keys.usage(take.organization_id, take.day),
        f"ADD {counter} :numbers" + (", #agent :numbers" if take.agent_san else ""),
        names={"#agent": agent} if take.agent_san else None,
        values={":numbers": take.numbers, ":room": room},
        condition=fits,
    )


@dataclass(frozen=True)
class DynamoUsage:
    """Implements `usage.ports.UsageStore`."""

    table: Table

    def of_day(self, organization_id: str, day: date) -> DayUsage:
        """Return what an organization has used on a day."""
        item = self.table.get(keys.usage(organization_id, day))
        return _usage(item) if item else DayUsage(day)

    def of_month(self, organization_id: str, month: date) -> list[DayUsage]:
        """Return the days of a month on which it used anything, in order."""
        pk, first = keys.usage(organization_id, month.replace(day=1))
        return [_usage(item) for item in self.table.query(pk, prefix=first[: -len("-01")])]

    def take(self, take: Take) -> int | None:
        """Count numbers and return the day's sum, or None when it would pass the limit."""
        try:
            after = self.table.apply(taking(self.table, take))
        except ConditionFailedError:
            return None
        return int(after[take.channel.value])


def _usage(item: Item) -> DayUsage:
    day = date.fromisoformat(str(item["sk"]).removeprefix("USAGE#"))
    sans = sorted({name.split(":")[1] for name in item if name.startswith(AGENT)})
    agents = {
        san: AgentUsage(
            *(int(item.get(f"{AGENT}{san}:{channel.value}", 0)) for channel in (Channel.LOOKUP, Channel.WASH))
        )
        for san in sans
    }
    return DayUsage(day, int(item.get("looked_up", 0)), int(item.get("washed", 0)), agents)
