"""Use cases of complaints: hand one in, read its status. `screening` has the steps that follow."""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from quietline.complaints.form import Call, OneCall, read_form
from quietline.complaints.model import Complaint, ComplaintInput, ComplaintStatus, Entry, Stage, SubmittedComplaint
from quietline.complaints.ports import ComplaintStore
from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.kernel.ids import REFERENCE_PREFIX, new_code, new_ulid, normalise_code, read_reference
from quietline.mails.address import address_hash
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile

REFERENCE_LENGTH = 8
STATUS_CODE_LENGTH = 16
"""80 random bits: nobody guesses it."""
NONCE_LENGTH = 26
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

    def submit(self, form: ComplaintInput, reporter: str = "", client_reference: str = "") -> SubmittedComplaint:
        """Check the form and keep a complaint for each call; screening starts from the table's stream.

        Nothing is refused because much came: above the profile's usual day of a number or a mailbox complaints are
        screened later.

        Args:
            form: as typed.
            reporter: code of the trusted reporter that sends it; empty for a consumer.
            client_reference: the reporter's own name of it, unique among its complaints.

        Raises:
            InvalidInputError: with a field error for every refused field; code `diverted` where another agency
                takes such calls.
            UnavailableError: no free reference was found, or the reporter's own name is taken.
        """
        now = self.clock.now()
        call = read_form(form, now, self.profile)
        slow_until = self._slow_until(call, now)
        ciphertext = self.cipher.encrypt(call.email) if call.email else ""
        status_code = new_code(STATUS_CODE_LENGTH)
        for _attempt in range(ATTEMPTS):
            made = self._complaints(form, call, now, status_code)
            first = replace(
                made[0],
                # one mail for all calls
                email_ciphertext=ciphertext,
                link_nonce=new_code(NONCE_LENGTH) if ciphertext else "",
                client_reference=client_reference,
            )
            kept = [replace(one, slow_until=slow_until, reporter=reporter) for one in (first, *made[1:])]
            if self.store.add(*kept):
                references = tuple(one.reference for one in kept)
                return SubmittedComplaint(first.id, first.reference, shown_code(status_code), references=references)
        raise UnavailableError("No reference was free. Please send the complaint again.")

    def _complaints(self, form: ComplaintInput, call: Call, now: datetime, status_code: str) -> list[Complaint]:
        """Return a complaint for each call of the form, in its order."""
        first = OneCall(call.called_at, form.robocall, form.kind)
        others = [one for one in call.others if one.called_at != first.called_at]
        references = tuple(new_reference() for _ in (first, *others))
        return [
            Complaint(
                id=new_ulid(now),
                reference=reference,
                status_hash=status_hash(status_code, self.secret),
                received_at=now,
                called=call.called.e164,
                called_at=one.called_at,
                robocall=one.robocall,
                kind=one.kind,
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
                email_ciphertext="",
                timeline=(Entry(now, Stage.RECEIVED),),
                submission=references if others else (),
            )
            for reference, one in zip(references, (first, *others), strict=True)
        ]

    def _slow_until(self, call: Call, now: datetime) -> datetime | None:
        """Count today's complaints of the number and of the mailbox; return when unusually many are screened."""
        rules = self.profile.complaints
        day = self.profile.local_date(now)
        whose = [call.called.e164] + ([address_hash(call.email, self.secret)] if call.email else [])
        most = max(self.store.count(one, day, 1 + len(call.others)) for one in whose)
        return now + timedelta(hours=rules.slow_hours) if most > rules.usual_per_day else None

    def opened(self, reference: str, status_code: str) -> Complaint:
        """Return the complaint of whoever has its reference and its status code.

        Args:
            reference: as shown, `QL-7K3M-Q9TZ`; case, spaces and dashes do not matter.
            status_code: the secret shown once.

        Raises:
            NotFoundError: the reference is unknown or the code is wrong; nobody learns which.
        """
        found = self.store.by_reference(read_reference(reference))
        given, nobody = status_hash(normalise_code(status_code[:100]), self.secret), status_hash("", self.secret)
        # compared even where nothing was found, so that both take the same time
        first = hmac.compare_digest(given, found.status_hash if found else nobody)
        second = hmac.compare_digest(given, (found.extra_status_hash if found else "") or nobody)
        matches = (first or second) and given != nobody
        if found is None or not matches:
            raise NotFoundError(UNKNOWN)
        return found

    def mailed(self, complaint: Complaint) -> Complaint | None:
        """Return the complaint that mails about all calls of a submission are about; itself where it came alone."""
        if complaint.reference == complaint.mailed_as:
            return complaint
        return self.store.by_reference(complaint.mailed_as)

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
        submission=found.submission,
        additions=found.additions,
        corrections=found.corrections,
        removed=found.removed,
    )


def new_reference() -> str:
    """Return a reference that people can read aloud, `QL-7K3M-Q9TZ`."""
    code = new_code(REFERENCE_LENGTH)
    return f"{REFERENCE_PREFIX}-{code[:4]}-{code[4:]}"


def shown_code(code: str) -> str:
    """Return a status code as it is shown: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def status_hash(code: str, secret: bytes) -> str:
    """Return the keyed hash of a status code; 64 hex digits."""
    key = hmac.digest(secret, b"quietline/complaint-status", hashlib.sha256)
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()
