"""The queue as the investigators' API takes and answers it: filters, pages, searches, statistics, people, the log."""

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field
from quietline.cases.model import Status
from quietline.cases.queue import Filter
from quietline.http.model import Model

from functions.case_api.routes.models import AccusationOut, CaseOut

if TYPE_CHECKING:
    from quietline.cases.audit import AuditEntry, AuditPage
    from quietline.cases.people import Colleague
    from quietline.cases.reading import Found, Statistics

Short = Annotated[str, Field(max_length=40)]


class FilterIn(Model):
    """Which cases are asked for; what is left out means any."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "open", "robocalls": True}]})

    status: Literal["open", "decided", "closed", "merged"] = "open"
    agency: Short = Field("", description="Works it, alone or with the other.")
    referred_to: Short = Field("", description="Agency that has been asked to take it and has not answered.")
    assignee: Short = Field("", description="An investigator's id, `me`, or `none` for cases that nobody has.")
    priority: int = Field(0, ge=0, le=100, description="At least so many points.")
    overdue: bool | None = Field(None, description="The review's deadline has passed.")
    on_hold: bool | None = None
    failed: bool | None = Field(None, description="Its execution stopped by an error.")
    area: Annotated[str, Field(max_length=10)] = Field("", description="Area of a called number.")
    state: Annotated[str, Field(max_length=60)] = Field("", description="State of such an area.")
    subject: int | None = Field(None, description="Code of a complaint's subject.")
    robocalls: bool | None = Field(None, description="At least one complaint is of a recorded message.")
    opened_from: date | None = Field(None, description="Local date, included.")
    opened_until: date | None = Field(None, description="Local date, included.")
    sort: Literal["priority", "opened", "due", "complaints"] = "priority"

    def wanted(self, me: str) -> Filter:
        """Return the filter; `me` is who asks."""
        values = {name: getattr(self, name) for name in type(self).model_fields if name in Filter.__dataclass_fields__}
        assignee = me if self.assignee == "me" else self.assignee
        return Filter(**(values | {"status": Status(self.status), "assignee": assignee}))


class QueueIn(FilterIn):
    """A filter and a page of what it lets through."""

    limit: int = Field(50, ge=1, le=50)
    cursor: Annotated[str, Field(max_length=200)] = Field("", description="The `next` of the page before.")


class SearchIn(Model):
    """What to search for: just one of the three."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reference": "QL-7K3M-Q9TZ"}, {"caller_number": "(305) 555-0187"}]},
    )

    reference: Annotated[str, Field(max_length=40)] = Field("", description="A complaint's, as consumers read it out.")
    caller_number: Annotated[str, Field(max_length=60)] = Field("", description="In any form.")
    caller_name: Annotated[str, Field(max_length=200)] = ""


class SearchOut(Model):
    """What was found."""

    cases: list[CaseOut] = Field(description="Newest first; of a caller every case it was ever in.")
    complaint: AccusationOut | None = Field(description="Where its reference was searched for.")

    @classmethod
    def of(cls, found: "Found") -> Self:
        """Return what was found."""
        complaint = AccusationOut.of(found.complaint) if found.complaint else None
        return cls(cases=[CaseOut.of(case) for case in found.cases], complaint=complaint)


class StatisticsOut(Model):
    """Counts over the cases asked for."""

    cases: int
    by_agency: dict[str, int]
    complaints: int
    states: dict[str, int] = Field(description="State of the called number → complaints.")
    areas: dict[str, int]
    subjects: dict[str, int]
    days: dict[str, int] = Field(description="Local date of the call → complaints; of each case the newest 60 days.")

    @classmethod
    def of(cls, statistics: "Statistics") -> Self:
        """Return the counts."""
        return cls(**asdict(statistics))


class ColleagueOut(Model):
    """Somebody who works at the desk."""

    id: str
    agency: str
    supervises: bool
    name: str = Field(description="Empty until they gave one.")

    @classmethod
    def of(cls, one: "Colleague") -> Self:
        """Return the person."""
        return cls(id=one.sub, agency=one.agency, supervises=one.supervises, name=one.name)


class ColleaguesOut(Model):
    """Everybody who has been at the desk, by agency and name."""

    investigators: list[ColleagueOut]


class NameIn(Model):
    """What colleagues see."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Robin Sample"}]})

    name: Annotated[str, Field(max_length=200)] = Field(description="1 to 80 characters.")


class AuditEntryOut(Model):
    """Who did what to what, when."""

    at: datetime
    by: str = Field(description="The person's id.")
    action: str
    subject: str = Field(description="`CASE#<id>`, `queue`, `search`, `statistics` or `audit`.")
    detail: str

    @classmethod
    def of(cls, entry: "AuditEntry") -> Self:
        """Return the entry."""
        return cls(at=entry.at, by=entry.by, action=entry.action, subject=entry.subject, detail=entry.detail)


class AuditOut(Model):
    """One page of the desk's audit log, newest first."""

    entries: list[AuditEntryOut]
    next: str = Field(description="`cursor` of the next page; empty at the end.")

    @classmethod
    def of(cls, page: "AuditPage") -> Self:
        """Return the page."""
        return cls(entries=[AuditEntryOut.of(entry) for entry in page.entries], next=page.cursor)
