"""What a complaint holds besides the call: how it was screened, and what its consumer said later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Ruling:
    """One rule that screening tried: `detail` is a sentence that holds no number, `source` where the rule stands."""

    rule: str
    answer: str
    detail: str
    source: str


@dataclass(frozen=True)
class Comment:
    """What a consumer added later, in its own words."""

    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True)
class Correction:
    """What a consumer corrected: field of the complaint → what stood there before."""

    at: datetime
    before: Mapping[str, Any] = field(repr=False)
