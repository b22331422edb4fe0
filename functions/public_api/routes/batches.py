"""Complaints in batches, from trusted reporters."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.http.auth import Principal, Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.reporters.model import Row

from functions.public_api import wiring
from functions.public_api.app import app
from functions.public_api.routes.complaints import REFERENCE, TAGS, ComplaintIn, input_of


class RowIn(ComplaintIn):
    """A complaint, and the reporter's own name of it."""

    client_reference: Annotated[str, Field(max_length=200)] = Field(
        description="Unique among your complaints: 1 to 64 letters, digits or . _ : - ; sent again it is found."
    )


class BatchIn(Model):
    """A batch."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "complaints": [
                        {
                            "client_reference": "2026-11-24-0017",
                            "called_number": "(202) 555-0143",
                            "call_date": "2026-11-20",
                            "call_time": "18:30",
                            "robocall": True,
                            "caller_number": "(305) 555-0187",
                        }
                    ]
                }
            ]
        },
    )

    complaints: list[RowIn] = Field(max_length=1000, description="As many as the profile says (United States: 200).")


class RowErrorOut(Model):
    """One refused field of a row."""

    field: str
    detail: str
    code: str


class RowOut(Model):
    """What became of a row."""

    index: int = Field(description="Its place in the batch, from 0.")
    client_reference: str
    reference: str | None = Field(description="Of the complaint; null where the row was refused.")
    is_new: bool = Field(description="False where it was sent before, or was refused.")
    errors: list[RowErrorOut] = Field(description="Why the row was refused; empty where it was taken.")


class BatchOut(Model):
    """What became of the batch, row by row."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "accepted": 1,
                    "refused": 0,
                    "rows": [
                        {
                            "index": 0,
                            "client_reference": "2026-11-24-0017",
                            "reference": REFERENCE,
                            "is_new": True,
                            "errors": [],
                        }
                    ],
                }
            ]
        }
    )

    accepted: int
    refused: int
    rows: list[RowOut]


@route(
    app,
    "POST",
    "/v1/complaints/batch",
    Rule.REPORTER,
    summary="Send complaints in a batch",
    description="Every valid row becomes a complaint; a wrong one is refused with its fields and hinders no other. A "
    "row whose `client_reference` was sent before is answered with its complaint. Takes Idempotency-Key.",
    tags=TAGS,
    operation_id="sendComplaints",
    responses=documented(200, "What became of each row.", BatchOut, 400, 401, 403, 409, 413, 415, 422),
)
def send(batch: Annotated[BatchIn, Body()]) -> BatchOut:
    """Send complaints in a batch."""
    principal: Principal = app.context["principal"]
    rows = [Row(one.client_reference, input_of(one)) for one in batch.complaints]
    done = wiring.batches().take(principal.client_id, rows)
    return BatchOut(
        accepted=sum(bool(one.reference) for one in done),
        refused=sum(not one.reference for one in done),
        rows=[
            RowOut(
                index=one.index,
                client_reference=one.client_reference,
                reference=one.reference or None,
                is_new=one.is_new,
                errors=[
                    RowErrorOut(field=error.pointer.strip("/"), detail=error.detail, code=error.code)
                    for error in one.errors
                ],
            )
            for one in done
        ],
    )
