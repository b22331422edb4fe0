"""What trusted reporters have sent, in the cases table."""

from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Table


@dataclass(frozen=True)
class DynamoSent:
    """Implements `reporters.ports.Sent`."""

    table: Table

    def sent(self, code: str, client_reference: str) -> str:
        """Return the reference of the complaint that a reporter sent under its own name, or empty."""
        item = self.table.get(keys.reported_as(code, client_reference))
        return str(item["reference"]) if item else ""
