"""Every key of the tables; see the table in docs/architecture.md. No key is spelt anywhere else."""

from datetime import date, datetime

from quietline.kernel.clock import to_text

META = "META"


def registration(registration_id: str) -> tuple[str, str]:
    """Key of a registration."""
    return f"REGISTRATION#{registration_id}", META


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


def mail(mail_id: str) -> tuple[str, str]:
    """Key of an outbox mail."""
    return f"MAIL#{mail_id}", META


def organization(organization_id: str) -> tuple[str, str]:
    """Key of an organization."""
    return f"ORGANIZATION#{organization_id}", META


def member(organization_id: str, sub: str) -> tuple[str, str]:
    """Key of a member."""
    return f"ORGANIZATION#{organization_id}", f"MEMBER#{sub}"


def team_change(organization_id: str, at: datetime, entry_id: str) -> tuple[str, str]:
    """Key of an entry of the append-only history of an organization's team."""
    return f"ORGANIZATION#{organization_id}", f"TEAM#{to_text(at)}#{entry_id}"


def invitation(organization_id: str, invitation_id: str) -> tuple[str, str]:
    """Key of an invitation; an organization's invitations sort by time."""
    return f"ORGANIZATION#{organization_id}", f"INVITATION#{invitation_id}"


def invitation_pointer(invitation_id: str) -> tuple[str, str]:
    """Key of the pointer from an invitation, which a mailed link names, to its organization."""
    return f"INVITATION#{invitation_id}", META


def agent(organization_id: str, agent_san: str) -> tuple[str, str]:
    """Key of a telemarketer that may act for a seller's SAN."""
    return f"ORGANIZATION#{organization_id}", f"AGENT#{agent_san}"


def agency(organization_id: str, san_: str) -> tuple[str, str]:
    """Key of a seller's SAN that an organization may act for: the other half of `agent`, written together."""
    return f"ORGANIZATION#{organization_id}", f"AGENCY#{san_}"


def certification(organization_id: str, at: datetime) -> tuple[str, str]:
    """Key of a certification."""
    return f"ORGANIZATION#{organization_id}", f"CERTIFICATION#{to_text(at)}"


def organization_event(organization_id: str, at: datetime, event_id: str) -> tuple[str, str]:
    """Key of an entry of an organization's append-only history."""
    return f"ORGANIZATION#{organization_id}", f"EVENT#{to_text(at)}#{event_id}"


def entitlement(organization_id: str, order_id: str) -> tuple[str, str]:
    """Key of an entitlement: all areas bought by one order."""
    return f"ORGANIZATION#{organization_id}", f"ENTITLEMENT#{order_id}"


def user(sub: str) -> tuple[str, str]:
    """Key of the pointer from a user to the organization; makes one organization per user."""
    return f"USER#{sub}", META


def client(client_id: str) -> tuple[str, str]:
    """Key of the pointer from a machine client to its organization."""
    return f"CLIENT#{client_id}", META


def order_index(organization_id: str, at: datetime) -> tuple[str, str]:
    """Place of an order in `gsi1`: an organization's orders by time."""
    return f"ORGANIZATION#{organization_id}", f"ORDER#{to_text(at)}"


def receipt(organization_id: str, receipt_id: str) -> tuple[str, str]:
    """Key of a receipt."""
    return f"ORGANIZATION#{organization_id}", f"RECEIPT#{receipt_id}"


def usage(organization_id: str, day: date) -> tuple[str, str]:
    """Key of what an organization asked for on one day of the registry."""
    return f"ORGANIZATION#{organization_id}", f"USAGE#{day.isoformat()}"


def wash(organization_id: str, wash_id: str) -> tuple[str, str]:
    """Key of a wash; an organization's washes sort by time."""
    return f"ORGANIZATION#{organization_id}", f"WASH#{wash_id}"


def wash_reference(organization_id: str, client_reference: str, agent_san: str = "") -> tuple[str, str]:
    """Key that makes a caller's reference unique in its organization (an agent's among its own); it finds the wash."""
    start = f"AGENT_WASH_REFERENCE#{agent_san}#" if agent_san else "WASH_REFERENCE#"
    return f"ORGANIZATION#{organization_id}", f"{start}{client_reference}"


def machine_client(organization_id: str, client_id: str) -> tuple[str, str]:
    """Key of a machine client."""
    return f"ORGANIZATION#{organization_id}", f"CLIENT#{client_id}"


def san(number_: str) -> tuple[str, str]:
    """Key that makes a SAN unique."""
    return f"SAN#{number_}", META


def order(order_id: str) -> tuple[str, str]:
    """Key of an order."""
    return f"ORDER#{order_id}", META


def order_event(order_id: str, number_: int) -> tuple[str, str]:
    """Key of an event of an order's append-only history, by the order's version."""
    return f"ORDER#{order_id}", f"EVENT#{number_:06d}"


def ledger(organization_id: str) -> str:
    """Partition of an organization's entries of the ledger, by the instant at the payment server."""
    return f"LEDGER#{organization_id}"


def ledger_entry(organization_id: str, at: datetime, entry_id: str) -> tuple[str, str]:
    """Key of an entry of the ledger."""
    return ledger(organization_id), f"{to_text(at)}#{entry_id}"


def customer(customer_id: str) -> tuple[str, str]:
    """Key of the pointer from the payment server's customer to the organization."""
    return f"CUSTOMER#{customer_id}", META


def invoice(invoice_id: str) -> tuple[str, str]:
    """Key of the payment server's invoice."""
    return f"INVOICE#{invoice_id}", META


INVOICES = "INVOICES"
"""Partition of `gsi1`: every invoice by the time it was stored."""
PAYMENT_CHECKS = "PAYMENT_CHECKS"
"""Partition of `gsi1`: every comparison with the payment server by time."""


def invoice_index(at: datetime, invoice_id: str) -> tuple[str, str]:
    """Place of an invoice in `gsi1`."""
    return INVOICES, f"{to_text(at)}#{invoice_id}"


def payment_check(check_id: str) -> tuple[str, str]:
    """Key of a comparison with the payment server."""
    return f"PAYMENT_CHECK#{check_id}", META


def payment_check_index(at: datetime) -> tuple[str, str]:
    """Place of a comparison in `gsi1`."""
    return PAYMENT_CHECKS, to_text(at)


def payment_command(command_id: str) -> tuple[str, str]:
    """Key of a command to the payment server."""
    return f"PAYMENT_COMMAND#{command_id}", META


def circuit(name: str) -> tuple[str, str]:
    """Key of the circuit breaker of another server."""
    return "CIRCUIT", name


def payment_event(event_id: str) -> tuple[str, str]:
    """Key of a webhook event."""
    return f"PAYMENT_EVENT#{event_id}", META


def payment_events(utc_day: date) -> str:
    """Partition of `gsi1`: the webhook events of a UTC day by the time they came."""
    return f"PAYMENT_EVENTS#{utc_day.isoformat()}"


def payment_event_index(at: datetime, event_id: str) -> tuple[str, str]:
    """Place of a webhook event in `gsi1`."""
    text = to_text(at)
    return f"PAYMENT_EVENTS#{text[:10]}", f"{text}#{event_id}"


def complaint(complaint_id: str) -> tuple[str, str]:
    """Key of a complaint."""
    return f"COMPLAINT#{complaint_id}", META


def reference(text: str) -> tuple[str, str]:
    """Key that makes a complaint's reference unique and finds the complaint."""
    return f"REFERENCE#{text}", META


def complaints_of(caller_key: str) -> str:
    """Partition of `gsi1`: the complaints about one caller, by the time they were received."""
    return f"CALLER#{caller_key}"


def cases_of(status: str) -> str:
    """Partition of `gsi1`: the cases of a status, by the time they were opened."""
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
    """Key of the pointer to a caller's one open case; the key is E.164, or `name:` and the folded name."""
    return f"CALLER#{caller_key}", META


def published(day: date) -> tuple[str, str]:
    """Key of the outbox item that tells of a published list."""
    return f"PUBLISHED#{day.isoformat()}", META


def freshness(organization_id: str) -> tuple[str, str]:
    """Key of how old an organization's list is."""
    return f"ORGANIZATION#{organization_id}", "FRESHNESS"


REMINDER_SHARDS = 8


def reminders(shard: int) -> str:
    """Partition of `gsi1`: an eighth of the organizations by the date of their next reminder.

    Every pull of a day moves its organization here, most of them within the hour after a publication; in one
    partition they would press on one index partition's write limit.
    """
    return f"REMINDERS#{shard}"


def reminder(organization_id: str, due: date) -> tuple[str, str]:
    """Place of an organization in `gsi1` by the date of its next reminder."""
    # the last characters of a ULID are random
    shard = int.from_bytes(organization_id[-4:].encode()) % REMINDER_SHARDS
    return reminders(shard), f"{due.isoformat()}#{organization_id}"


def preferences(organization_id: str) -> tuple[str, str]:
    """Key of which mails an organization wants."""
    return f"ORGANIZATION#{organization_id}", "PREFERENCES"


def audience(event_type: str) -> str:
    """Partition of `gsi1`: who is told of an event that concerns everybody."""
    return f"AUDIENCE#{event_type}"


def endpoint(organization_id: str, endpoint_id: str) -> tuple[str, str]:
    """Key of a webhook endpoint."""
    return f"ORGANIZATION#{organization_id}", f"ENDPOINT#{endpoint_id}"


def delivery(delivery_id: str) -> tuple[str, str]:
    """Key of a webhook delivery."""
    return f"WEBHOOK_DELIVERY#{delivery_id}", META


def delivery_index(organization_id: str, delivery_id: str) -> tuple[str, str]:
    """Place of a delivery in `gsi1`: an organization's deliveries by time."""
    return f"ORGANIZATION#{organization_id}", f"DELIVERY#{delivery_id}"


def calendar(organization_id: str, calendar_id: str) -> tuple[str, str]:
    """Key of a calendar feed."""
    return f"ORGANIZATION#{organization_id}", f"CALENDAR#{calendar_id}"


def calendar_token(token_hash: str) -> tuple[str, str]:
    """Key of the pointer from a feed's token, of which only the hash is kept, to its organization."""
    return f"CALENDAR#{token_hash}", META


def session(key: str) -> tuple[str, str]:
    """Key of a session of the portal; `key` is the hash of the id that the browser holds."""
    return f"SESSION#{key}", META


def sessions_of(sub: str) -> str:
    """Partition of `gsi1`: a user's sessions."""
    return f"SESSIONS#{sub}"


def session_index(sub: str, key: str) -> tuple[str, str]:
    """Place of a session in `gsi1`."""
    return sessions_of(sub), f"SESSION#{key}"
