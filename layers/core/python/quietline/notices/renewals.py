"""Mails before a subscription ends and before a certification is due, so that nobody loses the lists by surprise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from quietline.fees.model import Term
from quietline.kernel.clock import Clock
from quietline.notices.model import MailNotice
from quietline.notices.ports import NoticeStore
from quietline.notices.service import each
from quietline.profiles.profile import Profile
from quietline.sellers.access import CertificationState, certification_standing


@dataclass(frozen=True)
class Standing:
    """What an organization holds.

    Attributes:
        certified_version: of its newest certification; empty before the first.
        certified_on: day of it in the registry's time zone.
        terms: of the areas that it holds, past and coming ones too.
    """

    organization_id: str
    certified_version: str
    certified_on: date | None
    terms: frozenset[Term]

    def running(self, today: date) -> Term | None:
        """Return the newest term of a day."""
        return max((term for term in self.terms if term.holds(today)), key=lambda term: term.start, default=None)


class Standings(Protocol):
    """The organizations that the registry serves."""

    def every(self) -> Iterable[Standing]:
        """Return each one that has certified and is neither closed nor of the sandbox."""
        ...


@dataclass(frozen=True)
class RenewalReminders:
    """Reminds of both, once for each of the profile's days before the end."""

    store: NoticeStore
    standings: Standings
    clock: Clock
    profile: Profile

    def daily(self) -> int:
        """Send what is due today; return how many mails are new.

        Raises:
            UnavailableError: some could not be reminded; called again, it reminds only those.
        """
        today = self.profile.local_date(self.clock.now())
        return each(self.standings.every(), lambda one: self._remind(one, today))

    def _remind(self, one: Standing, today: date) -> int:
        due = [certification_due(one, today, self.profile)]
        if self.store.preferences(one.organization_id).mail_reminders:
            due.append(term_ends(one, today, self.profile))
        return sum(self.store.mail(one.organization_id, notice) for notice in due if notice)


def term_ends(one: Standing, today: date, profile: Profile) -> MailNotice | None:
    """Return the mail of today about a term that ends and was not renewed, or None."""
    term = one.running(today)
    if term is None or any(other.start >= term.end for other in one.terms):
        return None
    stage = _stage((term.end - today).days, profile)
    if stage is None:
        return None
    facts = {"ends_on": term.end.isoformat(), "days": str((term.end - today).days)}
    return MailNotice(f"term-ends-{term.end}-{stage}-{one.organization_id}", "term-ends", facts)


def certification_due(one: Standing, today: date, profile: Profile) -> MailNotice | None:
    """Return the mail of today about a certification to renew, or None; nobody can switch it off."""
    standing = certification_standing(one.certified_version, one.certified_on, one.running(today), today, profile)
    if standing.due_on is None or standing.state not in (CertificationState.DUE, CertificationState.OVERDUE):
        return None
    days = (standing.due_on - today).days
    facts = {"due_on": standing.due_on.isoformat()}
    if standing.state is CertificationState.OVERDUE:
        stage, template = -1, "certification-overdue"
    else:
        # a new text may come longer ahead than the first reminder
        stage, template = _stage(days, profile) or days_before(profile)[0], "certification-due"
    return MailNotice(f"{template}-{standing.due_on}-{stage}-{one.organization_id}", template, facts)


def days_before(profile: Profile) -> tuple[int, ...]:
    """Return how many days before an end reminders go out, the earliest first."""
    return tuple(sorted(profile.sellers.renewal_reminder_days, reverse=True))


def _stage(days: int, profile: Profile) -> int | None:
    """Return the latest of the reminders that is due with so many days left; None before the first."""
    return min((one for one in days_before(profile) if days <= one), default=None)
