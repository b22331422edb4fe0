"""Instants in answers, written as everywhere: UTC with milliseconds and `Z`."""

import datetime as dt
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema
from quietline.kernel.clock import to_text

Instant = Annotated[
    dt.datetime,
    PlainSerializer(to_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
