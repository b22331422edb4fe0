"""What investigators do to cases, as their API takes it."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field
from quietline.http.model import Model

from functions.case_api.routes.queue_models import FilterIn

if TYPE_CHECKING:
    from quietline.cases.exports import Export
    from quietline.cases.views import View

CASE = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"
Id = Annotated[str, Field(max_length=40)]
Reason = Annotated[str, Field(max_length=2000)]


class OpenIn(Model):
    """A case opened by hand, whatever the triggers say."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"complaints": ["QL-7K3M-Q9TZ"], "reason": "Same script."}]}
    )

    complaints: list[Id] = Field([], max_length=200, description="References of complaints that are in no case.")
    caller_number: Annotated[str, Field(max_length=60)] = Field("", description="All of this caller's, in any form.")
    caller_name: Annotated[str, Field(max_length=200)] = Field(
        "", description="All of a caller of whom only this is known."
    )
    reason: Reason = Field("", description="Kept as the case's first note.")


class AssignIn(Model):
    """Who gets the case."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"assignee": "me"}]})

    assignee: Id = Field(description="An investigator's id, `me`, or empty for nobody.")


class NoteIn(Model):
    """What is written down."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "The number is out of service."}]}
    )

    text: Annotated[str, Field(max_length=20_000)] = Field(description="1 to 10,000 characters.")


class LinkIn(Model):
    """Another case that has to do with this one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"case_id": CASE, "reason": "The same recording."}]}
    )

    case_id: Id
    reason: Reason = Field(description="1 to 1,000 characters.")


class HoldIn(Model):
    """Why and until when a case rests."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "A court decides on the same caller.", "until": "2027-03-01"}]},
    )

    reason: Reason
    until: date = Field(description="Local date on which it goes on; within the next 366 days.")


class ReferIn(Model):
    """An offer to the other agency."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"to": "telecom", "reason": "The number is spoofed.", "joint": False}]},
    )

    to: Id = Field(description="Key of the agency.")
    reason: Reason
    joint: bool = Field(False, description="Whether both work the case; else it becomes theirs.")


class AnswerIn(Model):
    """What the other agency's supervisor says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"accept": True, "reason": ""}]})

    accept: bool
    reason: Reason = Field("", description="Of a refusal, 1 to 1,000 characters; kept as a note.")


class MergeIn(Model):
    """The case that goes on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"into": CASE}]})

    into: Id = Field(description="It gets all complaints and callers.")


class SplitIn(Model):
    """Complaints that leave a case."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"complaints": [CASE]}]})

    complaints: list[Id] = Field(min_length=1, max_length=500, description="Ids of complaints of the case.")
    into: Id = Field("", description="An open case that they go to; left out, a new one.")


class ViewIn(Model):
    """A filter under a name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Mine, late", "filter": {"assignee": "me", "overdue": True}}]},
    )

    name: Annotated[str, Field(max_length=100)] = Field(description="1 to 60 characters; the same name replaces.")
    filter: FilterIn


class ViewOut(Model):
    """A saved view."""

    id: str
    name: str
    filter: FilterIn
    saved_at: datetime

    @classmethod
    def of(cls, view: "View") -> Self:
        """Return the view."""
        return cls(id=view.id, name=view.name, filter=FilterIn(**view.wanted), saved_at=view.saved_at)


class ViewsOut(Model):
    """Your views, oldest first."""

    views: list[ViewOut]


class BundleOut(Model):
    """A case as one file."""

    id: str
    state: Literal["ready", "making"]
    url: str = Field(description="Where the zip is got; empty while it is made.")
    expires_in: int = Field(description="Seconds that `url` works; 0 while it is made.")
    bytes: int = Field(description="Size of the zip; 0 while it is made.")

    @classmethod
    def of(cls, export: "Export") -> Self:
        """Return the bundle."""
        if export.link is None:
            return cls(id=export.id, state="making", url="", expires_in=0, bytes=0)
        link = export.link
        return cls(id=export.id, state="ready", url=link.url, expires_in=link.seconds, bytes=link.size)
