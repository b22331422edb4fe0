"""How old an organization's list is: one item, moved by its pulls and by the reminders."""

from datetime import date, timedelta

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Table, Write


def pulled(table: Table, organization_id: str, list_date: date, warn_age_days: int) -> Write:
    """Return the write that notes a pull: the organization's first reminder is due when this list grows old.

    It fails when the organization already holds a list of this date or a newer one.
    """
    pk, sk = keys.reminder(organization_id, list_date + timedelta(days=warn_age_days))
    return table.put(
        keys.freshness(organization_id),
        {
            "organization_id": organization_id,
            "list_date": list_date.isoformat(),
            "reminded": 0,
            "gsi1pk": pk,
            "gsi1sk": sk,
        },
        condition="attribute_not_exists(pk) OR list_date < :date",
        values={":date": list_date.isoformat()},
    )
