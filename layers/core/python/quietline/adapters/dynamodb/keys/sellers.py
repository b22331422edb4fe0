"""Keys of organizations, their people, lists and sessions (sellers table)."""

from datetime import date, datetime

from quietline.adapters.dynamodb.keys.registry import META
from quietline.kernel.clock import to_text


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


def entitlements_from(first: date) -> str:
    """Partition of `gsi1`: the entitlements of all organizations whose term begins on the first of a month."""
    return f"ENTITLEMENTS#{first.isoformat()}"


def user(sub: str) -> tuple[str, str]:
    """Key of the pointer from a user to the organization; makes one organization per user."""
    return f"USER#{sub}", META


def client(client_id: str) -> tuple[str, str]:
    """Key of the pointer from a machine client to its organization."""
    return f"CLIENT#{client_id}", META


def caller_numbers(organization_id: str) -> tuple[str, str]:
    """Key of the numbers from which an organization calls, with the days of each."""
    return f"CALLER_NUMBERS#{organization_id}", META


def declared_by(e164: str) -> str:
    """Partition of those who may have declared a number."""
    return f"DECLARED#{e164}"


def declared(e164: str, organization_id: str) -> tuple[str, str]:
    """Key of a find: the organization may have declared the number."""
    return declared_by(e164), f"ORGANIZATION#{organization_id}"


def directory(word: str) -> str:
    """Partition of `gsi1`: the public directory by the names' words that begin as this, or by names for none."""
    return f"NAMES#{word[:2]}"


def directory_entry(organization_id: str) -> tuple[str, str]:
    """Key of an organization in the public directory."""
    return f"DIRECTORY#{organization_id}", META


def directory_word(organization_id: str, word: str) -> tuple[str, str]:
    """Key of the same, where a word of its name finds it."""
    return f"DIRECTORY#{organization_id}", f"WORD#{word}"


def closing(organization_id: str) -> tuple[str, str]:
    """Key of an outbox item: the organization was closed, and what it had open is to be cleared away."""
    return f"CLOSING#{organization_id}", META


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


def session(key: str) -> tuple[str, str]:
    """Key of a session of the portal; `key` is the hash of the id that the browser holds."""
    return f"SESSION#{key}", META


def sessions_of(sub: str) -> str:
    """Partition of `gsi1`: a user's sessions."""
    return f"SESSIONS#{sub}"


def session_index(sub: str, key: str) -> tuple[str, str]:
    """Place of a session in `gsi1`."""
    return sessions_of(sub), f"SESSION#{key}"


def stop_request(request_id: str) -> tuple[str, str]:
    """Key of a stop request."""
    return f"STOP_REQUEST#{request_id}", META


def stop_told(request_id: str) -> tuple[str, str]:
    """Key of the outbox item that has a seller told of a confirmed stop request."""
    return f"STOP_TOLD#{request_id}", META


def stopped(organization_id: str, e164: str) -> tuple[str, str]:
    """Key of every confirmed stop request of one number to an organization: what rules read."""
    return f"STOPS#{organization_id}", f"NUMBER#{e164}"


def stop_feed(organization_id: str) -> tuple[str, str]:
    """Key of how many entries an organization's feed of stop requests has."""
    return f"STOPS#{organization_id}", "FEED"


def stop_entry(organization_id: str, sequence: int) -> tuple[str, str]:
    """Key of an entry of the feed."""
    return f"STOPS#{organization_id}", f"ENTRY#{sequence:012d}"


def stop_open(organization_id: str, due_on: date, request_id: str) -> tuple[str, str]:
    """Key of a stop request that its organization has not acknowledged; they sort by their last day."""
    return f"STOPS#{organization_id}", f"OPEN#{due_on.isoformat()}#{request_id}"


STOPS_OPEN = "STOPS_OPEN"
"""Partition of `gsi1`: the stop requests that nobody has acknowledged, by their last day."""


def stop_open_index(due_on: date, request_id: str) -> tuple[str, str]:
    """Place of an open stop request in `gsi1`."""
    return STOPS_OPEN, f"{due_on.isoformat()}#{request_id}"
