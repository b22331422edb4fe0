"""What is metered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from quietline.kernel.phone import PhoneNumber
from quietline.profiles.profile import Usage

type Day = date


class Channel(StrEnum):
    """How numbers are asked for; the value is also the name of the day's counter."""

    LOOKUP = "looked_up"
    WASH = "washed"


@dataclass(frozen=True)
class Agent:
    """A telemarketer that acts for a seller's SAN, by its own."""

    organization_id: str
    san: str


def in_receipt(agent: Agent | None) -> dict[str, str]:
    """Return what a receipt says of the agent, besides the SAN that it is for; nothing without one."""
    return {"agent_san": agent.san, "agent_organization": agent.organization_id} if agent else {}


@dataclass(frozen=True)
class Standing:
    """How an organization stands with the registry.

    Attributes:
        organization_id: whose numbers are counted.
        san: its subscription account number; empty before it has certified.
        areas: what it is entitled to today.
        subscriber: whether it has paid for areas, or is exempt and holds some.
        agent: who acts for it, when it is not itself.

    """

    organization_id: str
    san: str
    areas: frozenset[str]
    subscriber: bool
    agent: Agent | None = None


@dataclass(frozen=True)
class AgentUsage:
    """What one agent asked for on a day."""

    looked_up: int = 0
    washed: int = 0


@dataclass(frozen=True)
class DayUsage:
    """Different numbers that a list answered on one day of the registry, summed over the questions.

    Those that are then `stop_requested` count, those that no list answers for do not.

    `agents` are the parts of these sums that agents asked for, by the agent's SAN.
    """

    day: Day
    looked_up: int = 0
    washed: int = 0
    agents: Mapping[str, AgentUsage] = field(default_factory=dict)


@dataclass(frozen=True)
class Take:
    """Numbers to count on a day, unless the day's sum would pass the limit; `agent_san` names who asked for another."""

    organization_id: str
    day: Day
    channel: Channel
    numbers: int
    limit: int
    agent_san: str = ""


def walks(numbers: Collection[PhoneNumber], usage: Usage) -> bool:
    """Tell whether a question steps through the number space instead of asking for people's numbers.

    Args:
        numbers: different numbers.
        usage: the profile's part: from how many numbers on, and how many of a hundred with their neighbour.
    """
    if len(numbers) < usage.walk_numbers:
        return False
    values = {int(number.e164[1:]) for number in numbers}
    followed = sum(value + 1 in values for value in values)
    return followed * 100 > usage.walk_percent * len(values)
