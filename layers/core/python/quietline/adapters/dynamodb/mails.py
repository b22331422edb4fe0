"""The outbox in DynamoDB: mails wait in the table of the feature that asked for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.kernel.clock import to_text
from quietline.kernel.errors import NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.mails.outbox import Channel, Template, outbox_item


def mail_write(
    table: Table,
    *,
    template: Template,
    language: str,
    to_ciphertext: str,
    facts: dict[str, str],
    now: datetime,
    link: dict[str, str] | None = None,
    mail_id: str = "",
    rows: Sequence[dict[str, str]] = (),
    channel: Channel = "mail",
) -> Write:
    """Return the write that asks for a mail: put it into the transaction that gives the reason.

    Args:
        table: the table of that transaction; the relay forwards from all three.
        template: see `mails.outbox.Template`.
        language: one of the profile's languages.
        to_ciphertext: the address as `MailboxCipher.encrypt` gave it.
        facts: the text's placeholders; never a token, a full number or an address.
        now: when it is asked for.
        link: `{"purpose", "id", "nonce"}` of the link to derive at sending time.
        mail_id: a stable id makes a repeated transaction ask once; by default a new ULID.
        rows: what the text's `{rows}` lists, see `outbox_item`.
        channel: by what it is told, see `outbox_item`.
    """
    item = outbox_item(
        template=template,
        language=language,
        to_ciphertext=to_ciphertext,
        facts=facts,
        now=now,
        link=link,
        rows=rows,
        channel=channel,
    )
    return table.put_new(keys.mail(mail_id or new_ulid(now)), item)


@dataclass(frozen=True)
class DynamoOutbox:
    """Reads the outbox of any of the given tables.

    Attributes:
        tables: the tables that may be named, by name.
    """

    tables: Mapping[str, Table]

    def get(self, table: str, mail_id: str) -> Item | None:
        """Return the outbox item, or None.

        Raises:
            NotFoundError: the table is none of ours.
        """
        return self._table(table).get(keys.mail(mail_id))

    def mark_sent(self, table: str, mail_id: str, at: str) -> None:
        """Note that the mail has been sent; a second note changes nothing."""
        self._mark(table, mail_id, at, "sent")

    def mark_unwanted(self, table: str, mail_id: str, at: str) -> None:
        """Note that nobody wants it any more (opted out, unreachable, or a code that has ended); it is never sent."""
        self._mark(table, mail_id, at, "unwanted")

    def _mark(self, table: str, mail_id: str, at: str, state: str) -> None:
        values: dict[str, Any] = {":sent": state, ":waiting": "waiting", ":at": at}
        write = self._table(table).update(
            keys.mail(mail_id),
            "SET #state = :sent, sent_at = :at",
            names={"#state": "state"},
            values=values,
            condition="#state = :waiting",
        )
        try:
            self._table(table).write(write)
        except ConditionFailedError:
            return

    def _table(self, name: str) -> Table:
        if name not in self.tables:
            raise NotFoundError("There is no such outbox.")
        return self.tables[name]


@dataclass(frozen=True)
class DynamoOptOuts:
    """`OPT_OUT#<email hash>` and `OPT_OUT_LINK#<id>` of the registry table."""

    table: Table

    def is_out(self, email_hash: str) -> bool:
        """Return whether a mailbox opted out."""
        return self.table.get(keys.opt_out(email_hash)) is not None

    def offer(self, link_id: str, email_hash: str, until: datetime) -> None:
        """Keep which mailbox a link is of."""
        item = {"email_hash": email_hash, "ttl": int(until.timestamp())}
        self.table.write(self.table.put_new(keys.opt_out_link(link_id), item))

    def offered_to(self, link_id: str) -> str | None:
        """Return the hash of a link's mailbox, or None."""
        item = self.table.get(keys.opt_out_link(link_id))
        return str(item["email_hash"]) if item else None

    def note(self, email_hash: str, at: datetime, *, out: bool) -> None:
        """Keep that a mailbox is out, or in again."""
        key = keys.opt_out(email_hash)
        self.table.write(self.table.put(key, {"at": to_text(at)}) if out else self.table.delete(key))
