"""Who may get lists: an organization that the registry serves and whose certification holds. Pure functions.

A certification holds for a term: for the subscription's, where it was made in the term or in the renewal window before
it; without a subscription for as long from its own day. A new text supersedes it from its first day. What comes after
is the profile's grace, in which lists are still handed out.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quietline.fees.model import Term
from quietline.kernel.errors import CertificationDueError, OrganizationClosedError, OrganizationSuspendedError
from quietline.profiles.profile import Profile
from quietline.profiles.sellers import CertificationText
from quietline.sellers.model import Membership, OrganizationStatus

READ = "Read the text with GET /v1/certifications/current or `quietline certify`, then certify it."


class CertificationState(StrEnum):
    """How an organization's certification stands."""

    MISSING = "missing"
    """It has never certified: it has no SAN and gets no lists."""
    CURRENT = "current"
    DUE = "due"
    """To be renewed; lists are still handed out."""
    OVERDUE = "overdue"
    """Lists are refused."""


@dataclass(frozen=True)
class CertificationStanding:
    """How it stands today.

    Attributes:
        text: what is to be certified today.
        held_until: the day from which the certification holds no more; None where there is none.
        due_on: the last day on which lists are handed out without a new one; None where there is none.
    """

    state: CertificationState
    text: CertificationText
    held_until: date | None = None
    due_on: date | None = None


def certification_standing(
    version: str, certified_on: date | None, term: Term | None, today: date, profile: Profile
) -> CertificationStanding:
    """Say whether a certification holds.

    Args:
        version: of the text that was certified last.
        certified_on: when, by the registry's calendar; None for never.
        term: the subscription's term that runs today; None without a subscription.
        today: by the registry's calendar.
        profile: gives texts, term, renewal window and grace.
    """
    text = profile.certification(today)
    if certified_on is None:
        return CertificationStanding(CertificationState.MISSING, text)
    window = timedelta(days=profile.sellers.renewal_window_days)
    held_until = _held_until(certified_on, term, window, profile.organizations.certification_months)
    due_from = held_until - window
    if version != text.version:
        held_until = min(held_until, text.since)
        due_from = min(due_from, text.since)
    due_on = held_until + timedelta(days=profile.organizations.certification_grace_days)
    state = CertificationState.CURRENT
    if today > due_on:
        state = CertificationState.OVERDUE
    elif today >= due_from:
        state = CertificationState.DUE
    return CertificationStanding(state, text, held_until, due_on)


def standing_of(membership: Membership, term: Term | None, today: date, profile: Profile) -> CertificationStanding:
    """Say how a membership's organization stands with its certification; see `certification_standing`."""
    certified_on = profile.local_date(membership.certified_at) if membership.certified_at else None
    return certification_standing(membership.certified_version, certified_on, term, today, profile)


def may_get_lists(membership: Membership, term: Term | None, today: date, profile: Profile) -> Membership:
    """Return the membership when its organization may download, look up and wash.

    Raises:
        OrganizationSuspendedError: the registry has suspended it.
        OrganizationClosedError: it was closed.
        CertificationDueError: it has never certified, or its certification does not hold any more.
    """
    served(membership)
    standing = standing_of(membership, term, today, profile)
    if standing.state is CertificationState.MISSING:
        raise CertificationDueError(f"Your organization must certify how it uses the registry first. {READ}")
    if standing.state is CertificationState.OVERDUE:
        raise CertificationDueError(
            f"Your organization had to certify version {standing.text.version} by {standing.due_on}. {READ}"
        )
    return membership


def served(membership: Membership) -> Membership:
    """Return the membership when the registry serves its organization.

    Raises:
        OrganizationSuspendedError: it is suspended.
        OrganizationClosedError: it was closed.
    """
    if membership.status is OrganizationStatus.SUSPENDED:
        raise OrganizationSuspendedError(
            "The registry has suspended your organization: no lists, lookups or washes. "
            "GET /v1/organizations/mine says why."
        )
    return not_closed(membership)


def not_closed(membership: Membership) -> Membership:
    """Return the membership when its organization was not closed.

    Raises:
        OrganizationClosedError: it was.
    """
    if membership.status is OrganizationStatus.CLOSED:
        raise OrganizationClosedError(
            "This organization was closed. Its records can be read; create a new one to go on."
        )
    return membership


def _held_until(certified_on: date, term: Term | None, window: timedelta, months: int) -> date:
    if term is None:
        return _months_later(certified_on, months)
    if certified_on < term.start - window:
        return term.start
    # made in the renewal window, it is that of the next term already
    return term.end if certified_on < term.end - window else _months_later(term.end, months)


def _months_later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    # a day that the month does not have becomes the 28th
    for number in (day.day, 28):
        try:
            return date(index // 12, index % 12 + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th day")
