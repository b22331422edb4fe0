"""Trusted parties."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.parties.service import PartyAdministration


def party_administration(kind: str, table: str, user_pool_id: str) -> "PartyAdministration":
    """Return what an operator administers the machine clients of a kind of party with; `table` keeps that kind."""
    from quietline.adapters.cognito import CognitoClients
    from quietline.adapters.dynamodb.parties import carriers, reporters
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.parties.model import Kind
    from quietline.parties.service import PartyAdministration

    made = Kind(kind)
    kept = {Kind.CARRIER: carriers, Kind.REPORTER: reporters}[made]
    return PartyAdministration(
        made, kept(Table(table)), CognitoClients(user_pool_id, f"quietline/{kind}s"), SystemClock()
    )
