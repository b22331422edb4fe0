"""What consumers ask for by mail, in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.adapters.dynamodb.registrations import write_counted
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError
from quietline.registrations.requests import Letter, MailedRequest

KEEP = timedelta(days=30)
"""How long a request stays after its link's end, so that a late click is told that the link is too old."""


@dataclass(frozen=True)
class DynamoRequests:
    """`REQUEST#<id>` of the registry table; they expire, and what they did stays in the numbers' histories."""

    table: Table

    def get(self, request_id: str) -> MailedRequest | None:
        """Return the request, or None."""
        item = self.table.get(keys.request(request_id))
        return _request(request_id, item) if item else None

    def add(self, request: MailedRequest, letter: Letter, day: date, limit: int) -> None:
        """Store a request with its mail and the mailbox's count of the day.

        Raises:
            LimitReachedError: the mailbox already had `limit` mails that day.
            ChangedMeanwhileError: two transactions met.
        """
        mailbox = keys.mailbox(request.email_hash, day)
        asked = self.table.put_new(keys.request(request.id), _item(request))
        mail = letter_write(self.table, request, letter, request.created_at)
        write_counted(self.table, mailbox, request.created_at, limit, asked, mail)

    def change(
        self,
        request: MailedRequest,
        after: MailedRequest,
        records: Sequence[tuple[NumberRecord, NumberRecord]],
        at: datetime,
        letter: Letter,
    ) -> None:
        """Write a request's next state and the numbers' records, and ask for the mail.

        Raises:
            ChangedMeanwhileError: the request's state or a number's record changed; nothing was written.
        """
        changed = self._changed(request, after)
        numbers = [write for before, wanted in records for write in number_writes(self.table, before, wanted)]
        try:
            self.table.write(changed, *numbers, letter_write(self.table, after, letter, at))
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def move(
        self,
        request: MailedRequest,
        after: MailedRequest,
        registrations: Sequence[tuple[Registration, Registration]],
        at: datetime,
        letters: Sequence[Letter],
    ) -> None:
        """Write a request's next state and the registrations' mailbox, and ask for the mails.

        Raises:
            ChangedMeanwhileError: the request's state or a registration's mailbox changed; nothing was written.
        """
        moved = [
            self.table.update(
                keys.registration(before.id),
                "SET email_ciphertext = :ciphertext, email_hash = :hash, nonce = :nonce, gsi1pk = :mailbox",
                values={
                    ":ciphertext": wanted.email_ciphertext,
                    ":hash": wanted.email_hash,
                    ":nonce": wanted.nonce,
                    ":mailbox": keys.registrations_of(wanted.email_hash),
                    ":before": before.email_hash,
                },
                condition="email_hash = :before",
            )
            for before, wanted in registrations
        ]
        mails = [letter_write(self.table, after, letter, at) for letter in letters]
        try:
            self.table.write(self._changed(request, after), *moved, *mails)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def _changed(self, request: MailedRequest, after: MailedRequest) -> Write:
        return self.table.put(
            keys.request(request.id),
            _item(after),
            condition="#state = :state",
            names={"#state": "state"},
            values={":state": request.state},
        )


def letter_write(table: Table, request: MailedRequest, letter: Letter, at: datetime) -> Write:
    """Return the write that asks for a mail: to the mailbox of the request, or to the letter's own."""
    link = {"purpose": letter.purpose, "id": request.id, "nonce": request.nonce} if letter.purpose else None
    return mail_write(
        table,
        template=letter.template,
        language=request.language,
        to_ciphertext=letter.to_ciphertext or request.email_ciphertext,
        facts=letter.facts,
        rows=letter.rows,
        now=at,
        link=link,
    )


def _item(request: MailedRequest) -> Item:
    return {
        "kind": request.kind,
        "state": request.state,
        "numbers": [number.e164 for number in request.numbers],
        "email_ciphertext": request.email_ciphertext,
        "email_hash": request.email_hash,
        "language": request.language,
        "nonce": request.nonce,
        "created_at": to_text(request.created_at),
        "expires_at": to_text(request.expires_at),
        "done_at": to_text(request.done_at) if request.done_at else None,
        **({"to_ciphertext": request.to_ciphertext, "to_hash": request.to_hash} if request.to_hash else {}),
        "ttl": int((request.expires_at + KEEP).timestamp()),
    }


def _request(request_id: str, item: Item) -> MailedRequest:
    return MailedRequest(
        id=request_id,
        kind=item["kind"],
        numbers=tuple(PhoneNumber(str(e164)) for e164 in item["numbers"]),
        email_ciphertext=str(item["email_ciphertext"]),
        email_hash=str(item["email_hash"]),
        language=str(item["language"]),
        nonce=str(item["nonce"]),
        created_at=from_text(item["created_at"]),
        expires_at=from_text(item["expires_at"]),
        state=item["state"],
        done_at=from_text(item["done_at"]) if item["done_at"] else None,
        to_ciphertext=str(item.get("to_ciphertext", "")),
        to_hash=str(item.get("to_hash", "")),
    )
