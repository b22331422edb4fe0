"""Carriers and what they reported, in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.carriers.model import Event, Line, Report, State
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.mails.outbox import Template
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError


@dataclass(frozen=True)
class DynamoLines:
    """`LINE#<e164>` of the registry table: the reports on a listed number that count, bounded by `Line`."""

    table: Table

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, Line]:
        """Return the lines that somebody reported before."""
        lines = map(_line, self.table.get_many([keys.line(number.e164) for number in numbers]))
        return {line.number: line for line in lines}

    def write(
        self, line: Line, before: NumberRecord, after: NumberRecord, mail: tuple[Template, Registration] | None
    ) -> None:
        """Write a line's next version, the number's record and its change, and ask for the mail: all or nothing.

        Raises:
            ChangedMeanwhileError: somebody else wrote between; nothing was written.
        """
        first = line.version == 1
        record = self.table.put(
            keys.line(line.number.e164),
            {
                "state": line.state.value,
                "version": line.version,
                "reports": [
                    {
                        "event": report.event.value,
                        "on": report.on.isoformat(),
                        "carrier": report.carrier,
                        "received_at": to_text(report.received_at),
                    }
                    for report in line.reports
                ],
            },
            condition="attribute_not_exists(pk)" if first else "version = :before",
            values=None if first else {":before": line.version - 1},
        )
        writes = [record, *number_writes(self.table, before, after)]
        if mail is not None:
            template, registration = mail
            writes.append(
                mail_write(
                    self.table,
                    template=template,
                    language=registration.language,
                    to_ciphertext=registration.email_ciphertext,
                    facts={"number": str(line.number)},
                    now=max(report.received_at for report in line.reports),
                )
            )
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error


def _line(item: Item) -> Line:
    reports = tuple(
        Report(
            Event(report["event"]),
            date.fromisoformat(report["on"]),
            str(report["carrier"]),
            from_text(report["received_at"]),
        )
        for report in item["reports"]
    )
    number = PhoneNumber(str(item["pk"]).removeprefix("LINE#"))
    return Line(number, reports, State(item["state"]), int(item["version"]))
