"""Use cases of complaints: hand one in, read its status. `screening` has the steps that follow."""

import hashlib
import hmac
from dataclasses import dataclass, field

from quietline.complaints.form import read_form
from quietline.complaints.model import Complaint, ComplaintInput, ComplaintStatus, Entry, Stage, SubmittedComplaint
from quietline.complaints.ports import ComplaintStore
from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.kernel.ids import REFERENCE_PREFIX, new_code, new_ulid, normalise_code, read_reference
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile

REFERENCE_LENGTH = 8
STATUS_CODE_LENGTH = 16
"""80 random bits: nobody guesses it."""
ATTEMPTS = 3
UNKNOWN = "There is no complaint with this reference and status code."


@dataclass(frozen=True)
class ComplaintService:
    """What a consumer does with complaints.

    Attributes:
        secret: the app secret, for the status code's keyed hash.
    """

    store: ComplaintStore
    cipher: MailboxCipher
    secret: bytes = field(repr=False)
    clock: Clock
    profile: Profile

    def submit(self, form: ComplaintInput) -> SubmittedComplaint:
        """Check the form and keep the complaint; screening starts from the table's stream.

        Raises:
            InvalidInputError: with a field error for every refused field; code `diverted` where another agency
                takes such calls.
            UnavailableError: no free reference was found.
        """
        now = self.clock.now()
        call = read_form(form, now, self.profile)
        status_code = new_code(STATUS_CODE_LENGTH)
        ciphertext = self.cipher.encrypt(call.email) if call.email else ""
        for _attempt in range(ATTEMPTS):
            code = new_code(REFERENCE_LENGTH)
            complaint = Complaint(
                id=new_ulid(now),
                reference=f"{REFERENCE_PREFIX}-{code[:4]}-{code[4:]}",
                status_hash=status_hash(status_code, self.secret),
                received_at=now,
                called=call.called.e164,
                called_at=call.called_at,
                robocall=form.robocall,
                kind=form.kind,
                subject=form.subject,
                subject_other=call.subject_other,
                caller_number=call.caller_number,
                caller_name=call.caller_name,
                caller_key=call.caller_key,
                done_business=form.done_business,
                asked_to_stop=form.asked_to_stop,
                consumer=call.consumer,
                comments=call.comments,
                language=call.language,
                email_ciphertext=ciphertext,
                timeline=(Entry(now, Stage.RECEIVED),),
            )
            if self.store.add(complaint):
                shown = "-".join(status_code[start : start + 4] for start in range(0, STATUS_CODE_LENGTH, 4))
                return SubmittedComplaint(complaint.id, complaint.reference, shown)
        raise UnavailableError("No reference was free. Please send the complaint again.")

    def opened(self, reference: str, status_code: str) -> Complaint:
        """Return the complaint of whoever has its reference and its status code.

        Args:
            reference: as shown, `QL-7K3M-Q9TZ`; case, spaces and dashes do not matter.
            status_code: the secret shown once.

        Raises:
            NotFoundError: the reference is unknown or the code is wrong; nobody learns which.
        """
        found = self.store.by_reference(read_reference(reference))
        given = status_hash(normalise_code(status_code[:100]), self.secret)
        # compared even where nothing was found, so that both take the same time
        matches = hmac.compare_digest(given, found.status_hash if found else status_hash("", self.secret))
        if found is None or not matches:
            raise NotFoundError(UNKNOWN)
        return found

    def status(self, reference: str, status_code: str) -> ComplaintStatus:
        """Return how far a complaint has come; see `opened`.

        Raises:
            NotFoundError: the reference is unknown or the code is wrong.
        """
        return status_of(self.opened(reference, status_code))


def status_of(found: Complaint) -> ComplaintStatus:
    """Return what the consumer may read of a complaint."""
    return ComplaintStatus(
        reference=found.reference,
        received_at=found.received_at,
        stage=found.stage,
        outcome=found.outcome,
        decision=found.decision,
        reasons=found.rulings,
        timeline=found.timeline,
    )


def status_hash(code: str, secret: bytes) -> str:
    """Return the keyed hash of a status code; 64 hex digits."""
    key = hmac.digest(secret, b"quietline/complaint-status", hashlib.sha256)
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()
