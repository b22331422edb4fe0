"""The profile's shape. A new country is a TOML file; behaviour that differs in kind is a named strategy, no `if`."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from quietline.kernel.errors import ConfigurationError
from quietline.kernel.phone import NumberingRules
from quietline.profiles.casework import Cases
from quietline.profiles.complaints import Complaints, EvidenceRules, Investigations, Penalty
from quietline.profiles.opendata import OpenData, Statistics
from quietline.profiles.part import Part
from quietline.profiles.sellers import CertificationText, Organizations, Retention, Sellers
from quietline.profiles.tariffs import Fees
from quietline.profiles.workdays import Holiday, Stops, stop_due_on

FOLDER = Path(__file__).parent


class Operator(Part):
    """Who runs the registry, as its invoices say: a name and the lines of a postal address."""

    name: str
    address: tuple[str, ...]
    source: str


class Numbering(Part):
    """Which numbers belong to the registry; see `kernel.phone.NumberingRules`."""

    region: str
    calling_code: str
    regions: tuple[str, ...]
    types: tuple[str, ...]
    area_digits: int
    subscriber_digits: int
    fictitious: tuple[tuple[str, int, int], ...] = ()
    shape: str = ""
    line_digits: int = 0


class LineCodes(Part):
    """Codes that prove a telephone line: by which channels, how long, how often mistyped, how many a number and day."""

    channels: tuple[Literal["sms", "call"], ...]
    minutes: int
    tries: int
    per_number_per_day: int


class Registration(Part):
    """Limits and windows of a registration; days are calendar days of the profile's time zone.

    `undo_hours`: how long a removal can be taken back. `mails_per_registration`: with a link, while it waits.
    `removal`: codes by which whoever holds a line removes its number; no channels where a mailbox alone may.
    `proof`: codes that prove the line when its number is registered; absent where the mailed link is enough.
    """

    max_numbers: int
    link_hours: int
    undo_hours: int
    listed_after_days: int
    binding_after_days: int
    mails_per_address_per_day: int
    mails_per_registration: int
    removal: LineCodes
    proof: LineCodes | None = None


class Lists(Part):
    """How long a list may be used, in days of its age."""

    max_age_days: int
    warn_age_days: int
    last_warning_age_days: int

    @property
    def reminder_ages(self) -> tuple[int, ...]:
        """The ages of the last pull's list at which its organization is reminded."""
        return self.warn_age_days, self.last_warning_age_days, self.max_age_days


class Hygiene(Part):
    """How numbers leave the list by carriers' reports.

    `ageing_days`: from disconnection to a reassignment that counts; `max_report_age_days`: how old an event may be;
    `max_reports`: a batch; `alarm_removals`: numbers an hour that make people look.
    """

    ageing_days: int
    max_report_age_days: int
    max_reports: int
    alarm_removals: int


class Lookups(Part):
    """How many numbers one lookup may hold."""

    free_numbers: int
    subscriber_numbers: int


class Washes(Part):
    """How large a call list may be, in bytes as uploaded and unpacked, and how long things take and last."""

    max_upload_bytes: int
    max_bytes: int
    answer_days: int
    stalled_minutes: int


class Allowance(Part):
    """Different numbers that an account may ask for in a day: above `alarm` people are told, above `limit` refused."""

    alarm: int
    limit: int


class Usage(Part):
    """What tells use from enumeration. `walk_…`: when a question steps through the number space."""

    free_lookups: Allowance
    subscriber_lookups: Allowance
    washes: Allowance
    walk_numbers: int
    walk_percent: int


class Webhooks(Part):
    """Outbound webhooks: how many, how long a replaced secret signs, the pauses between attempts, when to give up."""

    max_endpoints: int
    secret_overlap_hours: int
    retry_seconds: tuple[int, ...]
    disable_after_days: int


class Sandbox(Part):
    """What integrators test with: subscriber parts of fictitious numbers, the same in each of `areas`.

    `alternating` and `opposite` flip at the beginning of every day: the first are listed on `since` and every second
    day after it, the others on the days between.
    """

    since: date = Field(alias="from")
    areas: tuple[str, ...]
    listed: tuple[int, ...]
    clear: tuple[int, ...]
    alternating: tuple[int, ...]
    opposite: tuple[int, ...]
    invalid: tuple[str, ...]


class Profile(Part):
    """One jurisdiction."""

    name: str
    title: dict[str, str]
    """What the registry is called: language → text; `titled` returns one."""
    time_zone: str
    currency: str
    languages: tuple[str, ...]
    operator: Operator
    numbering: Numbering
    registration: Registration
    hygiene: Hygiene
    lists: Lists
    sellers: Sellers
    organizations: Organizations
    fees: Fees
    lookups: Lookups
    washes: Washes
    usage: Usage
    webhooks: Webhooks
    stops: Stops
    holidays: tuple[Holiday, ...] = ()
    complaints: Complaints
    evidence: EvidenceRules
    cases: Cases
    open_data: OpenData
    statistics: Statistics
    investigations: Investigations
    sandbox: Sandbox
    penalties: tuple[Penalty, ...]
    areas: dict[str, tuple[str, ...]]
    """State or region → its area keys."""

    @model_validator(mode="after")
    def _is_titled(self) -> "Profile":
        if set(self.title) != set(self.languages):
            raise ValueError("The title is not there in exactly the profile's languages.")
        return self

    def titled(self, language: str = "") -> str:
        """Return what the registry is called in one of the profile's languages, by default in the first."""
        return self.title[language or self.languages[0]]

    @cached_property
    def rules(self) -> NumberingRules:
        """The numbering part as the kernel takes it."""
        return NumberingRules(**self.numbering.model_dump(), areas=frozenset(self.area_keys))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone whose midnight ends the registry's day."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def state_of_area(self) -> dict[str, str]:
        """Area key → state."""
        return {area: state for state, areas in self.areas.items() for area in areas}

    @cached_property
    def area_keys(self) -> tuple[str, ...]:
        """Every area, sorted."""
        return tuple(sorted(self.state_of_area))

    @cached_property
    def sandboxed(self) -> "Profile":
        """The jurisdiction with the areas of its sandbox only."""
        states = {state: tuple(a for a in areas if a in self.sandbox.areas) for state, areas in self.areas.items()}
        kept = {state: areas for state, areas in states.items() if areas}
        return Profile.model_validate(self.model_dump(by_alias=True) | {"areas": kept})

    def local_date(self, instant: datetime) -> date:
        """Return the registry's date at an instant."""
        return instant.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the instant at which a day of the registry ends (midnight of the next), in UTC."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)

    def certification(self, day: date) -> CertificationText:
        """Return the text that is certified on a day.

        Raises:
            ConfigurationError: the profile knows no text that early.
        """
        found = [text for text in self.organizations.certifications if text.since <= day]
        if not found:
            raise ConfigurationError(f"The profile {self.name} has no certification for {day.isoformat()}.")
        return found[-1]

    def stop_due_on(self, day: date) -> date:
        """Return the last day on which a seller may still be busy with a stop request of a day.

        Raises:
            ConfigurationError: the profile knows no deadline that early.
        """
        found = stop_due_on(day, self.stops, self.holidays)
        if found is None:
            raise ConfigurationError(f"The profile {self.name} has no deadline of stop requests for {day.isoformat()}.")
        return found

    def retention(self, day: date) -> Retention:
        """Return how long the records of an organization are kept that is closed on a day.

        Raises:
            ConfigurationError: the profile knows none that early.
        """
        found = [one for one in self.organizations.retentions if one.since <= day]
        if not found:
            raise ConfigurationError(f"The profile {self.name} has no retention for {day.isoformat()}.")
        return found[-1]

    def penalty(self, day: date) -> Penalty:
        """Return the maximum penalty for a call on a day.

        Raises:
            ConfigurationError: the profile knows no maximum that early.
        """
        found = [penalty for penalty in self.penalties if penalty.since <= day]
        if not found:
            raise ConfigurationError(f"The profile {self.name} has no penalty for {day.isoformat()}.")
        return found[-1]


@cache
def load_profile(name: str) -> Profile:
    """Return the profile of that name.

    Raises:
        ConfigurationError: there is none, or it is not well formed.
    """
    path = FOLDER / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise ConfigurationError(f"There is no profile {name!r}; known are {known}.")
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ConfigurationError(f"The profile {name} is not well formed: {error}") from error
