"""Cases as data: when one opens, who works it, and what makes it urgent."""

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trigger(_Part):
    """A case opens when so many different people complained of one caller within so many days.

    `robocalls_only` and `after_stop_request` count only complaints of recorded messages, or of calls that came although
    the consumer had asked the caller to stop.
    """

    code: str
    complainants: int = Field(ge=1)
    days: int = Field(ge=1)
    robocalls_only: bool = False
    after_stop_request: bool = False
    source: str


class Agency(_Part):
    """One of the agencies that share the queue. The first of the profile gets what nobody claims."""

    key: str = Field(pattern=r"[a-z]{2,20}")
    name: dict[str, str]
    source: str


class Weight(_Part):
    """How many points a fact adds: `each` time, up to `most`."""

    each: int = Field(ge=0)
    most: int = Field(ge=0)


class PriorityWeights(_Part):
    """What makes a case urgent; see `cases.priority` for what each counts. The sum of all `most` is 100."""

    complainants: Weight
    robocalls: Weight
    """`each` percent of robocalls among the complaints, in tenths."""
    stop_ignored: Weight
    odd_hours: Weight
    earlier_findings: Weight
    recent: Weight
    """`most` for a call of the last `recent_days` days, `each` for one of three times as many."""
    recent_days: int


class Hours(_Part):
    """Hours of the local day in which sales calls are allowed: from `opens`, before `closes`."""

    opens: int
    closes: int
    source: str


class Cases(_Part):
    """When a case opens, who works it, how long its review may take, and how it may end."""

    window_days: int
    review_days: int
    decisions: tuple[str, ...]
    findings: tuple[str, ...]
    """Decisions that say that the caller did wrong."""
    triggers: tuple[Trigger, ...]
    agencies: tuple[Agency, ...]
    calling_hours: Hours
    priority: PriorityWeights

    @property
    def agency_keys(self) -> tuple[str, ...]:
        """The agencies' keys, the one that gets new cases first."""
        return tuple(agency.key for agency in self.agencies)
