"""Keys of investigations (cases table)."""

from datetime import datetime

from quietline.adapters.dynamodb.keys.registry import META
from quietline.kernel.clock import to_text


def investigation(case_id: str) -> tuple[str, str]:
    """Key of where the investigation of a case stands."""
    return f"CASE#{case_id}", "INVESTIGATION"


def scrub(case_id: str, complaint_id: str) -> tuple[str, str]:
    """Key of the finding on a call."""
    return f"CASE#{case_id}", f"SCRUB#{complaint_id}"


def hop(case_id: str, number: int) -> tuple[str, str]:
    """Key of a carrier asked in a traceback."""
    return f"CASE#{case_id}", f"TRACEBACK#{number:03d}"


def tracebacks_of(carrier: str) -> str:
    """Partition of `gsi1`: what a carrier was asked, by time."""
    return f"TRACEBACKS#{carrier}"


def hop_index(carrier: str, at: datetime, case_id: str) -> tuple[str, str]:
    """Place of a hop in `gsi1`."""
    return tracebacks_of(carrier), f"{to_text(at)}#{case_id}"


def reply(case_id: str, organization_id: str) -> tuple[str, str]:
    """Key of an organization's right of reply in a case."""
    return f"CASE#{case_id}", f"REPLY#{organization_id}"


def accused(organization_id: str) -> str:
    """Partition of `gsi1`: an organization's rights of reply, by time."""
    return f"ACCUSED#{organization_id}"


def reply_index(organization_id: str, at: datetime, case_id: str) -> tuple[str, str]:
    """Place of a right of reply in `gsi1`."""
    return accused(organization_id), f"{to_text(at)}#{case_id}"


def execution(case_id: str, attempt: int) -> tuple[str, str]:
    """Key of the outbox item that starts an execution; its name is what follows the `#`."""
    return f"INVESTIGATION#{case_id}-{attempt}", META
