"""Pages of open data for tests and for eyes: a registry of some years in memory, drawn into a folder."""

from datetime import UTC, date, datetime
from pathlib import Path

from quietline.adapters.parquet import columns_of
from quietline.fees.model import Term
from quietline.kernel.clock import FixedClock
from quietline.ledger.model import FEES, REFUNDS, Entry, EntryKind, Posting
from quietline.opendata.layout import read_ftc, write_rows
from quietline.opendata.publish import import_name
from quietline.orders.model import Entitlement
from quietline.profiles.profile import Profile
from quietline.statistics.calls import ReportedCallsBook
from quietline.statistics.fees import FeesBook
from quietline.statistics.ports import Holder
from quietline.statistics.publish import DataBook
from quietline.statistics.registrations import RegistrationsBook
from quietline.statistics.subscribers import SubscribersBook

from functions.publish_statistics.pages import DataPages
from infra.local.reported import sample_file
from tests.fakes.opendata import MemoryFiles, PlainSigner, publication
from tests.fakes.statistics import MemoryLists, MemoryMoney, MemorySubscriptions

NOW = datetime(2027, 3, 3, 18, tzinfo=UTC)
FILES = (date(2026, 2, 3), date(2026, 6, 2), *(date(2027, month, 2) for month in (1, 2, 3)), date(2026, 11, 3))
ROWS = 400


def lists(profile: Profile) -> MemoryLists:
    """Return a list of each month since October 2025: areas of all sizes, growing, one of three numbers."""
    found = MemoryLists()
    for month in range(18):
        day = date(2025 + (9 + month) // 12, (9 + month) % 12 + 1, 2)
        found.counts[day] = {
            area: 3 if area == "684" else 400_000 + 9_000 * (int(area) % 37) + 2_000 * month
            for area in profile.area_keys
        }
    return found


def subscriptions(profile: Profile) -> MemorySubscriptions:
    """Return organizations in every state: paid, free and exempt."""
    found, areas = MemorySubscriptions(), profile.area_keys
    states = [state.name for state in profile.statistics.states]
    for number in range(900):
        name, much = f"o{number}", (3, 4, 5, 5, 8, 30, 120, len(areas))[number % 8]
        term = Term(date(2026, 1 + number % 12, 1), date(2027, 1 + number % 12, 1))
        exempt = number % 24 == 7
        amount = 0 if exempt or much <= 5 else 8500 * much
        found.held.append((name, Entitlement(f"order-{number}", frozenset(areas[:much]), term, amount)))
        found.organizations[name] = Holder(states[number * number % len(states)], exempt=exempt)
    return found


def money() -> MemoryMoney:
    """Return a ledger of both years, with a month in which hardly anybody paid."""
    found = MemoryMoney()
    for month in range(17):
        for number in range(2 if month == 13 else 20 + month % 5):
            at = datetime(2025 + (9 + month) // 12, (9 + month) % 12 + 1, 5, 12, tzinfo=UTC)
            fee = 8500 * (number + 1 + month)
            postings = (Posting("x", fee), Posting(FEES, -fee))
            found.kept.append(
                Entry(f"i-{month}-{number}", f"o{number}", "o", "i", EntryKind.INVOICED, at, "USD", postings)
            )
            back = (Posting(REFUNDS, 900), Posting("x", -900))
            found.kept.append(Entry(f"r-{month}-{number}", f"o{number}", "o", "i", EntryKind.REFUNDED, at, "USD", back))
    return found


def draw(folder: Path, profile: Profile, *, empty: bool = False) -> MemoryFiles:
    """Draw the pages, and the files that they link to, below `folder/data`; `empty` before anything is published."""
    clock = FixedClock(NOW)
    made = publication(profile, clock, columns=columns_of)
    files = made.files
    assert isinstance(files, MemoryFiles)
    if not empty:
        for day in FILES:
            found = read_ftc(sample_file(day, ROWS, profile).encode(), day)
            files.keep(import_name(day), write_rows(found.rows))
        made.publish_days(FILES)
        listed = lists(profile)
        books = (
            ReportedCallsBook(made.releases, profile.statistics),
            RegistrationsBook(listed, profile),
            SubscribersBook(subscriptions(profile), listed, profile),
            FeesBook(money(), listed, profile),
        )
        DataBook(profile, clock, files, PlainSigner(), books, made.releases).publish()
    DataPages(profile, files).publish()
    for name, body in files.public.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return files
