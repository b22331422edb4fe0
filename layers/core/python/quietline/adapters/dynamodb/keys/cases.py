"""Keys of complaints and cases (cases table)."""

from datetime import date, datetime

from quietline.adapters.dynamodb.keys.registry import META
from quietline.kernel.clock import to_text


def complaint(complaint_id: str) -> tuple[str, str]:
    """Key of a complaint."""
    return f"COMPLAINT#{complaint_id}", META


def reference(text: str) -> tuple[str, str]:
    """Key that makes a complaint's reference unique and finds the complaint."""
    return f"REFERENCE#{text}", META


def intake(whose: str, day: date) -> tuple[str, str]:
    """Key of the count of complaints that a number (E.164) or a mailbox (keyed hash) sent on one day."""
    return f"INTAKE#{whose}", day.isoformat()


def reporter(client_id: str) -> tuple[str, str]:
    """Key of a trusted reporter's machine client; the partition `REPORTERS` lists them."""
    return "REPORTERS", client_id


def reported_as(code: str, client_reference: str) -> tuple[str, str]:
    """Key that makes a reporter's own name of a complaint unique among its complaints."""
    return f"REPORTER#{code}", f"COMPLAINT#{client_reference}"


def evidence(owner: str, evidence_id: str) -> tuple[str, str]:
    """Key of a piece of evidence in its owner's partition (`COMPLAINT#<id>`, `REPLY#<case>-<organization>`)."""
    return owner, f"EVIDENCE#{evidence_id}"


def evidence_version(owner: str) -> tuple[str, str]:
    """Key of the lock that keeps an owner's evidence below its limit."""
    return owner, "EVIDENCE"


def evidence_removed(owner: str, evidence_id: str) -> tuple[str, str]:
    """Key of the outbox item that has the files of removed evidence deleted; it says all that there is to do."""
    return f"EVIDENCE_REMOVED#{owner}#{evidence_id}", META


def complaints_of(caller_key: str) -> str:
    """Partition of `gsi1`: the complaints about one caller, by the time they were received."""
    return f"CALLER#{caller_key}"


def reports(called: str, caller_key: str) -> tuple[str, str]:
    """Key of the violations by one caller to one number."""
    return f"CALLS#{called}#{caller_key}", META


def screening(complaint_id: str, cause: str) -> tuple[str, str]:
    """Key of the outbox item that has a complaint screened again; the execution's name is what follows the `#`."""
    return f"SCREENING#{complaint_id}-{cause}", META


def cases_of(status: str) -> str:
    """Partition of `gsi1`: the cases of a status, the most urgent first."""
    return f"CASES#{status}"


def case(case_id: str) -> tuple[str, str]:
    """Key of a case."""
    return f"CASE#{case_id}", META


def case_complaint(case_id: str, complaint_id: str) -> tuple[str, str]:
    """Key of a complaint's place in a case."""
    return f"CASE#{case_id}", f"COMPLAINT#{complaint_id}"


def case_event(case_id: str, at: datetime, event_id: str) -> tuple[str, str]:
    """Key of an entry of a case's append-only audit log."""
    return f"CASE#{case_id}", f"EVENT#{to_text(at)}#{event_id}"


def caller(caller_key: str) -> tuple[str, str]:
    """Key of the pointer to the one open case that a caller's complaints join.

    The caller's key is E.164, or `name:` and the folded name.
    """
    return f"CALLER#{caller_key}", META


def caller_case(caller_key: str, case_id: str) -> tuple[str, str]:
    """Key of a caller's having been in a case; stays when the case has ended."""
    return f"CALLER#{caller_key}", f"CASE#{case_id}"


def case_note(case_id: str, at: datetime, note_id: str) -> tuple[str, str]:
    """Key of a note on a case."""
    return f"CASE#{case_id}", f"NOTE#{to_text(at)}#{note_id}"


def case_link(case_id: str, other_id: str) -> tuple[str, str]:
    """Key of one side of a link between two cases."""
    return f"CASE#{case_id}", f"LINK#{other_id}"


def case_move(case_id: str) -> tuple[str, str]:
    """Key of what is moving from a case to another: at most one at a time."""
    return f"CASE#{case_id}", "MOVE"


def audit_day(day: date) -> str:
    """Partition of the desk's append-only audit log of a UTC day."""
    return f"AUDIT#{day.isoformat()}"


def audit(day: date, at: datetime, entry_id: str) -> tuple[str, str]:
    """Key of an entry of that log."""
    return audit_day(day), f"{to_text(at)}#{entry_id}"


DESK = "DESK"
"""Partition of the people who have been at the desk, by their `sub`."""


def view(sub: str, view_id: str) -> tuple[str, str]:
    """Key of a person's saved view of the queue."""
    return f"INVESTIGATOR#{sub}", f"VIEW#{view_id}"


def reported(utc_day: date) -> str:
    """Partition of the complaints of a UTC day, by the time they were received: what open data reads."""
    return f"REPORTED#{utc_day.isoformat()}"


def reported_complaint(at: datetime, complaint_id: str) -> tuple[str, str]:
    """Key of a complaint among those of its day."""
    text = to_text(at)
    return f"REPORTED#{text[:10]}", f"{text}#{complaint_id}"


OPEN_DATA = "OPEN_DATA"
"""Partition of the published daily files of reported calls."""


def open_data(day: date) -> tuple[str, str]:
    """Key of the daily file of a date."""
    return OPEN_DATA, day.isoformat()


def open_data_key(key_hash: str) -> tuple[str, str]:
    """Key of an API key of open data, of which only the hash is kept."""
    return "OPEN_DATA_KEYS", key_hash
