"""Keys of reminders, preferences, webhooks and calendars (sellers table)."""

from datetime import date

from quietline.adapters.dynamodb.keys.registry import META


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
