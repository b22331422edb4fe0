"""Codes that prove a telephone line, in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.adapters.dynamodb.registrations import write_counted
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import LINE_PROOF, REGISTER_LINE
from quietline.mails.outbox import Template
from quietline.registrations.codes import LineProof
from quietline.registrations.model import NumberRecord
from quietline.registrations.ports import ChangedMeanwhileError

KEEP = timedelta(days=30)
TOLD: dict[str, tuple[Template, str]] = {
    "removal": ("line-code", LINE_PROOF),
    "registration": ("register-code", REGISTER_LINE),
}
"""What a code is for → its text and its purpose."""


@dataclass(frozen=True)
class DynamoProofs:
    """`LINE_PROOF#<id>` of the registry table."""

    table: Table

    def get(self, proof_id: str) -> LineProof | None:
        """Return the proof, or None."""
        item = self.table.get(keys.line_proof(proof_id))
        return _proof(proof_id, item) if item else None

    def add(self, proof: LineProof, to_ciphertext: str, minutes: int, day: date, limit: int) -> None:
        """Store a proof, the wish to tell its code, and the count of the number's codes of the day.

        Raises:
            LimitReachedError: the number already had `limit` codes that day.
            ChangedMeanwhileError: two transactions met.
        """
        template, purpose = TOLD[proof.use]
        told = mail_write(
            self.table,
            template=template,
            language=proof.language,
            to_ciphertext=to_ciphertext,
            facts={"minutes": str(minutes)},
            now=proof.created_at,
            link={"purpose": purpose, "id": proof.id, "nonce": proof.nonce},
            channel=proof.channel,
        )
        count = keys.line_codes(proof.number.e164, day)
        stored = self.table.put_new(keys.line_proof(proof.id), _item(proof))
        write_counted(self.table, count, proof.created_at, limit, stored, told)

    def add_silent(self, proof: LineProof) -> None:
        """Store a proof whose code is told to nobody."""
        self.table.write(self.table.put_new(keys.line_proof(proof.id), _item(proof)))

    def change(
        self, before: LineProof, after: LineProof, records: Sequence[tuple[NumberRecord, NumberRecord]] = ()
    ) -> None:
        """Write a proof's next state and the number's record.

        Raises:
            ChangedMeanwhileError: the proof or the record is not as it was read; nothing was written.
        """
        changed = self.table.put(
            keys.line_proof(before.id),
            _item(after),
            condition="#state = :state AND tries = :tries",
            names={"#state": "state"},
            values={":state": before.state, ":tries": before.tries},
        )
        numbers = [write for known, wanted in records for write in number_writes(self.table, known, wanted)]
        try:
            self.table.write(changed, *numbers)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error


def _item(proof: LineProof) -> Item:
    return {
        "number": proof.number.e164,
        "channel": proof.channel,
        "language": proof.language,
        "nonce": proof.nonce,
        "created_at": to_text(proof.created_at),
        "expires_at": to_text(proof.expires_at),
        "tries": proof.tries,
        "use": proof.use,
        "state": proof.state,
        "done_at": to_text(proof.done_at) if proof.done_at else None,
        "ttl": int((proof.expires_at + KEEP).timestamp()),
    }


def _proof(proof_id: str, item: Item) -> LineProof:
    return LineProof(
        id=proof_id,
        number=PhoneNumber(str(item["number"])),
        channel=item["channel"],
        language=str(item["language"]),
        nonce=str(item["nonce"]),
        created_at=from_text(item["created_at"]),
        expires_at=from_text(item["expires_at"]),
        tries=int(item["tries"]),
        use=item.get("use", "removal"),
        state=item["state"],
        done_at=from_text(item["done_at"]) if item["done_at"] else None,
    )
