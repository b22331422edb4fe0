"""The steps of `screen-complaint`."""

import math
from dataclasses import dataclass

from quietline.complaints.model import Complaint
from quietline.complaints.ports import ChangedMeanwhileError, ComplaintStore, NumberHistory
from quietline.complaints.rules import Facts, screen
from quietline.directory.model import Declaration
from quietline.directory.ports import Declarations
from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.profiles.profile import Profile
from quietline.stops.model import StopNotice
from quietline.stops.ports import StopRequests

ATTEMPTS = 8
"""Rounds of a race: each lost round means that another report of the same caller and number got on."""


@dataclass(frozen=True)
class ScreeningService:
    """The steps of `screen-complaint`; each may run again and changes nothing the second time."""

    store: ComplaintStore
    numbers: NumberHistory
    directory: Declarations
    stops: StopRequests
    clock: Clock
    profile: Profile

    def screen(self, complaint_id: str) -> Complaint:
        """Try the rules on a complaint and keep what they say.

        A version that was screened before keeps its outcome. A corrected complaint has a newer one and is screened
        anew; its call is counted where it belongs now, once.

        Raises:
            NotFoundError: there is no such complaint.
            UnavailableError: too many reports of this call came at once; try again.
        """
        for _attempt in range(ATTEMPTS):
            complaint = self._get(complaint_id)
            if complaint.screened_version >= complaint.version:
                return complaint
            reports = self.store.reports(complaint)
            declared = self._declared(complaint)
            facts = Facts(
                complaint=complaint,
                listed_since=self.numbers.listed_since(complaint.called, complaint.called_at),
                declared=declared,
                stopped=self._stopped(complaint, declared),
                reported=reports.calls,
            )
            try:
                self.store.screened(complaint, screen(facts, self.profile), reports)
            except ChangedMeanwhileError:
                continue
        raise UnavailableError("Too many reports of this call came at once.")

    def early_by(self, complaint_id: str) -> int:
        """Return in how many seconds a complaint that came with unusually many others is screened; 0 for now.

        Raises:
            NotFoundError: there is no such complaint.
        """
        until = self._get(complaint_id).slow_until
        return max(0, math.ceil((until - self.clock.now()).total_seconds())) if until else 0

    def close(self, complaint_id: str) -> Complaint:
        """Set the last stage of the screening and ask for the mail that tells it.

        A corrected complaint that is no violation any more leaves its open case.

        Raises:
            NotFoundError: there is no such complaint.
            UnavailableError: it moves between cases; try again.
        """
        for _attempt in range(ATTEMPTS):
            complaint = self._get(complaint_id)
            try:
                if complaint.case_id and _is_settled_otherwise(complaint):
                    self.store.left(complaint, self.clock.now())
                    complaint = self._get(complaint_id)
                self.store.closed(complaint, self.clock.now())
            except ChangedMeanwhileError:
                continue
            return self._get(complaint_id)
        raise UnavailableError("The complaint moves between cases.")

    def fail(self, complaint_id: str, error: str) -> None:
        """Note that screening stopped by an error of that class; the consumer sees `delayed`."""
        self.store.failed(complaint_id, error, self.clock.now())

    def _declared(self, complaint: Complaint) -> tuple[Declaration, ...]:
        if not complaint.caller_number:
            return ()
        return self.directory.declared_by(complaint.caller_number, self.profile.local_date(complaint.called_at))

    def _stopped(self, complaint: Complaint, declared: tuple[Declaration, ...]) -> StopNotice | None:
        asked = (self.stops.before(one.organization_id, complaint.called, complaint.called_at) for one in declared)
        return min((one for one in asked if one), key=lambda one: one.due_on, default=None)

    def _get(self, complaint_id: str) -> Complaint:
        found = self.store.get(complaint_id)
        if found is None:
            raise NotFoundError("There is no such complaint.")
        return found


def _is_settled_otherwise(complaint: Complaint) -> bool:
    """Whether screening found that what the complaint says now belongs to no case."""
    screened = complaint.outcome is not None and complaint.screened_version >= complaint.version
    return screened and complaint.outcome is not None and not complaint.outcome.is_violation
