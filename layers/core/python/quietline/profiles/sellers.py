"""Law of organizations: their people, records, certifications, and how long what they leave is kept."""

import re
from datetime import date
from itertools import accumulate

from pydantic import Field

from quietline.profiles.part import Part


class Team(Part):
    """Limits of an organization's people, agents and machine clients.

    `client_overlap_hours` is how long a rotated machine client works on beside the one that takes its place.
    """

    invitation_days: int
    open_invitations: int
    mails_per_invitation: int
    agents: int
    clients: int
    client_overlap_hours: int


class CallerNumbers(Part):
    """How many numbers an organization may declare at a time, and how many spans of days are kept of all it had."""

    most: int
    with_past: int


class Sellers(Part):
    """Renewal, the team and the numbers that they call from; reminders go out so many days before an end."""

    renewal_window_days: int
    renewal_reminder_days: tuple[int, ...]
    team: Team
    caller_numbers: CallerNumbers


class CertificationText(Part):
    """What organizations certify from a day on, by language."""

    version: str
    since: date = Field(alias="from")
    text: dict[str, str]


class TaxIdForm(Part):
    """A kind of tax id: its digits by a pattern, and how they are grouped.

    `personal`: it names a person, so it is kept encrypted and shown by its last digits.
    """

    kind: str
    personal: bool
    pattern: str
    groups: tuple[int, ...]
    label: dict[str, str]
    source: str

    def fits(self, digits: str) -> bool:
        """Tell whether digits have this form."""
        return digits.isascii() and re.fullmatch(self.pattern, digits) is not None

    def written(self, digits: str) -> str:
        """Return the number in its groups, joined by dashes."""
        starts = accumulate((0, *self.groups))
        return "-".join(digits[start : start + length] for start, length in zip(starts, self.groups, strict=False))


class Exemption(Part):
    """Why an organization may be exempt from fees."""

    code: str
    label: dict[str, str]
    source: str


class Retention(Part):
    """For how many months the records of a closed organization are kept, from a day on."""

    since: date = Field(alias="from")
    months: int
    source: str


class Organizations(Part):
    """What organizations certify and tell of themselves.

    `certification_months`: how long one holds; `certification_grace_days`: after a new text or the end of a certified
    term, until lists are refused.
    """

    certification_months: int
    certification_grace_days: int
    certifications: tuple[CertificationText, ...]
    tax_ids: tuple[TaxIdForm, ...]
    exemptions: tuple[Exemption, ...]
    retentions: tuple[Retention, ...]
