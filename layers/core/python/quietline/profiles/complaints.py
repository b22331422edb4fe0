"""Law of complaints: subjects, evidence, investigations, penalties."""

from datetime import date

from pydantic import Field

from quietline.profiles.part import Part


class Handled(Part):
    """Who handles calls of a diverted subject: a sentence by language, and where to go."""

    text: dict[str, str]
    agency: str
    link: str


class Subject(Part):
    """What a call was about: a code of the form, its label by language, its spelling in the open data.

    `exemption`: the kind of call that may be exempt and that this subject points at; empty for none.
    `handled`: of a diverted one, by whom.
    """

    code: int
    diverted: bool
    exemption: str = ""
    open_data_label: str
    label: dict[str, str]
    handled: Handled | None = None


class Complaints(Part):
    """Windows and limits of complaints, and their subjects.

    `max_calls` in one submission; `max_additions` comments, and as many corrections, of one complaint; above
    `usual_per_day` of one number or mailbox complaints are taken, and screened `slow_hours` later; `max_batch` rows.
    """

    grace_days: int
    window_days: int
    duplicate_hours: int
    max_comments: int
    max_calls: int
    max_additions: int
    usual_per_day: int
    slow_hours: int
    max_batch: int
    subjects: tuple[Subject, ...]

    def subject(self, code: int) -> Subject | None:
        """Return the subject of a code, or None."""
        return next((subject for subject in self.subjects if subject.code == code), None)


class EvidenceKind(Part):
    """Content types that evidence of one kind may have, and how large it may be."""

    types: tuple[str, ...]
    max_bytes: int


class EvidenceRules(Part):
    """How much evidence one owner may hand in, how long it is kept, how long forms and links work.

    `max_files` waiting or clean at a time; `max_offers` ever, refused ones too.
    """

    keep_days: int
    max_files: int
    max_offers: int
    upload_minutes: int
    link_seconds: int
    kinds: dict[str, EvidenceKind]


class Investigations(Part):
    """Deadlines of an investigation in days, limits of exemptions, and what a worksheet proposes.

    `reminder_days_before`: the seller is reminded so many days before its deadline; `max_hearings`: how often it is
    asked when more calls join; `factors`: code → percent of the maximum, added up (100 at most), see
    `cases.investigation.findings`.
    """

    traceback_days: int
    max_hops: int
    reply_days: int
    max_hearings: int
    extension_days: int
    reminder_days_before: tuple[int, ...]
    relationship_months: int
    inquiry_months: int
    factors: dict[str, int]


class Penalty(Part):
    """The maximum penalty per call in minor units, from a date on."""

    since: date = Field(alias="from")
    maximum: int
    source: str
