"""Questions to the reported calls, with the parameters of the FTC's API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.opendata.model import Row
from quietline.opendata.summary import entries
from quietline.profiles.profile import Profile

TIMES = ("created", "violation")
PARAMETERS = (
    *(f"{time}_date{end}" for time in TIMES for end in ("", "_from", "_to")),
    "state",
    "city",
    "area_code",
    "is_robocall",
    "sort_order",
    "items_per_page",
    "offset",
    "api_key",
)
MOST = 10**7
"""No offset is larger."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Instants as texts, `2026-03-05 00:03:04`, both included; they sort in the order of time."""

    low: str
    high: str

    def holds(self, text: str) -> bool:
        """Return whether an instant lies in it."""
        return self.low <= text <= self.high

    def days(self, day: str) -> bool | None:
        """Return whether a whole day lies in it, or None where only a part of the day does."""
        first, last = f"{day} 00:00:00", f"{day} 23:59:59"
        if self.low <= first and last <= self.high:
            return True
        return False if last < self.low or first > self.high else None


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked for; what is None does not matter."""

    created: Span | None = None
    violation: Span | None = None
    state: str | None = None
    city: str | None = None
    area: str | None = None
    robocall: bool | None = None
    newest_first: bool = False
    limit: int = 50
    offset: int = 0

    def matches(self, row: Row) -> bool:
        """Return whether a row is asked for."""
        return (
            (self.created is None or self.created.holds(row.created))
            and (self.violation is None or self.violation.holds(row.violation))
            and (self.state is None or row.state.casefold() == self.state)
            and (self.city is None or row.city.casefold() == self.city)
            and (self.area is None or row.area == self.area)
            and (self.robocall is None or (row.robocall == "Y") == self.robocall)
        )

    def count(self, summary: Mapping[str, Any]) -> int | None:
        """Return how many rows of a file are asked for, from what they count up to; None where the rows must tell."""
        created = _within(summary, "created", self.created, self.robocall)
        violation = _within(summary, "violations", self.violation, self.robocall)
        placed = self.state is not None or self.area is not None
        places = 0
        for (state, area), calls, robocalls in entries(summary, "places"):
            if (self.state is None or state.casefold() == self.state) and (self.area is None or area == self.area):
                places += _of(calls, robocalls, self.robocall)
        counts = [count for count, _exact, _all in (created, violation)] + [places]
        if 0 in counts:
            return 0
        if self.city is not None or not (created[1] and violation[1]):
            return None
        limiting = [count for count, _exact, whole in (created, violation) if not whole] + [places] * placed
        if len(limiting) > 1:
            return None
        return limiting[0] if limiting else places


def _of(calls: int, robocalls: int, robocall: bool | None) -> int:
    if robocall is None:
        return calls
    return robocalls if robocall else calls - robocalls


def _within(summary: Mapping[str, Any], table: str, span: Span | None, robocall: bool | None) -> tuple[int, bool, bool]:
    """Return how many rows may lie in the span, whether that is exact, and whether all rows do."""
    total, exact, whole = 0, True, True
    for (day,), calls, robocalls in entries(summary, table):
        inside = True if span is None else span.days(day)
        exact &= inside is not None
        whole &= inside is True
        if inside is not False:
            total += _of(calls, robocalls, robocall)
    return total, exact, whole


def read_query(given: Mapping[str, str], profile: Profile) -> Query:
    """Read the parameters of a request.

    Raises:
        InvalidInputError: names every parameter that is wrong. One that is unknown is refused as well: left aside it
            would answer another question.
    """
    wrong: list[FieldError] = []
    if not set(given) <= set(PARAMETERS):
        detail = f"A parameter is not known; known are {', '.join(PARAMETERS)}."
        wrong.append(FieldError("/", detail, "parameter_not_known"))
    spans = {time: _span(time, given, wrong) for time in TIMES}
    robocall = given.get("is_robocall", "").strip().strip('"').lower()
    if robocall not in ("", "true", "false"):
        wrong.append(FieldError("/is_robocall", "Give true or false.", "is_robocall"))
    state = _text(given, "state")
    known = profile.statistics.state_of.get(state.casefold())
    if state and known is None:
        wrong.append(FieldError("/state", "Give a state's full name or its postal code.", "state"))
    city = _text(given, "city")
    if city and not state:
        wrong.append(FieldError("/city", "Give the state besides the city.", "city_without_state"))
    order = _text(given, "sort_order").upper()
    if order not in ("", "ASC", "DESC"):
        wrong.append(FieldError("/sort_order", "Give ASC (oldest first) or DESC.", "sort_order"))
    page = profile.open_data.page
    limit = _whole(given, "items_per_page", page, (1, page), wrong)
    offset = _whole(given, "offset", 0, (0, MOST), wrong)
    area = _text(given, "area_code")
    ranged = any(f"{time}_date{end}" in given for time in TIMES for end in ("_from", "_to"))
    if ranged and sum(map(bool, (state, area, robocall))) > 1:
        detail = "A range of dates combines with one of state, area_code and is_robocall only."
        wrong.append(FieldError("/", detail, "too_many_filters"))
    if wrong:
        raise InvalidInputError("See `errors` for each parameter that is wrong.", tuple(wrong))
    return Query(
        created=spans["created"],
        violation=spans["violation"],
        state=known.name.casefold() if known else None,
        city=city.casefold() or None,
        area=area or None,
        robocall=None if not robocall else robocall == "true",
        newest_first=order == "DESC",
        limit=limit,
        offset=offset,
    )


def _text(given: Mapping[str, str], name: str) -> str:
    return " ".join(given.get(name, "").strip().strip('"').split())[:100]


def _span(time: str, given: Mapping[str, str], wrong: list[FieldError]) -> Span | None:
    name = f"{time}_date"
    exact, low, high = (_date(f"{name}{end}", given, wrong) for end in ("", "_from", "_to"))
    if exact and (low or high):
        wrong.append(FieldError(f"/{name}", f"Give {name} or a range, not both.", "date_and_range"))
    if exact:
        low = high = exact
    if not low and not high:
        return None
    return Span(
        low=f"{low} 00:00:00"[:19] if low and len(low) == 10 else low or "",
        high=f"{high} 23:59:59"[:19] if high and len(high) == 10 else high or "9",
    )


def _date(name: str, given: Mapping[str, str], wrong: list[FieldError]) -> str:
    """Return `2026-03-05` or `2026-03-05 00:03:04`, as it was given with or without double quotes; empty for none."""
    text = given.get(name, "").strip().strip('"').replace("T", " ")
    if not text:
        return ""
    try:
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
        if len(text) == 19:
            return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        pass
    detail = 'Give the date as "2026-03-05" or "2026-03-05 00:03:04".'
    wrong.append(FieldError(f"/{name}", detail, "not_a_date"))
    return ""


def _whole(given: Mapping[str, str], name: str, usual: int, bounds: tuple[int, int], wrong: list[FieldError]) -> int:
    least, most = bounds
    text = given.get(name, "").strip()
    if not text:
        return usual
    if text.isascii() and text.isdecimal() and len(text) <= 8 and least <= int(text) <= most:
        return int(text)
    wrong.append(FieldError(f"/{name}", f"Give a whole number from {least} to {most:,}.", "out_of_range"))
    return usual
