"""Registrations in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Key, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import CERTIFICATE, CONFIRM_REGISTRATION
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError

KEEP_EXPIRED = timedelta(days=30)
"""How long an expired registration stays, so that a late click is told that the link is too old."""
KEEP_COUNT = timedelta(days=2)


def write_counted(table: Table, mailbox: Key, at: datetime, limit: int, *writes: Write) -> None:
    """Do the writes and count one mail of the mailbox's day, all or nothing.

    Raises:
        LimitReachedError: the mailbox already had `limit` mails that day.
        ChangedMeanwhileError: two transactions met.
    """
    count = table.update(
        mailbox,
        "ADD mails :one SET #ttl = :ttl",
        names={"#ttl": "ttl"},
        values={":one": 1, ":ttl": int((at + KEEP_COUNT).timestamp()), ":limit": limit},
        condition="attribute_not_exists(mails) OR mails < :limit",
    )
    try:
        table.write(*writes, count)
    except ConditionFailedError as error:
        counted = table.get(mailbox)
        if counted is not None and counted["mails"] >= limit:
            raise LimitReachedError from error
        raise ChangedMeanwhileError from error


@dataclass(frozen=True)
class DynamoRegistrations:
    """Registrations of one table."""

    table: Table

    def get(self, registration_id: str) -> Registration | None:
        """Return the registration, or None."""
        item = self.table.get(keys.registration(registration_id))
        if item is None:
            return None
        return _registration(registration_id, item)

    def of_mailbox(self, email_hash: str, limit: int) -> list[Registration]:
        """Return registrations that the mailbox confirmed, the newest first."""
        mailbox = keys.registrations_of(email_hash)
        found = self.table.query(mailbox, index="gsi1", newest_first=True, limit=limit)
        return [_registration(str(item["gsi1sk"]), item) for item in found]

    def add(self, registration: Registration, day: date, limit: int) -> None:
        """Store a pending registration with its mail and the address's count of the day.

        Raises:
            LimitReachedError: the address already had `limit` mails that day.
            ChangedMeanwhileError: two transactions met.
        """
        mailbox = keys.mailbox(registration.email_hash, day)
        pending = self.table.put_new(keys.registration(registration.id), _item(registration))
        mail = self._mail(registration, registration.created_at, registration.id)
        write_counted(self.table, mailbox, registration.created_at, limit, pending, mail)

    def add_silent(self, registration: Registration) -> None:
        """Store a pending registration whose address gets no mail."""
        self.table.write(self.table.put_new(keys.registration(registration.id), _item(registration)))

    def correct(self, before: Registration, after: Registration, at: datetime, day: date, limit: int) -> None:
        """Write a pending registration anew and ask for its mail.

        Raises:
            LimitReachedError: the address already had `limit` mails that day; nothing was written.
            ChangedMeanwhileError: the registration is not as it was read.
        """
        mailbox = keys.mailbox(after.email_hash, day)
        write_counted(self.table, mailbox, at, limit, self._rewritten(before, after), self._mail(after, at, ""))

    def correct_silent(self, before: Registration, after: Registration) -> None:
        """Write a pending registration anew; its address gets no mail.

        Raises:
            ChangedMeanwhileError: the registration is not as it was read.
        """
        try:
            self.table.write(self._rewritten(before, after))
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def _rewritten(self, before: Registration, after: Registration) -> Write:
        return self.table.put(
            keys.registration(after.id),
            _item(after),
            condition="#state = :pending AND nonce = :nonce AND mails = :mails",
            names={"#state": "state"},
            values={":pending": "pending", ":nonce": before.nonce, ":mails": before.mails},
        )

    def _mail(self, registration: Registration, at: datetime, mail_id: str) -> Write:
        return mail_write(
            self.table,
            template="confirm-registration",
            language=registration.language,
            to_ciphertext=registration.email_ciphertext,
            facts={
                "numbers": ", ".join(str(number) for number in registration.numbers),
                "expires_at": to_text(registration.expires_at),
            },
            now=at,
            link={"purpose": CONFIRM_REGISTRATION, "id": registration.id, "nonce": registration.nonce},
            mail_id=mail_id,
        )

    def confirm(
        self,
        registration: Registration,
        before: dict[PhoneNumber, NumberRecord],
        after: Sequence[NumberRecord],
        at: datetime,
        facts: dict[str, str],
    ) -> None:
        """Note the confirmation, write the numbers and their changes, and ask for the mail.

        Raises:
            ChangedMeanwhileError: the registration is pending no longer, its address was corrected, or a number's
                record changed.
        """
        confirmed = self.table.update(
            keys.registration(registration.id),
            "SET #state = :confirmed, confirmed_at = :at, #numbers = :numbers, gsi1pk = :mailbox, gsi1sk = :id "
            "REMOVE #ttl",
            names={"#state": "state", "#ttl": "ttl", "#numbers": "numbers"},
            values={
                ":numbers": [number.e164 for number in registration.numbers],
                ":confirmed": "confirmed",
                ":at": to_text(at),
                ":pending": "pending",
                ":mailbox": keys.registrations_of(registration.email_hash),
                ":id": registration.id,
                ":nonce": registration.nonce,
            },
            condition="#state = :pending AND nonce = :nonce",
        )
        writes = [write for record in after for write in number_writes(self.table, before.get(record.number), record)]
        mail = mail_write(
            self.table,
            template="registration-confirmed",
            language=registration.language,
            to_ciphertext=registration.email_ciphertext,
            facts=facts,
            now=at,
            link={"purpose": CERTIFICATE, "id": registration.id, "nonce": registration.nonce},
        )
        try:
            self.table.write(confirmed, *writes, mail)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error


def _item(registration: Registration) -> Item:
    """Return a pending registration's item."""
    return {
        "state": "pending",
        "numbers": [number.e164 for number in registration.numbers],
        "email_ciphertext": registration.email_ciphertext,
        "email_hash": registration.email_hash,
        "language": registration.language,
        "nonce": registration.nonce,
        "created_at": to_text(registration.created_at),
        "expires_at": to_text(registration.expires_at),
        "mails": registration.mails,
        **({"proofs": list(registration.proofs)} if registration.proofs else {}),
        "ttl": int((registration.expires_at + KEEP_EXPIRED).timestamp()),
    }


def _registration(registration_id: str, item: Item) -> Registration:
    return Registration(
        id=registration_id,
        numbers=tuple(PhoneNumber(str(e164)) for e164 in item["numbers"]),
        email_ciphertext=str(item["email_ciphertext"]),
        email_hash=str(item["email_hash"]),
        language=str(item["language"]),
        nonce=str(item["nonce"]),
        created_at=from_text(item["created_at"]),
        expires_at=from_text(item["expires_at"]),
        confirmed_at=from_text(item["confirmed_at"]) if item.get("confirmed_at") else None,
        mails=int(item.get("mails", 1)),
        proofs=tuple(map(str, item.get("proofs", ()))),
    )
