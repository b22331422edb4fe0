"""Use cases of the public directory: which sellers are registered, and whose number called. See ADR 0029."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, timedelta

from quietline.directory.entries import SHORTEST, Entry, matches, words_of
from quietline.directory.model import Span
from quietline.directory.ports import Entries, Row
from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, InvalidInputError, InvalidPhoneNumberError
from quietline.kernel.phone import parse_any
from quietline.profiles.profile import Profile
from quietline.sellers.san import read

MOST_READ = 200
"""Entries that one request looks at; a page may have fewer than were asked for and still have a next one."""
TYPES = ("seller", "telemarketer", "exempt")


@dataclass(frozen=True)
class Page:
    """Entries, and where the next page begins; empty at the end."""

    entries: tuple[Entry, ...]
    next: str = ""


@dataclass(frozen=True)
class DirectoryService:
    """What anybody may ask."""

    entries: Entries
    clock: Clock
    profile: Profile

    def search(self, *, name: str = "", kind: str = "", state: str = "", cursor: str = "", limit: int = 25) -> Page:
        """Return registered organizations in the order of their names.

        Args:
            name: words, or beginnings of words, of the name; empty for all.
            kind: one of `TYPES`; empty for all.
            state: as in the address; empty for all.
            cursor: `next` of the page before.
            limit: entries of a page.

        Raises:
            InvalidInputError: `/name` has no word of two letters, `/type` is none, or `/cursor` is of another search.
        """
        asked = words_of(name)
        word = max(asked, key=len, default="")
        wrong = []
        if name.strip() and len(word) < SHORTEST:
            wrong.append(FieldError("/name", "Give at least two letters of a word of the name.", "name_too_short"))
        if kind not in ("", *TYPES):
            wrong.append(FieldError("/type", f"Choose {', '.join(TYPES)}.", "type_unknown"))
        after = _position(cursor)
        if after is None or (after and not after.startswith(word)):
            wrong.append(FieldError("/cursor", "This is not where a page of this search ends.", "cursor_unknown"))
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        found: list[Entry] = []
        place, read = "", 0
        for row in self.entries.rows(word, after or "", MOST_READ):
            place, read = row.position, read + 1
            if self._wanted(row, word, asked, kind, state):
                found.append(row.entry)
                if len(found) == limit:
                    break
        more = len(found) == limit or read == MOST_READ
        return Page(tuple(found), _cursor(place) if more else "")

    def of_san(self, san: str) -> Page:
        """Return the organization with a SAN; nothing when none that is listed has it.

        Args:
            san: as people write it. Whoever knows it learns whose it is; the directory tells nobody a SAN.

        Raises:
            InvalidInputError: `/san` is none: its check digit is wrong.
        """
        known = read(san)
        if known is None:
            sentence = "This is no subscription account number; it looks like 123-456-7897. Check its digits."
            raise InvalidInputError(sentence, (FieldError("/san", sentence, "san_not_valid"),))
        found = self.entries.of_san(known)
        return Page((found,) if found and self._certified(found) else ())

    def callers(self, number: str, called_on: date | None = None) -> list[tuple[Entry, Span]]:
        """Return the listed organizations that had declared a number on the day of a call, by name.

        Args:
            number: who called, as people write it, of any country.
            called_on: day of the call in the registry's time zone; None for today.

        Raises:
            InvalidInputError: `/number` is none, or `/called_on` is to come or too long ago.
        """
        today = self.profile.local_date(self.clock.now())
        day = called_on or today
        wrong = []
        try:
            e164 = parse_any(number, self.profile.rules).e164
        except InvalidPhoneNumberError as error:
            wrong.append(FieldError("/number", str(error), error.reason))
        window = self.profile.complaints.window_days
        if day > today:
            wrong.append(FieldError("/called_on", "The call cannot be in the future.", "in_future"))
        elif day < today - timedelta(days=window):
            sentence = f"The call is too long ago: numbers are kept for {window} days."
            wrong.append(FieldError("/called_on", sentence, "too_old"))
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        found = [pair for pair in self.entries.declaring(e164, day) if self._certified(pair[0])]
        return sorted(found, key=lambda pair: (words_of(pair[0].name), pair[0].organization_id))

    def _wanted(self, row: Row, word: str, asked: list[str], kind: str, state: str) -> bool:
        entry = row.entry
        # a name with two words that begin so has two rows: the first word's counts
        if word and row.word != min(one for one in entry.words if one.startswith(word)):
            return False
        if kind and entry.type != kind:
            return False
        if state.strip() and entry.region.casefold() != state.strip().casefold():
            return False
        return self._certified(entry) and matches(entry.name, asked)

    def _certified(self, entry: Entry) -> bool:
        """Tell whether the newest certification may still hold: for its months, the time to renew, and the grace."""
        of = self.profile.organizations
        today = self.profile.local_date(self.clock.now())
        late = today - timedelta(days=self.profile.sellers.renewal_window_days + of.certification_grace_days)
        months = late.year * 12 + late.month - 1 - of.certification_months
        oldest = date(months // 12, months % 12 + 1, min(late.day, 28))
        return entry.certified_on >= oldest


def _cursor(position: str) -> str:
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def _position(cursor: str) -> str | None:
    """Return what a cursor stands for, empty for none; None when it is no cursor."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
