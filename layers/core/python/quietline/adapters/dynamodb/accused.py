"""What an investigation reads of the registry, its organizations and carriers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.directory import DirectoryStore
from quietline.adapters.dynamodb.directory_entries import EntryStore
from quietline.adapters.dynamodb.entitlements import entitlements_of
from quietline.adapters.dynamodb.lists import DynamoPublicationStore
from quietline.adapters.dynamodb.numbers import DynamoNumbers
from quietline.adapters.dynamodb.parties import carriers
from quietline.adapters.dynamodb.stops import DynamoStops
from quietline.adapters.dynamodb.table import Item, Table
from quietline.cases.investigation.model import Accused, Holding
from quietline.cases.model import Accusation
from quietline.directory.entries import SHORTEST, words_of
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.ids import is_sandbox
from quietline.kernel.phone import PhoneNumber, area_of
from quietline.lists.model import Published
from quietline.parties.model import Party
from quietline.profiles.profile import Profile
from quietline.sellers.model import OrganizationType
from quietline.sellers.san import read

LOOKED_BACK = timedelta(days=400)
"""Receipts older than this before a call are not read: whatever list they are of, it was too old by far."""

READ_OF_RECEIPTS = ("sk", "list_date", "issued_at", "areas")

NAMESAKES = 200
"""Organizations that share a word of a name, of which so many are compared."""


@dataclass(frozen=True)
class DynamoCallers:
    """See `cases.investigation.ports.Callers`; `table` is the sellers table."""

    table: Table

    def declared_by(self, e164: str, on: date) -> str:
        """Return the one organization that had declared a number on a day; empty for none, or for several."""
        found = DirectoryStore(self.table).declared_by(e164, on)
        return found[0].organization_id if len(found) == 1 else ""

    def named(self, text: str) -> str:
        """Return the one organization that has exactly this SAN or name; empty for none, or for several."""
        san = read(text.strip())
        pointer = self.table.get(keys.san(san)) if san else None
        if pointer is not None:
            return str(pointer["organization_id"])
        words = words_of(text)
        longest = max(words, key=len, default="")
        rows = EntryStore(self.table).rows(longest, "", NAMESAKES) if len(longest) >= SHORTEST else ()
        found = {row.entry.organization_id for row in rows if words_of(row.entry.name) == words}
        return found.pop() if len(found) == 1 else ""

    def get(self, organization_id: str) -> Accused | None:
        """Return an organization, or None."""
        item = None if is_sandbox(organization_id) else self.table.get(keys.organization(organization_id))
        if item is None:
            return None
        return Accused(
            id=organization_id,
            san=item["san"],
            name=item["name"],
            exempt=item["type"] == OrganizationType.EXEMPT,
            contact_ciphertext=item["contact_email_ciphertext"],
            language=item["language"],
        )


@dataclass(frozen=True)
class DynamoScrubs:
    """See `cases.investigation.ports.Scrubs`."""

    sellers: Table
    registry: Table
    profile: Profile

    def holdings(self, organization_id: str, calls: Sequence[Accusation]) -> dict[str, Holding]:
        """Return the newest list of the number's area that it held at each call, by complaint.

        A receipt counts from the instant it was given, and is of the newest list of that instant; whether the number
        was on that list is read from the number's history at the list's cut-off, of which the list was made. The
        receipts are read once for all calls, and no further back than the last call needs.
        """
        waiting = {call.complaint_id: (call, self._area(call)) for call in calls}
        found: dict[str, Holding] = {}
        partition, prefix = keys.receipt(organization_id, "")
        receipts = self.sellers.query(partition, prefix=prefix, newest_first=True, attributes=READ_OF_RECEIPTS)
        published = cache(DynamoPublicationStore(self.registry).published)
        # read one by one: those of a seller of all areas that pulls daily are some 30 MB a year
        for item in receipts:
            issued_at, held = item["issued_at"], {entry.partition(":")[0] for entry in item["areas"]}
            for complaint_id, (call, area) in list(waiting.items()):
                too_old = issued_at < to_text(call.called_at - LOOKED_BACK)
                is_newest = issued_at <= to_text(call.called_at) and area in held
                if too_old or is_newest:
                    del waiting[complaint_id]
                if is_newest and not too_old:
                    found[complaint_id] = self._holding(item, call, published)
            if not waiting:
                break
        return found

    def entitled(self, organization_id: str, calls: Sequence[Accusation]) -> frozenset[str]:
        """Return the complaints of calls into areas that its subscription covered on the day of the call."""
        held = [one for one in entitlements_of(self.sellers, organization_id) if one.is_held]
        return frozenset(
            call.complaint_id
            for call in calls
            for area, day in [(self._area(call), self.profile.local_date(call.called_at))]
            if any(one.term.holds(day) and area in one.areas for one in held)
        )

    def _area(self, call: Accusation) -> str:
        return area_of(PhoneNumber(call.called), self.profile.rules)

    def _holding(self, receipt: Item, call: Accusation, published: Callable[[date], Published | None]) -> Holding:
        day = date.fromisoformat(receipt["list_date"])
        return Holding(
            receipt_id=receipt["sk"].partition("#")[2],
            list_date=day,
            issued_at=from_text(receipt["issued_at"]),
            age_days=(self.profile.local_date(call.called_at) - day).days,
            contained=self._contained(published(day), call.called),
        )

    def _contained(self, published: Published | None, called: str) -> bool | None:
        if published is None:
            return None
        record = DynamoNumbers(self.registry).get(PhoneNumber(called))
        # every change before the cut-off is in the list
        return record is not None and record.listed_at(published.cutoff - timedelta(milliseconds=1))


@dataclass(frozen=True)
class StopDays:
    """See `cases.investigation.ports.StopRequests`; `table` is the sellers table."""

    table: Table

    def before(self, organization_id: str, e164: str, at: datetime) -> datetime | None:
        """Return when a consumer had asked an organization to stop, or None."""
        found = DynamoStops(self.table).before(organization_id, e164, at)
        return found.requested_at if found else None


@dataclass(frozen=True)
class DynamoTraceableCarriers:
    """See `cases.investigation.ports.Carriers`; `table` is the registry table."""

    table: Table

    def holder(self, e164: str) -> str:
        """Return the code of the carrier that holds a number: the one with the longest prefix of it; or empty."""
        found = [
            (len(prefix), party.code) for party in self._served() for prefix in party.holds if e164.startswith(prefix)
        ]
        return max(found)[1] if found else ""

    def exists(self, code: str) -> bool:
        """Tell whether a carrier of this code can be asked."""
        return any(party.code == code for party in self._served())

    def code_of(self, client_id: str) -> str:
        """Return the code of the carrier behind a machine client that is served, or empty."""
        found = carriers(self.table).get(client_id)
        return found.code if found and found.disabled_at is None else ""

    def _served(self) -> list[Party]:
        return [party for party in carriers(self.table).all() if party.disabled_at is None]
