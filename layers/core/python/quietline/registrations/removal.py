"""Take numbers off the list at their owner's wish, and take that back; see docs/adr/0030-self-service.md.

A stranger must not remove a number. What a mailbox proves is only that the same person acts again, so a mailbox may
remove just the listing that it began itself, and no more once another mailbox has confirmed the number too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from quietline.kernel.clock import to_text
from quietline.kernel.errors import UnavailableError
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.links import REMOVE_NUMBERS, UNDO_REMOVAL
from quietline.registrations.model import REGISTERED_BY, REMOVED_BY, NumberRecord
from quietline.registrations.ports import ChangedMeanwhileError, NumberStore
from quietline.registrations.requests import (
    ATTEMPTS,
    BUSY,
    Letter,
    RegistrationReader,
    RequestDesk,
    registration_of,
)
from quietline.registrations.typed import check_typed


@dataclass(frozen=True)
class RemovedNumbers:
    """What holds after a removal.

    Attributes:
        numbers: that left the list.
        off_from: the registry's date from which they are on no published list.
        undo_until: until then the mailed link takes it back.
    """

    numbers: tuple[PhoneNumber, ...]
    off_from: date
    undo_until: datetime


@dataclass(frozen=True)
class RestoredNumbers:
    """What holds after a removal was taken back: the numbers are listed as if they had never left."""

    numbers: tuple[PhoneNumber, ...]


@dataclass(frozen=True)
class RemovalService:
    """The use cases of a removal."""

    desk: RequestDesk
    numbers: NumberStore
    registrations: RegistrationReader

    def ask(self, numbers: Sequence[str], email: str, language: str) -> None:
        """Mail a link that removes those of the numbers that this mailbox may remove.

        The mail says of each other number that it cannot be removed from this mailbox, and the same of a number that
        is not registered at all.

        Raises:
            InvalidInputError: with every wrong field: `/numbers`, `/numbers/<i>`, `/email`, `/language`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        parsed, address = check_typed(numbers, email, language, self.desk.profile)
        email_hash = self.desk.hash_of(address)
        records = self.numbers.get_many(parsed)
        allowed = [number for number in parsed if self._may(records.get(number), email_hash)]
        rows = tuple({"text": "yes" if number in allowed else "no", "number": str(number)} for number in parsed)
        letter = Letter("confirm-removal", {}, rows, REMOVE_NUMBERS) if allowed else Letter("removal-not-possible")
        self.desk.post("removal", allowed, address, language, letter)

    def remove(self, token: str) -> RemovedNumbers:
        """Use the link: take the numbers off the list, in one transaction, and mail the link that takes it back.

        A number that meanwhile left the list, or was confirmed from another mailbox, stays as it is.

        Raises:
            LinkError: `forged`, `request_used` or `request_expired`.
            UnavailableError: too many transactions met; nothing was changed, the link still works.
        """
        rules = self.desk.profile.registration
        for _ in range(ATTEMPTS):
            request = self.desk.waiting(token, "removal", REMOVE_NUMBERS)
            records = self.numbers.get_many(request.numbers)
            mine = [record for record in records.values() if self._may(record, request.email_hash)]
            if not mine:
                raise links.refused("request_used")
            now = self.desk.clock.now()
            removed = RemovedNumbers(
                tuple(record.number for record in mine),
                self.desk.profile.local_date(now) + timedelta(days=rules.listed_after_days),
                now + timedelta(hours=rules.undo_hours),
            )
            facts = {
                "numbers": ", ".join(str(number) for number in removed.numbers),
                "off_from": removed.off_from.isoformat(),
                "undo_until": to_text(removed.undo_until),
            }
            try:
                self.desk.requests.change(
                    request,
                    replace(request, state="done", done_at=now, numbers=removed.numbers),
                    [(record, record.changed("D", now, REMOVED_BY + request.id)) for record in mine],
                    now,
                    Letter("numbers-removed", facts, purpose=UNDO_REMOVAL),
                )
            except ChangedMeanwhileError:
                continue
            return removed
        raise UnavailableError(BUSY)

    def undo(self, token: str) -> RestoredNumbers:
        """Use the link that takes a removal back: the numbers are listed again and keep their date.

        A number that somebody registered again meanwhile stays as it is.

        Raises:
            LinkError: `forged`, `request_used` (also when nothing is left to take back) or `request_expired`.
            UnavailableError: too many transactions met; nothing was changed, the link still works.
        """
        hours = self.desk.profile.registration.undo_hours
        for _ in range(ATTEMPTS):
            request = self.desk.opened(token, "removal", UNDO_REMOVAL)
            if request.done_at is None:
                raise links.refused("forged")  # its link was never mailed
            now = self.desk.clock.now()
            if request.state != "done":
                raise links.refused("request_used")
            if now >= request.done_at + timedelta(hours=hours):
                raise links.refused("request_expired")
            records = self.numbers.get_many(request.numbers).values()
            by = REMOVED_BY + request.id
            gone = [record for record in records if record.history[-1].by == by]
            if not gone:
                raise links.refused("request_used")
            numbers = tuple(record.number for record in gone)
            try:
                self.desk.requests.change(
                    request,
                    replace(request, state="undone"),
                    [(record, record.restored(now, request.id)) for record in gone],
                    now,
                    Letter("removal-undone", {"numbers": ", ".join(map(str, numbers))}),
                )
            except ChangedMeanwhileError:
                continue
            return RestoredNumbers(numbers)
        raise UnavailableError(BUSY)

    def _may(self, record: NumberRecord | None, email_hash: str) -> bool:
        begun = registration_of(record, self.registrations)
        return (
            record is not None
            and record.begun_by.startswith(REGISTERED_BY)
            and not record.contested
            and begun is not None
            and begun.email_hash == email_hash
        )
