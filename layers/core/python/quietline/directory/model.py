"""Numbers that organizations declare to call from, with the days of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Days of the registry on which a number was declared, both included; `until` is None while it still is."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the number was declared on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class CallerNumbers:
    """What one organization declares, and has declared.

    Attributes:
        organization_id: whose.
        version: grows with each change; 0 before the first.
        spans: number in E.164 → its days, oldest first; only the last may go on.
    """

    organization_id: str
    version: int = 0
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict, repr=False)

    @property
    def current(self) -> dict[str, date]:
        """The numbers declared now, each with its first day."""
        return {number: spans[-1].since for number, spans in sorted(self.spans.items()) if spans[-1].until is None}

    @property
    def past(self) -> list[tuple[str, Span]]:
        """What was declared and is not any more, the newest end first."""
        ended = [(number, span) for number, spans in self.spans.items() for span in spans if span.until is not None]
        return sorted(ended, key=lambda one: (one[1].until or date.min, one[0]), reverse=True)

    def on(self, number: str, day: date) -> Span | None:
        """Return the span of a number that covers a day."""
        return next((span for span in self.spans.get(number, ()) if span.covers(day)), None)

    def replaced(self, numbers: Collection[str], today: date, forget_before: date) -> "CallerNumbers":
        """Return the next version, in which just these numbers are declared.

        A number that comes back on the day it went, or on the next, was never away.

        Args:
            numbers: in E.164.
            today: the registry's date: the first day of what is new, the last of what goes.
            forget_before: spans that ended before this day are dropped.
        """
        spans: dict[str, tuple[Span, ...]] = {}
        for number in {*self.spans, *numbers}:
            known = self.spans.get(number, ())
            after = _declared(known, today) if number in numbers else _ended(known, today)
            kept = tuple(span for span in after if span.until is None or span.until >= forget_before)
            if kept:
                spans[number] = kept
        return CallerNumbers(self.organization_id, self.version + 1, spans)


@dataclass(frozen=True)
class Declaration:
    """An organization that had declared a number on the day asked for; `san` and `name` are those of today."""

    organization_id: str
    san: str
    name: str
    since: date
    until: date | None = None


def _declared(spans: tuple[Span, ...], today: date) -> tuple[Span, ...]:
    if not spans:
        return (Span(today),)
    last = spans[-1]
    if last.until is None:
        return spans
    if last.until + ONE_DAY >= today:
        return (*spans[:-1], Span(last.since))
    return (*spans, Span(today))


def _ended(spans: tuple[Span, ...], today: date) -> tuple[Span, ...]:
    if not spans or spans[-1].until is not None:
        return spans
    return (*spans[:-1], Span(spans[-1].since, today))
