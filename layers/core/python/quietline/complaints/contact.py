"""A consumer's own name and address: what is wrong is replaced, and only that it was is kept."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from quietline.complaints.form import CONTACT, read_contact
from quietline.complaints.model import Complaint, Correction
from quietline.complaints.ports import ComplaintStore, ContactChange
from quietline.complaints.retry import changed
from quietline.complaints.service import NONCE_LENGTH, status_hash
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError
from quietline.kernel.ids import new_code, normalise_code
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile


@dataclass(frozen=True)
class ContactService:
    """Corrects name and address; whoever asks has opened the complaint with its code (`ComplaintService.opened`)."""

    store: ComplaintStore
    cipher: MailboxCipher
    secret: bytes = field(repr=False)
    clock: Clock
    profile: Profile

    def correct(self, complaint: Complaint, given: Mapping[str, str], status_code: str) -> Complaint:
        """Correct name and address, of all calls that were reported together; at any stage, for no rule reads them.

        With another address for mails the mailed links that went to the old one end, and so does the code that one of
        them may have shown: the old address may be a stranger's. The new one gets the first mail.

        Args:
            complaint: as opened.
            given: some of `form.CONTACT` → as typed; an empty text takes the field away, others stay.
            status_code: the code that the complaint was opened with; it goes on working.

        Raises:
            InvalidInputError: with a field error for every refused field.
            ConflictError: it was corrected as often as it may be.
        """
        read = read_contact(given)
        ciphertext = self.cipher.encrypt(read["email"]) if read.get("email") else ""

        def change(now: Complaint) -> None:
            together = [now, *(found for one in now.submission if (found := self._other(now, one)))]
            if any(len(one.corrections) >= self.profile.complaints.max_additions for one in together):
                raise ConflictError("This complaint was corrected as often as it may be.")
            changes = [made for one in together if (made := self._change(one, read, ciphertext, status_code))]
            if changes:
                self.store.contact_corrected(changes)

        return changed(self.store, complaint, change)

    def _other(self, opened: Complaint, reference: str) -> Complaint | None:
        return None if reference == opened.reference else self.store.by_reference(reference)

    def _change(
        self, complaint: Complaint, read: Mapping[str, str], ciphertext: str, status_code: str
    ) -> ContactChange | None:
        """Return what changes of one complaint, or None for nothing."""
        consumer = {name: text for name, text in {**complaint.consumer, **read}.items() if text and name != "email"}
        names = [name for name in CONTACT if consumer.get(name, "") != complaint.consumer.get(name, "")]
        after = replace(complaint, consumer=consumer)
        if "email" in read and complaint.reference == complaint.mailed_as:
            # two ciphertexts of one address differ, so nobody can tell whether it is the same
            if ciphertext or complaint.email_ciphertext:
                names.append("email")
            hashed = status_hash(normalise_code(status_code), self.secret)
            by_mail = hmac.compare_digest(hashed, complaint.extra_status_hash)
            after = replace(
                after,
                email_ciphertext=ciphertext,
                link_nonce=new_code(NONCE_LENGTH) if ciphertext else "",
                extra_status_hash=complaint.extra_status_hash if by_mail else "",
            )
        if not names:
            return None
        made = Correction(self.clock.now(), {}, tuple(names))
        return ContactChange(complaint, replace(after, corrections=(*complaint.corrections, made)))
