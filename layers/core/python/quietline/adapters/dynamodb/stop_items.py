"""Stop requests as DynamoDB items, and back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.stops.model import Change, Entry, OpenRequest, Seller, State, StopNotice, StopRequest


def request_item(request: StopRequest) -> Item:
    """Return a request's attributes, without its key."""
    return {
        "id": request.id,
        "organization_id": request.seller.organization_id,
        "name": request.seller.name,
        "number": request.number.e164,
        "language": request.language,
        "email_ciphertext": request.email_ciphertext,
        "email_hash": request.email_hash,
        "nonce": request.nonce,
        "asked_at": to_text(request.asked_at),
        "expires_at": to_text(request.expires_at),
        "state": request.state.value,
        "requested_at": _text(request.requested_at),
        "due_on": request.due_on.isoformat() if request.due_on else None,
        "acknowledged_at": _text(request.acknowledged_at),
        "acknowledged_by": request.acknowledged_by,
        "withdrawn_at": _text(request.withdrawn_at),
    }


def request_of(item: Item) -> StopRequest:
    """Return the request of its item."""
    return StopRequest(
        id=item["id"],
        seller=Seller(item["organization_id"], item["name"]),
        number=PhoneNumber(item["number"]),
        language=item["language"],
        email_ciphertext=item["email_ciphertext"],
        email_hash=item["email_hash"],
        nonce=item["nonce"],
        asked_at=from_text(item["asked_at"]),
        expires_at=from_text(item["expires_at"]),
        state=State(item["state"]),
        requested_at=_instant(item["requested_at"]),
        due_on=date.fromisoformat(item["due_on"]) if item["due_on"] else None,
        acknowledged_at=_instant(item["acknowledged_at"]),
        acknowledged_by=item["acknowledged_by"],
        withdrawn_at=_instant(item["withdrawn_at"]),
    )


def held_item(version: int, held: Sequence[tuple[StopNotice, datetime | None]]) -> Item:
    """Return the requests of one number to an organization, each with its end."""
    return {
        "version": version,
        "requests": [
            {
                "id": one.request_id,
                "requested_at": to_text(one.requested_at),
                "due_on": one.due_on.isoformat(),
                "acknowledged_at": _text(one.acknowledged_at),
                "withdrawn_at": _text(ended),
            }
            for one, ended in held
        ],
    }


def held_of(item: Item) -> list[tuple[StopNotice, datetime | None]]:
    """Return the requests that an item of `held_item` holds."""
    return [
        (
            StopNotice(
                one["id"],
                from_text(one["requested_at"]),
                date.fromisoformat(one["due_on"]),
                _instant(one["acknowledged_at"]),
            ),
            _instant(one["withdrawn_at"]),
        )
        for one in item["requests"]
    ]


def open_item(request: OpenRequest) -> Item:
    """Return an open request's attributes, without its key."""
    index = keys.stop_open_index(request.due_on, request.request_id)
    return {
        "request_id": request.request_id,
        "organization_id": request.organization_id,
        "number": request.number.e164,
        "requested_at": to_text(request.requested_at),
        "due_on": request.due_on.isoformat(),
        "gsi1pk": index[0],
        "gsi1sk": index[1],
    }


def open_of(item: Item) -> OpenRequest:
    """Return the open request of its item."""
    return OpenRequest(
        item["request_id"],
        item["organization_id"],
        PhoneNumber(item["number"]),
        from_text(item["requested_at"]),
        date.fromisoformat(item["due_on"]),
    )


def entry_of(item: Item) -> Entry:
    """Return the feed's entry of its item."""
    return Entry(
        sequence=item["sequence"],
        at=from_text(item["at"]),
        change=Change(item["change"]),
        request_id=item["request_id"],
        number=PhoneNumber(item["number"]),
        requested_at=from_text(item["requested_at"]),
        due_on=date.fromisoformat(item["due_on"]),
    )


def _text(instant: datetime | None) -> str | None:
    return to_text(instant) if instant else None


def _instant(text: Any) -> datetime | None:
    return from_text(text) if text else None
