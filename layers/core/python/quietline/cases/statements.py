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
    """What a consumer corrected.

    Attributes:
        before: field of the complaint → what stood there before.
        contact: names of the fields of name and address that changed; what stood there is kept nowhere.
    """

    at: datetime
    before: Mapping[str, Any] = field(repr=False)
    contact: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemovedFile:
    """A file that a consumer removed before anybody had opened it; `kind` as in `evidence.model.Kind`."""

    at: datetime
    kind: str
