"""Where it is written down that an operator took a second factor off."""

from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_writes import audit_write
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.dynamodb.team import history_write
from quietline.cases.model import Action, Event
from quietline.kernel.ids import new_ulid
from quietline.sellers.team import TeamChange


@dataclass(frozen=True)
class DynamoFactorLog:
    """Implements `sellers.second_factor.FactorLog`; `desk` is the cases table."""

    sellers: Table
    desk: Table

    def record(self, entry: TeamChange) -> None:
        """Keep the entry in the organization's history and ask for its mail, or in the desk's audit log."""
        pointer = self.sellers.get(keys.user(entry.subject))
        organization = self.sellers.get(keys.organization(pointer["organization_id"])) if pointer else None
        if organization is None:
            event = Event(entry.at, Action.FACTOR_RESET, entry.by, entry.detail)
            self.desk.write(audit_write(self.desk, event, f"USER#{entry.subject}", new_ulid(entry.at)))
            return
        mail = mail_write(
            self.sellers,
            template="second-factor-reset",
            language=organization["language"],
            to_ciphertext=organization["contact_email_ciphertext"],
            facts={"organization": organization["name"]},
            now=entry.at,
        )
        self.sellers.write(history_write(self.sellers, organization["id"], entry), mail)
