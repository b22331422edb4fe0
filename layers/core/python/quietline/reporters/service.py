"""Taking batches of trusted reporters, and administering who they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quietline.complaints.service import ComplaintService
from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    FieldError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile
from quietline.reporters.model import Reporter, Row, RowResult
from quietline.reporters.ports import Clients, Reporters

REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(frozen=True)
class BatchService:
    """Takes batches; each row is taken whole or refused with its reasons, and no row hinders another."""

    reporters: Reporters
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
        reporter = self.reporters.get(client_id)
        if reporter is None or reporter.disabled_at is not None:
            raise ForbiddenError("This machine client is not a trusted reporter's.")
        most = self.profile.complaints.max_batch
        if not 1 <= len(rows) <= most:
            message = f"Send between 1 and {most} complaints."
            raise InvalidInputError(message, (FieldError("/complaints", message, "batch_count"),))
        return tuple(self._row(reporter, index, row) for index, row in enumerate(rows))

    def _row(self, reporter: Reporter, index: int, row: Row) -> RowResult:
        name = row.client_reference
        if not REFERENCE.fullmatch(name):
            wrong = FieldError("/client_reference", "Use 1 to 64 letters, digits or . _ : -", "client_reference")
            return RowResult(index, name[:64], errors=(wrong,))
        if known := self.reporters.sent(reporter.code, name):
            return RowResult(index, name, known)
        try:
            made = self.complaints.submit(row.form, reporter.code, name)
        except InvalidInputError as error:
            return RowResult(index, name, errors=error.fields or (FieldError("", str(error)),))
        except UnavailableError:
            # the same row in another request, at the same moment
            if known := self.reporters.sent(reporter.code, name):
                return RowResult(index, name, known)
            raise
        return RowResult(index, name, made.reference, is_new=True)


@dataclass(frozen=True)
class ReporterAdministration:
    """What an operator does with reporters' machine clients."""

    reporters: Reporters
    clients: Clients
    clock: Clock

    def add(self, code: str, name: str) -> tuple[Reporter, str]:
        """Make a machine client for a reporter; return it and its secret, which is kept nowhere here.

        Args:
            code: what complaints name the reporter by: 2 to 20 letters and digits.
            name: for people.

        Raises:
            InvalidInputError: the code or the name cannot be used.
        """
        if not (2 <= len(code) <= 20 and code.isascii() and code.isalnum()):
            message = "A reporter's code is 2 to 20 letters and digits."
            raise InvalidInputError(message, (FieldError("/code", message, "code_not_valid"),))
        if not 1 <= len(name.strip()) <= 100:
            message = "A reporter's name has 1 to 100 characters."
            raise InvalidInputError(message, (FieldError("/name", message, "name_not_valid"),))
        now = self.clock.now()
        client_id, secret = self.clients.create_client(f"reporter-{code}-{new_ulid(now)}")
        reporter = Reporter(client_id, code.upper(), name.strip(), now)
        try:
            self.reporters.add(reporter)
        except Exception:
            # a client that belongs to nobody would be a credential nobody can see or remove
            self.clients.delete_client(client_id)
            raise
        return reporter, secret

    def all(self) -> list[Reporter]:
        """Return all reporters' clients, oldest first."""
        return sorted(self.reporters.all(), key=lambda reporter: reporter.created_at)

    def disable(self, client_id: str) -> Reporter:
        """Stop serving a machine client, at once and for good; its complaints stay.

        Raises:
            NotFoundError: there is no such client.
        """
        found = self.reporters.get(client_id)
        if found is None:
            raise NotFoundError("There is no such machine client of a reporter.")
        if found.disabled_at is None:
            found = replace(found, disabled_at=self.clock.now())
            self.reporters.disable(found)
        self.clients.delete_client(client_id)
        return found
