"""What a notice is about."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Preferences:
    """Which mails an organization wants. Nobody wants a mail for each list of a year; a reminder hurts nobody."""

    mail_published: bool = False
    mail_reminders: bool = True


@dataclass(frozen=True)
class Freshness:
    """How old an organization's list is: the date of its newest pull's list, and the age it was last reminded of."""

    organization_id: str
    list_date: date
    reminded: int = 0

    def due(self, today: date, ages: tuple[int, ...]) -> int | None:
        """Return the age to remind of today: the highest that is reached and not told yet, so that a skipped day or
        two make one mail and not three.
        """
        age = (today - self.list_date).days
        return max((one for one in ages if self.reminded < one <= age), default=None)


@dataclass(frozen=True)
class PublishedList:
    """A published list, as a notice tells of it."""

    date: date
    cutoff: datetime
    areas: int
    numbers: int
    added: int
    removed: int
    sha256: str


@dataclass(frozen=True)
class MailNotice:
    """A mail to an organization's contact; `id` makes it one mail however often it is asked for."""

    id: str
    template: str
    facts: dict[str, str]


@dataclass(frozen=True)
class Calendar:
    """A feed that somebody made; its token is kept only as a hash."""

    id: str
    organization_id: str
    name: str
    created_at: datetime
    by: str


@dataclass(frozen=True)
class Deadlines:
    """What an organization's calendar is made of; `terms` are (first day, first day after) of its subscriptions."""

    organization_id: str
    language: str
    list_date: date | None
    terms: frozenset[tuple[date, date]]
