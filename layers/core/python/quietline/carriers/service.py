"""Take carriers' reports, and act on what they add up to."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta

from quietline.carriers.model import Entry, Event, Line, Refusal, Report, State, standing
from quietline.carriers.ports import HygieneMetrics, Lines, NumberReader, RegistrationReader
from quietline.kernel import phone
from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    FieldError,
    InvalidInputError,
    InvalidPhoneNumberError,
    UnavailableError,
)
from quietline.kernel.phone import PhoneNumber
from quietline.mails.outbox import Template
from quietline.parties.model import Party
from quietline.parties.ports import PartyReader
from quietline.parties.service import admitted
from quietline.profiles.profile import Profile
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError

ATTEMPTS = 5
WRITERS = 8
BY = "carrier:"
"""What a removal by hygiene names in the number's history, with the reporting carrier's code."""
MAILS: Mapping[State, Template] = {State.QUARANTINE: "line-quarantined", State.REASSIGNED: "line-reassigned"}


@dataclass(frozen=True)
class LineReports:
    """Takes batches of reports.

    A carrier learns nothing about the list: the answer to a valid entry is the same for every number, and what is
    reported of a number that is not listed is not kept.
    """

    carriers: PartyReader
    numbers: NumberReader
    registrations: RegistrationReader
    lines: Lines
    metrics: HygieneMetrics
    clock: Clock
    profile: Profile

    def admitted(self, client_id: str) -> Party:
        """Return whose machine client this is.

        Raises:
            ForbiddenError: the client is no carrier's, or was disabled.
        """
        return admitted(self.carriers, client_id, "This machine client is not a carrier's.")

    def take(self, client_id: str, entries: Sequence[Entry]) -> tuple[Refusal, ...]:
        """Take every valid entry and return why the others were refused, in their order.

        A report that is known already changes nothing, and reports lead to the same end in any order. An entry is taken
        whole or not at all; when the registry has trouble in the middle, the batch can be sent again as it is.

        Args:
            client_id: who reports.
            entries: at most the profile's `hygiene.max_reports`.

        Raises:
            ForbiddenError: the client is no carrier's, or was disabled.
            InvalidInputError: no entry or too many.
            UnavailableError: somebody else kept changing a number; send the batch again.
        """
        carrier = self.admitted(client_id)
        most = self.profile.hygiene.max_reports
        if not 1 <= len(entries) <= most:
            message = f"Send between 1 and {most} reports."
            raise InvalidInputError(message, (FieldError("/reports", message, "reports_count"),))
        by_number: dict[PhoneNumber, list[Report]] = {}
        refusals = []
        for index, entry in enumerate(entries):
            read = self._read(index, entry, carrier)
            if isinstance(read, Refusal):
                refusals.append(read)
            else:
                by_number.setdefault(read[0], []).append(read[1])
        self._keep(by_number)
        return tuple(refusals)

    def _read(self, index: int, entry: Entry, carrier: Party) -> tuple[PhoneNumber, Report] | Refusal:
        try:
            number = phone.parse(entry.number, self.profile.rules)
        except InvalidPhoneNumberError as error:
            return Refusal(index, "number", str(error), error.reason)
        if entry.event not in list(Event):
            return Refusal(index, "event", f"Choose one of: {', '.join(Event)}.", "event_not_known")
        today = self.profile.local_date(self.clock.now())
        try:
            on = date.fromisoformat(entry.on) if len(entry.on) == 10 and "W" not in entry.on else None
        except ValueError:
            on = None
        if on is None:
            return Refusal(index, "on", "Give the date as YYYY-MM-DD.", "not_a_date")
        if on > today:
            return Refusal(index, "on", "This date lies in the future.", "date_in_future")
        oldest = self._oldest()
        if on < oldest:
            return Refusal(index, "on", f"Reports are taken back to {oldest.isoformat()}.", "date_too_old")
        return number, Report(Event(entry.event), on, carrier.code, self.clock.now())

    def _oldest(self) -> date:
        """Return the oldest day of which reports are taken."""
        today = self.profile.local_date(self.clock.now())
        return today - timedelta(days=self.profile.hygiene.max_report_age_days)

    def _keep(self, by_number: Mapping[PhoneNumber, Sequence[Report]]) -> None:
        records = self.numbers.get_many(list(by_number))
        listed = [number for number, record in records.items() if record.is_listed]
        lines = self.lines.get_many(listed) if listed else {}
        with ThreadPoolExecutor(WRITERS) as pool:
            removed = list(
                pool.map(
                    lambda number: self._one(number, by_number[number], records[number], lines.get(number)), listed
                )
            )
        if any(removed):
            self.metrics.removed(sum(removed))

    def _one(self, number: PhoneNumber, reports: Sequence[Report], record: NumberRecord, line: Line | None) -> bool:
        """Add the reports of one number; return whether it left the list."""
        found: NumberRecord | None = record
        for _ in range(ATTEMPTS):
            if found is None or not found.is_listed or found.wanted_since is None:
                return False
            known = line or Line(number)
            told = known.with_reports(reports)
            if told is known:
                return False
            wanted_on = self.profile.local_date(found.wanted_since)
            told = told.settled(self._oldest(), wanted_on, self.profile.hygiene)
            # not the stored state: it may be that of an earlier registration
            was, reached = (standing(one.reports, wanted_on, self.profile.hygiene) for one in (known, told))
            after = found
            if reached.state is State.REASSIGNED:
                after = found.changed("D", self.clock.now(), f"{BY}{reports[-1].carrier}")
            mail = self._mail(reached.state, found) if reached.state is not was.state else None
            try:
                self.lines.write(replace(told, state=reached.state, version=known.version + 1), found, after, mail)
            except ChangedMeanwhileError:
                found, line = self.numbers.get_many([number]).get(number), self.lines.get_many([number]).get(number)
                continue
            return after is not found
        raise UnavailableError("Too many changes at the same moment. Please send the batch again.")

    def _mail(self, state: State, record: NumberRecord) -> tuple[Template, Registration] | None:
        """Return the mail to the consumer, where one is due and an address is known."""
        kind, _, registration_id = record.wanted_by.partition(":")
        if state not in MAILS or kind != "registration":
            return None
        registration = self.registrations.get(registration_id)
        return (MAILS[state], registration) if registration else None
