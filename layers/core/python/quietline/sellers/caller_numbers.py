"""Use cases of caller numbers: the numbers from which an organization calls, or lets others call for it.

They tell investigators and consumers whose a call was. Two organizations may declare the same number: a telemarketer
and the seller that it calls for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from quietline.directory.model import CallerNumbers
from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    InvalidPhoneNumberError,
    NotFoundError,
)
from quietline.kernel.phone import parse_any
from quietline.profiles.profile import Profile
from quietline.sellers.model import EventAction, OrganizationEvent
from quietline.sellers.ports import Caller
from quietline.sellers.service import OrganizationService


class CallerNumberStore(Protocol):
    """Where caller numbers are kept."""

    def read(self, organization_id: str) -> CallerNumbers:
        """Return what an organization declares; version 0 before the first change."""
        ...

    def replace(self, before: CallerNumbers, after: CallerNumbers, event: OrganizationEvent) -> bool:
        """Store the next version; False when another one is stored, or the organization was closed."""
        ...


@dataclass(frozen=True)
class CallerNumberService:
    """The numbers that an organization declares."""

    service: OrganizationService
    numbers: CallerNumberStore
    clock: Clock
    profile: Profile

    def read(self, caller: Caller, organization_id: str) -> CallerNumbers:
        """Return what the caller's organization declares and has declared.

        Raises:
            ForbiddenError: the caller acts in no organization, or as an agent.
            NotFoundError: it is another organization's.
        """
        _own(self.service.of(caller).organization_id, organization_id)
        return self.numbers.read(organization_id)

    def replace(self, caller: Caller, organization_id: str, numbers: Sequence[str], version: int) -> CallerNumbers:
        """Declare just these numbers from today on; the same set again changes nothing.

        Args:
            caller: an authorized representative.
            organization_id: theirs.
            numbers: as people write them, of any country and type; repeated ones count once.
            version: of the set that was read.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            NotFoundError: it is another organization's.
            InvalidInputError: `/numbers/<index>` is no number, or `/numbers` are too many.
            ConflictError: the organization has not certified, or the set has changed since it was read.
        """
        acts = self.service.representative(caller)
        _own(acts.organization_id, organization_id)
        if not acts.san:
            raise ConflictError("Certify first; then the organization may declare its numbers.")
        wanted = self._read_all(numbers)
        before = self.numbers.read(organization_id)
        if before.version != version:
            raise _changed()
        if wanted == set(before.current):
            return before
        now = self.clock.now()
        today = self.profile.local_date(now)
        # no complaint about a call before this day is taken any more
        forgotten = today - timedelta(days=self.profile.complaints.window_days)
        after = before.replaced(wanted, today, forgotten)
        limits = self.profile.sellers.caller_numbers
        if sum(map(len, after.spans.values())) > limits.with_past:
            raise ConflictError(
                "Your numbers have changed too often for the registry to keep all of them; write to it."
            )
        count = {"added": str(len(wanted - set(before.current))), "removed": str(len(set(before.current) - wanted))}
        event = OrganizationEvent(now, EventAction.CALLER_NUMBERS, caller.sub, count)
        if not self.numbers.replace(before, after, event):
            raise _changed()
        return after

    def _read_all(self, numbers: Sequence[str]) -> set[str]:
        found: set[str] = set()
        wrong: list[FieldError] = []
        for index, text in enumerate(numbers):
            try:
                found.add(parse_any(text, self.profile.rules).e164)
            except InvalidPhoneNumberError as error:
                wrong.append(FieldError(f"/numbers/{index}", str(error), error.reason))
        most = self.profile.sellers.caller_numbers.most
        if len(found) > most:
            wrong.append(FieldError("/numbers", f"At most {most} numbers can be declared.", "too_many_declared"))
        if wrong:
            raise InvalidInputError("See `errors` for each number that is wrong.", tuple(wrong))
        return found


def _own(mine: str, asked: str) -> None:
    if mine != asked:
        raise NotFoundError("There is no such organization.")


def _changed() -> ConflictError:
    return ConflictError("The caller numbers have changed since you read them; read them again.")
