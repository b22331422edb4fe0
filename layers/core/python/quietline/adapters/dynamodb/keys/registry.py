"""Keys of the registry table, and of the outbox that every table has."""

from datetime import date, datetime

from quietline.kernel.clock import to_text

META = "META"


def registration(registration_id: str) -> tuple[str, str]:
    """Key of a registration."""
    return f"REGISTRATION#{registration_id}", META


def request(request_id: str) -> tuple[str, str]:
    """Key of what a consumer asked for by mail: a verification, a removal."""
    return f"REQUEST#{request_id}", META


def number(e164: str) -> tuple[str, str]:
    """Key of a number's state and history."""
    return f"NUMBER#{e164}", META


def line(e164: str) -> tuple[str, str]:
    """Key of what carriers reported of a listed number."""
    return f"LINE#{e164}", META


def carrier(client_id: str) -> tuple[str, str]:
    """Key of a carrier's machine client; the partition `CARRIERS` lists them."""
    return "CARRIERS", client_id


def block(prefix: str) -> tuple[str, str]:
    """Key of the imported numbers that share a prefix; see `kernel.blocks`."""
    return f"BLOCK#{prefix}", META


def import_record(import_id: str) -> tuple[str, str]:
    """Key of an import."""
    return f"IMPORT#{import_id}", META


def import_area(import_id: str, area: str) -> tuple[str, str]:
    """Key of what an import added to one area; from this item on its blocks count."""
    return f"IMPORT#{import_id}", f"AREA#{area}"


def imports_of(area: str) -> str:
    """Partition of the imports that added to an area, by instant: what publication reads of them."""
    return f"IMPORTS#{area}"


def import_of(area: str, at: datetime, import_id: str) -> tuple[str, str]:
    """Key of an import among an area's."""
    return imports_of(area), f"{to_text(at)}#{import_id}"


def changes(area: str, utc_day: date) -> str:
    """Partition of one area's changes on one UTC day."""
    return f"CHANGES#{area}#{utc_day.isoformat()}"


def change(area: str, at: datetime, e164: str) -> tuple[str, str]:
    """Key of one change."""
    text = to_text(at)
    return f"CHANGES#{area}#{text[:10]}", f"{text}#{e164}"


def publication(day: date) -> tuple[str, str]:
    """Key of a date's fixed cut-off."""
    return f"PUBLICATION#{day.isoformat()}", META


def publication_head() -> tuple[str, str]:
    """Key of the pointer to the dates begun and published last: it keeps publications in the order of time."""
    return "PUBLICATION#HEAD", META


def manifest(day: date) -> tuple[str, str]:
    """Key of a published manifest; the partition `MANIFESTS` lists them by date."""
    return "MANIFESTS", day.isoformat()


def mailbox(email_hash: str, day: date) -> tuple[str, str]:
    """Key of the count of an address's confirmation mails on one day of the registry."""
    return f"MAILBOX#{email_hash}", day.isoformat()


def registrations_of(email_hash: str) -> str:
    """Partition (of gsi1) of the registrations that a mailbox confirmed."""
    return f"REGISTRATIONS_OF#{email_hash}"


def line_proof(proof_id: str) -> tuple[str, str]:
    """Key of a code that proves a telephone line."""
    return f"LINE_PROOF#{proof_id}", META


def line_codes(e164: str, day: date) -> tuple[str, str]:
    """Key of the count of codes told to a line on one day of the registry."""
    return f"LINE_CODES#{e164}", day.isoformat()


def opt_out(email_hash: str) -> tuple[str, str]:
    """Key of a mailbox that wants no mails but those that it asks for."""
    return f"OPT_OUT#{email_hash}", META


def opt_out_link(link_id: str) -> tuple[str, str]:
    """Key of which mailbox a mailed opt-out link is of."""
    return f"OPT_OUT_LINK#{link_id}", META


def mail(mail_id: str) -> tuple[str, str]:
    """Key of an outbox mail."""
    return f"MAIL#{mail_id}", META


def published(day: date) -> tuple[str, str]:
    """Key of the outbox item that tells of a published list."""
    return f"PUBLISHED#{day.isoformat()}", META
