"""Downloads: links to the current list's files, against a signed receipt."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.lists.model import Kind

from functions.seller_api.wiring import agent_of, app, downloads, using

if TYPE_CHECKING:
    from quietline.lists.service import Download


class DownloadIn(Model):
    """What to fetch."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"areas": ["202", "818"], "kind": "full", "format": "txt"},
                {"areas": ["202", "818"], "kind": "changes", "since": "2026-10-24"},
            ]
        },
    )

    areas: list[Annotated[str, Field(max_length=20)]] | None = Field(
        default=None, max_length=2000, description="Area keys; left out, all that the organization is entitled to."
    )
    kind: Kind = Field(default=Kind.FULL, description="The full list, changes, or a bitmap.")
    format: Annotated[str, Field(max_length=20)] | None = Field(
        default=None,
        description="full and changes: `txt` (the FTC's layout, if left out), `csv` or `xml`; bitmap: `roar`.",
    )
    since: dt.date | None = Field(
        default=None,
        description="With changes: the date of any published list; what you hold of it becomes the current list by "
        "applying them. Left out, changes start from the list before the current one.",
    )


class FileOut(Model):
    """One file."""

    area: str
    date: dt.date = Field(description="When this area last changed; its files are older than the list then.")
    kind: Kind = Field(description="`full` in place of `changes` where `reason` says why.")
    format: str
    since: dt.date | None = Field(default=None, description="The list that changes start from, where one was named.")
    reason: str | None = Field(
        default=None,
        description="Why the full list comes in place of changes: `changes_larger_than_full` or "
        "`area_not_published_since`.",
    )
    count: int = Field(description="Numbers in the file.")
    bytes: int
    sha256: str = Field(description="In hex, over the file as downloaded.")
    name: str = Field(description="What the FTC would call it.")
    url: str = Field(description="Works for minutes; anybody who has it can use it.")


class DownloadOut(Model):
    """Links and the receipt."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "receipt_id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
                    "receipt": "eyJhbGciOiJFUzI1NiJ9.eyJ0eXBlIjoicmVjZWlwdCJ9.c2lnbmF0dXJl",
                    "list_date": "2026-11-23",
                    "valid_until": "2026-12-24",
                    "files": [
                        {
                            "area": "818",
                            "date": "2026-11-23",
                            "kind": "full",
                            "format": "txt",
                            "count": 2,
                            "bytes": 214,
                            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            "name": "2026-11-23_818_96F944C7-207F-5291-B703-0EC4DCFE5AFD.txt.zip",
                            "url": "https://lists.example/areas/818/2026-11-23/full.txt.zip?X-Amz-Signature=0",
                        }
                    ],
                }
            ]
        }
    )

    receipt_id: str
    receipt: str = Field(description="A compact JWS: who got which bytes of which list, and until when they hold.")
    list_date: dt.date
    valid_until: dt.date = Field(description="The last day on which calls may rely on this list.")
    files: list[FileOut]


@route(
    app,
    "POST",
    "/v1/downloads",
    Rule.AGENT,
    summary="Get links to the list",
    description="Presigned URLs of the current list's files, and the receipt to keep. Asked again it makes new links "
    "and another receipt; Idempotency-Key is ignored, for links must not be kept.",
    tags=["Lists"],
    operation_id="createDownload",
    responses=documented(201, "Links and receipt.", DownloadOut, 400, 401, 403, 409, 413, 415, 422),
)
def create(wanted: Annotated[DownloadIn, Body()]) -> Response[DownloadOut]:
    """Hand out links."""
    acts = using()
    made = downloads(acts.organization_id).create(
        acts.organization_id,
        acts.san,
        wanted.areas,
        wanted.kind,
        wanted.format,
        since=wanted.since,
        agent=agent_of(acts),
    )
    return Response(201, "application/json", _out(made), headers={"Cache-Control": "no-store"})


def _out(made: "Download") -> DownloadOut:
    files = [
        FileOut(
            area=file.area,
            date=file.date,
            kind=file.kind,
            format=file.format,
            since=file.since,
            reason=file.reason or None,
            count=file.count,
            bytes=file.size,
            sha256=file.sha256,
            name=file.name,
            url=file.url,
        )
        for file in made.files
    ]
    return DownloadOut(
        receipt_id=made.receipt_id,
        receipt=made.receipt,
        list_date=made.list_date,
        valid_until=made.valid_until,
        files=files,
    )
