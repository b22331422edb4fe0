"""Metering: counting what an account asks a day, telling people above one line and refusing above another.

Counted are the different numbers of each question, and one asked again counts again: which numbers were asked for is
kept nowhere.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from quietline.kernel.clock import Clock
from quietline.kernel.errors import TooManyRequestsError
from quietline.kernel.phone import PhoneNumber
from quietline.profiles import Profile
from quietline.profiles.profile import Allowance
from quietline.usage.model import Channel, DayUsage, Standing, Take, walks
from quietline.usage.ports import UsageMetrics, UsageStore


@dataclass(frozen=True)
class Metering:
    """Meters lookups and washes."""

    profile: Profile
    clock: Clock
    store: UsageStore
    metrics: UsageMetrics

    def look_up(self, standing: Standing, numbers: Collection[PhoneNumber]) -> None:
        """Count the different numbers of a lookup.

        Raises:
            TooManyRequestsError: the account would pass its limit of the day; nothing was counted.
        """
        if not numbers:
            return
        usage, allowance = self.profile.usage, self.lookup_allowance(standing)
        count = len(numbers)
        agent_san = standing.agent.san if standing.agent else ""
        total = self.store.take(
            Take(standing.organization_id, self.today, Channel.LOOKUP, count, allowance.limit, agent_san)
        )
        if total is None:
            self.metrics.suspected(Channel.LOOKUP, standing.organization_id, "daily_limit")
            raise self._refused("look up", allowance)
        self.metrics.asked(Channel.LOOKUP, count)
        if walks(numbers, usage):
            self.metrics.suspected(Channel.LOOKUP, standing.organization_id, "walk")
        self._tell(Channel.LOOKUP, standing.organization_id, total, count, allowance)

    def lookup_allowance(self, standing: Standing) -> Allowance:
        """Return how many different numbers an account may look up in a day."""
        usage = self.profile.usage
        return usage.subscriber_lookups if standing.subscriber else usage.free_lookups

    def allow_wash(self, organization_id: str) -> None:
        """Refuse a wash whose account has used its day up.

        Raises:
            TooManyRequestsError: as it says.
        """
        if self.store.of_day(organization_id, self.today).washed >= self.profile.usage.washes.limit:
            raise self.wash_refused(organization_id)

    def wash_refused(self, organization_id: str) -> TooManyRequestsError:
        """Report that an account is past its limit of washes, and return the refusal."""
        self.metrics.suspected(Channel.WASH, organization_id, "daily_limit")
        return self._refused("wash", self.profile.usage.washes)

    def washed(self, organization_id: str, day: date, numbers: int) -> None:
        """Tell of a wash whose numbers were counted together with its end."""
        allowance = self.profile.usage.washes
        self.metrics.asked(Channel.WASH, numbers)
        total = self.store.of_day(organization_id, day).washed
        self._tell(Channel.WASH, organization_id, total, numbers, allowance)

    def month(self, organization_id: str, month: date) -> list[DayUsage]:
        """Return the days of a month on which the organization used anything."""
        return self.store.of_month(organization_id, month)

    @property
    def today(self) -> date:
        """The registry's date."""
        return self.profile.local_date(self.clock.now())

    def _refused(self, verb: str, allowance: Allowance) -> TooManyRequestsError:
        seconds = int((self.profile.end_of(self.today) - self.clock.now()).total_seconds()) + 1
        sentence = (
            f"An account may {verb} at most {allowance.limit:,} numbers a day, and one asked for again counts again; "
            "try tomorrow."
        )
        return TooManyRequestsError(sentence, seconds)

    def _tell(self, channel: Channel, organization_id: str, total: int, count: int, allowance: Allowance) -> None:
        if total - count <= allowance.alarm < total:
            self.metrics.suspected(channel, organization_id, "daily_alarm")
