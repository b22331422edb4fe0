"""What a consumer does with a complaint later: add a comment, correct the call, take it back, use a mailed link.

Name and address are corrected in `contact.py`, files removed in `files.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from quietline.complaints.form import read_form
from quietline.complaints.model import Addition, Complaint, ComplaintInput, Stage
from quietline.complaints.ports import ChangedMeanwhileError, ComplaintStore
from quietline.complaints.retry import changed
from quietline.complaints.service import NONCE_LENGTH, STATUS_CODE_LENGTH, shown_code, status_hash
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.kernel.ids import new_code
from quietline.mails.links import OPEN_COMPLAINT, LinkSigner, record_id_of, refused
from quietline.profiles.profile import Profile

CORRECTABLE = (
    "called_number",
    "call_date",
    "call_time",
    "robocall",
    "kind",
    "subject",
    "subject_other",
    "caller_number",
    "caller_name",
    "done_business",
    "asked_to_stop",
    "comments",
)
"""Fields of the form that say something of the call."""
KEPT = (
    "called",
    "called_at",
    "robocall",
    "kind",
    "subject",
    "subject_other",
    "caller_number",
    "caller_name",
    "caller_key",
    "done_business",
    "asked_to_stop",
    "comments",
)
"""Fields of a complaint that a correction may change; what they held before is its history."""
ENDED = (Stage.DECIDED, Stage.WITHDRAWN)


@dataclass(frozen=True)
class ChangeService:
    """Changes of complaints; whoever asks has opened the complaint with its code (`ComplaintService.opened`)."""

    store: ComplaintStore
    links: LinkSigner
    secret: bytes = field(repr=False)
    clock: Clock
    profile: Profile

    def comment(self, complaint: Complaint, text: str) -> Complaint:
        """Add a comment.

        Raises:
            InvalidInputError: it is empty or too long.
            ConflictError: the complaint was withdrawn, or has as many comments as it may.
        """
        said, most = text.strip(), self.profile.complaints.max_comments
        if not said or len(said) > most:
            detail = f"Write 1 to {most} characters."
            raise InvalidInputError(detail, (FieldError("/comment", detail, "comment"),))

        def add(now: Complaint) -> None:
            if now.stage is Stage.WITHDRAWN:
                raise ConflictError("This complaint was withdrawn.")
            if len(now.additions) >= self.profile.complaints.max_additions:
                raise ConflictError("This complaint has as many comments as it may have.")
            self.store.commented(now, Addition(self.clock.now(), said))

        return changed(self.store, complaint, add)

    def correct(self, complaint: Complaint, changes: Mapping[str, Any]) -> Complaint:
        """Correct what the complaint says; what stood there before is kept, and the call is screened anew.

        Args:
            complaint: as opened.
            changes: fields of the form (`CORRECTABLE`) with their new values, as typed; others stay.

        Raises:
            InvalidInputError: with a field error for every refused field.
            ConflictError: the case is decided, the complaint was withdrawn, its caller's case knows it under another
                caller, or it was corrected as often as it may be.
        """

        def change(now: Complaint) -> None:
            if now.stage in ENDED:
                raise ConflictError("This complaint is decided or withdrawn and cannot be corrected any more.")
            if len(now.corrections) >= self.profile.complaints.max_additions:
                raise ConflictError("This complaint was corrected as often as it may be.")
            corrected = self._corrected(now, changes)
            if now.case_id and corrected.caller_key != now.caller_key:
                raise ConflictError(
                    "A case about this caller is open. Add a comment that names the other caller, or withdraw the "
                    "complaint and report the call again."
                )
            if corrected != now:
                self.store.corrected(replace(corrected, version=now.version + 1), now, self.clock.now())

        return changed(self.store, complaint, change)

    def withdraw(self, complaint: Complaint) -> Complaint:
        """Take a complaint back; a second time changes nothing.

        Raises:
            ConflictError: its case is decided.
        """

        def end(now: Complaint) -> None:
            if now.stage is Stage.DECIDED:
                raise ConflictError("The case of this complaint is decided already.")
            if now.stage is not Stage.WITHDRAWN:
                self.store.withdrawn(now, self.clock.now())

        return changed(self.store, complaint, end)

    def use_link(self, token: str) -> tuple[Complaint, str]:
        """Use a mailed link, once: return its complaint and a new status code, which works besides the first one.

        Raises:
            LinkError: the link is forged, or was used before.
        """
        found = self.store.get(record_id_of(token))
        if found is None or not found.link_nonce:
            raise refused("forged")
        if not self.links.is_genuine(token, OPEN_COMPLAINT, found.id, found.link_nonce):
            raise refused("request_used")
        code = new_code(STATUS_CODE_LENGTH)
        try:
            self.store.link_used(found, new_code(NONCE_LENGTH), status_hash(code, self.secret))
        except ChangedMeanwhileError as error:
            raise refused("request_used") from error
        return found, shown_code(code)

    def _corrected(self, now: Complaint, changes: Mapping[str, Any]) -> Complaint:
        unknown = [name for name in changes if name not in CORRECTABLE]
        if unknown:
            raise InvalidInputError(
                "See `errors` for each field that is wrong.",
                tuple(FieldError(f"/{name}", "This field cannot be corrected.", "not_correctable") for name in unknown),
            )
        form = replace(form_of(now, self.profile), **changes)
        # as of the day it was sent: a call that was young enough then is so for good
        call = read_form(form, now.received_at, self.profile)
        return replace(
            now,
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
            comments=call.comments,
        )


def form_of(complaint: Complaint, profile: Profile) -> ComplaintInput:
    """Return a complaint's call as the form would have it typed."""
    local = complaint.called_at.astimezone(profile.zone)
    return ComplaintInput(
        called_number=complaint.called,
        call_date=local.date().isoformat(),
        call_time=f"{local:%H:%M}",
        robocall=complaint.robocall,
        kind=complaint.kind,
        subject=complaint.subject,
        subject_other=complaint.subject_other,
        caller_number=complaint.caller_number,
        caller_name=complaint.caller_name,
        done_business=complaint.done_business,
        asked_to_stop=complaint.asked_to_stop,
        comments=complaint.comments,
        language=complaint.language,
    )
