"""What of a complaint is published: who called and when, roughly from where it was reported, what it was about."""

import hashlib
import hmac
from datetime import date

from quietline.complaints.model import Complaint
from quietline.kernel.phone import PhoneNumber, area_of
from quietline.kernel.spreadsheets import name_or_blank
from quietline.opendata.layout import INSTANT
from quietline.opendata.model import Row, day_code
from quietline.profiles.profile import Profile

HIDDEN_STAGES = ("withdrawn",)
HIDDEN_OUTCOMES = ("duplicate", "diverted")


def row_of(complaint: Complaint, release: date, profile: Profile, secret: bytes) -> Row | None:
    """Return the row of a complaint in the file of `release`, or None for one that is not published.

    Nothing of it identifies the consumer: no name, no street, no ZIP code, no words of theirs. A caller that shows the
    consumer's own number (spoofed, or mistyped) is left blank.

    Args:
        complaint: as it is now.
        release: date of the file.
        profile: gives the time zone, the areas' states and the subjects' spellings.
        secret: the app secret, for `complainant`.
    """
    if complaint.stage.value in HIDDEN_STAGES:
        return None
    if complaint.outcome is not None and complaint.outcome.value in HIDDEN_OUTCOMES:
        return None
    area = area_of(PhoneNumber(complaint.called), profile.rules)
    subject = profile.complaints.subject(complaint.subject)
    return Row(
        caller=_caller(complaint, profile),
        created=complaint.received_at.astimezone(profile.zone).strftime(INSTANT),
        violation=complaint.called_at.astimezone(profile.zone).strftime(INSTANT),
        city=name_or_blank(" ".join(complaint.consumer.get("city", "").split()).title()),
        state=_state(complaint, area, profile),
        area=area,
        subject=subject.open_data_label if subject else "",
        robocall="Y" if complaint.robocall else "N",
        id=day_code(release) + hashlib.sha256(f"quietline\x1f{complaint.id}".encode()).hexdigest()[:28],
        complainant=_keyed(complaint.called, secret),
        neighbour=bool(complaint.caller_number) and complaint.caller_number[:-4] == complaint.called[:-4],
    )


def _caller(complaint: Complaint, profile: Profile) -> str:
    country = f"+{profile.numbering.calling_code}"
    digits = complaint.caller_number.removeprefix(country)
    length = profile.numbering.area_digits + profile.numbering.subscriber_digits
    is_national = complaint.caller_number.startswith(country) and len(digits) == length
    return digits if is_national and complaint.caller_number != complaint.called else ""


def _state(complaint: Complaint, area: str, profile: Profile) -> str:
    """Return the state as reported, else the area's (Data Book 2018, notes)."""
    given = profile.statistics.state_of.get(" ".join(complaint.consumer.get("state", "").casefold().split()))
    return given.name if given else profile.state_of_area.get(area, "")


def _keyed(called: str, secret: bytes) -> str:
    key = hmac.digest(secret, b"quietline/open-data/complainant", hashlib.sha256)
    return hmac.new(key, called.encode(), hashlib.sha256).hexdigest()[:16]
