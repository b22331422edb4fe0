"""What an account has asked for, by day."""

import datetime as dt
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.usage.model import DayUsage

from functions.seller_api.wiring import app, member, metering, orders, standing_of


class AgentDayOut(Model):
    """What one agent asked for; part of the day's sums."""

    san: str
    looked_up: int
    washed: int


class DayOut(Model):
    """Different numbers that a list answered, summed over the day's lookups and over its washes."""

    date: dt.date
    looked_up: int
    washed: int
    agents: list[AgentDayOut] = Field(description="The parts of these sums that agents on your SAN asked for.")


class UsageOut(Model):
    """A month's days, their sums, and what a day may hold."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "month": "2026-11",
                    "looked_up": 3002,
                    "washed": 981220,
                    "days": [{"date": "2026-11-24", "looked_up": 3002, "washed": 981220, "agents": []}],
                    "lookups_per_day": 500000,
                    "washes_per_day": 50000000,
                }
            ]
        }
    )

    month: str
    looked_up: int
    washed: int
    days: list[DayOut] = Field(description="Days of the registry's time zone on which anything was asked.")
    lookups_per_day: int = Field(
        description="Beyond so many numbers a lookup is refused that day (429); one asked for again counts again."
    )
    washes_per_day: int = Field(description="The same of washes.")


@route(
    app,
    "GET",
    "/v1/organizations/mine/usage",
    Rule.MEMBER,
    summary="Read what the organization has asked for",
    description="Counts only: which numbers were asked for is not kept.",
    tags=["Organizations"],
    operation_id="readUsage",
    responses=documented(200, "The month's usage.", UsageOut, 400, 401, 403),
)
def read(
    month: Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="This month by default.")] = "",
) -> UsageOut:
    """Return a month's usage."""
    found, meter = member(), metering()
    acts = standing_of(found, orders().entitlements(found.organization_id))
    first = dt.date.fromisoformat(f"{month}-01") if month else meter.today.replace(day=1)
    days = meter.month(acts.organization_id, first)
    return UsageOut(
        month=first.isoformat()[:7],
        looked_up=sum(day.looked_up for day in days),
        washed=sum(day.washed for day in days),
        days=[_day(day) for day in days],
        lookups_per_day=meter.lookup_allowance(acts).limit,
        washes_per_day=meter.profile.usage.washes.limit,
    )


def _day(day: DayUsage) -> DayOut:
    agents = [AgentDayOut(san=san, looked_up=one.looked_up, washed=one.washed) for san, one in day.agents.items()]
    return DayOut(date=day.day, looked_up=day.looked_up, washed=day.washed, agents=agents)
