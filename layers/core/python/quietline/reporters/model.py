"""A trusted reporter and what became of its batch."""

from dataclasses import dataclass, field

from quietline.complaints.model import ComplaintInput
from quietline.kernel.errors import FieldError


@dataclass(frozen=True)
class Row:
    """One complaint of a batch.

    Attributes:
        client_reference: the reporter's own name of it: sent again it is found, not made twice.
    """

    client_reference: str
    form: ComplaintInput = field(repr=False)


@dataclass(frozen=True)
class RowResult:
    """What became of a row: the complaint's reference, or the fields that were refused."""

    index: int
    client_reference: str
    reference: str = ""
    is_new: bool = False
    errors: tuple[FieldError, ...] = ()
