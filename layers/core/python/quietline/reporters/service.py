"""Taking batches of trusted reporters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quietline.complaints.service import ComplaintService
from quietline.kernel.errors import (
    FieldError,
    InvalidInputError,
    UnavailableError,
)
from quietline.parties.model import Party
from quietline.parties.ports import PartyReader
from quietline.parties.service import admitted
from quietline.profiles.profile import Profile
from quietline.reporters.model import Row, RowResult
from quietline.reporters.ports import Sent

REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(frozen=True)
class BatchService:
    """Takes batches; each row is taken whole or refused with its reasons, and no row hinders another."""

    reporters: PartyReader
    sent: Sent
    complaints: ComplaintService
    profile: Profile

    def take(self, client_id: str, rows: Sequence[Row]) -> tuple[RowResult, ...]:
        """Take every valid row; one that was sent before is answered with its complaint.

        Args:
            client_id: who sends.
            rows: at most the profile's `complaints.max_batch`.

        Raises:
            ForbiddenError: the client is no reporter's, or was disabled.
            InvalidInputError: no row or too many.
            UnavailableError: the registry had trouble; send the batch again as it is.
        """
        reporter = admitted(self.reporters, client_id, "This machine client is not a trusted reporter's.")
        most = self.profile.complaints.max_batch
        if not 1 <= len(rows) <= most:
            message = f"Send between 1 and {most} complaints."
            raise InvalidInputError(message, (FieldError("/complaints", message, "batch_count"),))
        return tuple(self._row(reporter, index, row) for index, row in enumerate(rows))

    def _row(self, reporter: Party, index: int, row: Row) -> RowResult:
        name = row.client_reference
        if not REFERENCE.fullmatch(name):
            wrong = FieldError("/client_reference", "Use 1 to 64 letters, digits or . _ : -", "client_reference")
            return RowResult(index, name[:64], errors=(wrong,))
        if known := self.sent.sent(reporter.code, name):
            return RowResult(index, name, known)
        try:
            made = self.complaints.submit(row.form, reporter.code, name)
        except InvalidInputError as error:
            return RowResult(index, name, errors=error.fields or (FieldError("", str(error)),))
        except UnavailableError:
            # the same row in another request, at the same moment
            if known := self.sent.sent(reporter.code, name):
                return RowResult(index, name, known)
            raise
        return RowResult(index, name, made.reference, is_new=True)
