"""Tables of fees: sums of the ledger's postings by the registry's months, in minor units of a currency."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from quietline.kernel.ids import is_sandbox
from quietline.ledger.model import ALLOWANCES, BAD_DEBT, CHARGEBACKS, FEES, REFUNDS, Entry
from quietline.profiles.profile import Profile
from quietline.statistics.cells import hidden_cells
from quietline.statistics.ports import Lists, Money
from quietline.statistics.subscribers import years_since
from quietline.statistics.table import Cell, Table

ACCOUNTS = (FEES, REFUNDS, CHARGEBACKS, BAD_DEBT, ALLOWANCES)
"""Income and what lessens it, in the order of the columns."""
AGAIN = 2
"""Years after its end in which a year follows the ledger: disputes come months later, and corrections of them."""


@dataclass
class Sums:
    """What was posted: by account in minor units, income positive, and by which organizations."""

    amounts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 0))
    organizations: set[str] = field(default_factory=set)

    @property
    def row(self) -> tuple[int, ...]:
        """The columns: fees, refunds, chargebacks, bad debt, allowances, and what is left."""
        fees, *less = (self.amounts[account] for account in ACCOUNTS)
        return fees, *less, fees - sum(less)


COLUMNS = ("organizations", *ACCOUNTS, "net")


@dataclass(frozen=True)
class FeesBook:
    """See `publish.Book`. A fee belongs to the day it was invoiced; what went back, to the day it did."""

    money: Money
    lists: Lists
    profile: Profile
    name: str = "fees"
    again: int | None = AGAIN

    def years(self, today: date) -> set[int]:
        """Return the years since the first list."""
        return years_since(self.lists, today, self.profile)

    def tables(self, year: int, first: date, last: date) -> tuple[Table, ...]:
        """Return the tables of a year."""
        del year
        start, end = self.profile.end_of(first - timedelta(days=1)), self.profile.end_of(last)
        return count(self.money.entries(start, end), self.profile)


def count(entries: Iterable[Entry], profile: Profile) -> tuple[Table, ...]:
    """Return the sums of all entries and by month; where too few organizations stand behind one it is blank."""
    months: dict[str, dict[str, Sums]] = defaultdict(lambda: defaultdict(Sums))
    whole: dict[str, Sums] = defaultdict(Sums)
    for entry in entries:
        posted = [one for one in entry.postings if one.account in ACCOUNTS]
        if not posted or is_sandbox(entry.organization_id):
            continue
        month = profile.local_date(entry.at).isoformat()[:7]
        for sums in (whole[entry.currency], months[entry.currency][month]):
            sums.organizations.add(entry.organization_id)
            for one in posted:
                # a credit of the income account is income; of those that lessen it, a debit is what was lost
                sums.amounts[one.account] += -one.amount if one.account == FEES else one.amount
    least = profile.open_data.min_cell
    totals: list[tuple[Cell, ...]] = []
    rows: list[tuple[Cell, ...]] = []
    for currency, sums in sorted(whole.items()):
        hidden = hidden_cells({month: len(one.organizations) for month, one in months[currency].items()}, least)
        too_few = len(sums.organizations) < least
        totals.append((currency, *_shown(sums, blank=too_few)))
        rows += [
            (currency, month, *_shown(one, blank=too_few or month in hidden.cells))
            for month, one in sorted(months[currency].items())
        ]
    return (
        Table("total", ("currency", *COLUMNS), tuple(totals)),
        Table("months", ("currency", "month", *COLUMNS), tuple(rows)),
    )


def _shown(sums: Sums, *, blank: bool) -> tuple[Cell, ...]:
    return (None,) * len(COLUMNS) if blank else (len(sums.organizations), *sums.row)
