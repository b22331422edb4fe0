"""The feed of an organization's deadlines as iCalendar (RFC 5545), and the tokens that open it."""

import hashlib
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConfigurationError, ConflictError, NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.notices.model import Calendar, Deadlines
from quietline.notices.ports import Calendars
from quietline.profiles.profile import Profile

TEXTS = Path(__file__).parent / "texts"
MAX_CALENDARS = 10
TOKEN_BYTES = 32
MAX_TOKEN = 100
LINE_OCTETS = 75


@dataclass(frozen=True)
class Entry:
    """One all-day event. `uid` stays the same while the deadline does, so that calendars move it, not copy it."""

    uid: str
    day: date
    summary: str
    description: str


@dataclass(frozen=True)
class CalendarService:
    """Makes, lists and revokes feeds, and answers them."""

    calendars: Calendars
    clock: Clock
    profile: Profile

    def create(self, organization_id: str, by: str, name: str) -> tuple[Calendar, str]:
        """Make a feed.

        Returns:
            The feed and its token, which cannot be read again.

        Raises:
            ConflictError: the organization has as many as it may.
        """
        if len(self.calendars.listed(organization_id)) >= MAX_CALENDARS:
            raise ConflictError(f"An organization may have {MAX_CALENDARS} calendars; revoke one first.")
        now, token = self.clock.now(), secrets.token_urlsafe(TOKEN_BYTES)
        made = Calendar(new_ulid(now), organization_id, name, now, by)
        self.calendars.add(made, token_hash(token))
        return made, token

    def listed(self, organization_id: str) -> list[Calendar]:
        """Return the organization's feeds, oldest first."""
        return self.calendars.listed(organization_id)

    def revoke(self, organization_id: str, calendar_id: str) -> None:
        """Make a feed's address worthless.

        Raises:
            NotFoundError: the organization has no such feed.
        """
        if not self.calendars.remove(organization_id, calendar_id):
            raise NotFoundError("There is no such calendar.")

    def feed(self, token: str) -> str:
        """Return the feed that a token opens, as iCalendar text.

        Raises:
            NotFoundError: the token is none, or was revoked.
        """
        found = self.calendars.find(token_hash(token)) if len(token) <= MAX_TOKEN else None
        if found is None:
            raise NotFoundError("There is no such calendar, or it was revoked.")
        now = self.clock.now()
        return render(list(entries(found, self.profile.local_date(now), self.profile)), found.language, now)


def token_hash(token: str) -> str:
    """Return what is kept of a token: with 256 random bits in it a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def entries(found: Deadlines, today: date, profile: Profile) -> Iterator[Entry]:
    """Yield an organization's deadlines; of subscriptions only those that still run."""
    words = texts(found.language)

    def entry(key: str, kind: str, day: date, **values: str) -> Entry:
        uid = f"{kind}-{key}-{found.organization_id}@quietline".lower()
        return Entry(uid, day, words[kind].format(**values), words[f"{kind}_more"].format(**values))

    if found.list_date is None:
        yield entry("never", "pull_first", today)
    else:
        held = found.list_date.isoformat()
        until = found.list_date + timedelta(days=profile.lists.max_age_days)
        warned = found.list_date + timedelta(days=profile.lists.warn_age_days)
        yield entry("list", "pull_again", warned, date=held, valid_until=until.isoformat())
        yield entry("list", "last_day", until, date=held)
    for end in sorted({end for _, end in found.terms if end > today}):
        opens = end - timedelta(days=profile.sellers.renewal_window_days)
        yield entry(end.isoformat(), "renew", opens, date=end.isoformat())
        yield entry(end.isoformat(), "ends", end - timedelta(days=1), date=end.isoformat())


def render(all_of: list[Entry], language: str, now: datetime) -> str:
    """Return an iCalendar object: CRLF, folded at 75 octets, texts escaped."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = escaped(texts(language)["name"])
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Quietline//Deadlines 1//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    for entry in all_of:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.uid}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY;LANGUAGE={language}:{escaped(entry.summary)}",
            f"DESCRIPTION;LANGUAGE={language}:{escaped(entry.description)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    r"""Return a TEXT value (RFC 5545 3.3.11).

    >>> print(escaped("a, b; c\\d"))
    a\, b\; c\\d
    """
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a content line in pieces of at most 75 octets that never cut a character (RFC 5545 3.1)."""
    pieces: list[str] = []
    piece, octets = "", 0
    for char in line:
        size = len(char.encode())
        if octets + size > LINE_OCTETS:
            pieces.append(piece)
            piece, octets = "", 1  # the space that begins a continuation counts
        piece, octets = piece + char, octets + size
    return "\r\n ".join([*pieces, piece])


@cache
def texts(language: str) -> dict[str, str]:
    """Return the calendar's texts.

    Raises:
        ConfigurationError: there are none in the language.
    """
    path = TEXTS / f"{language}.toml"
    if not language.isalpha() or not path.is_file():
        raise ConfigurationError(f"There is no calendar in the language {language!r}.")
    return tomllib.loads(path.read_text(encoding="utf-8"))
