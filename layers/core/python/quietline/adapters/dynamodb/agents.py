"""Who may act for whose SAN: two halves, `AGENT#` of the seller and `AGENCY#` of the agent, written together."""

from dataclasses import dataclass
from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.adapters.dynamodb.team import history_write
from quietline.kernel.clock import from_text, to_text
from quietline.mails.outbox import Template
from quietline.sellers.model import Organization
from quietline.sellers.team import Agency, Agent, Outcome, TeamChange


@dataclass(frozen=True)
class AgentStore:
    """`sellers.ports.Agents` on DynamoDB."""

    table: Table

    def organization_of(self, san: str) -> Organization | None:
        """Return the organization that has a SAN."""
        pointer = self.table.get(keys.san(san))
        return OrganizationStore(self.table).get(pointer["organization_id"]) if pointer else None

    def authorize(self, seller: Organization, agent: Organization, entry: TeamChange) -> Outcome:
        """Let an organization act for a seller's SAN."""
        try:
            self.table.write(
                self.table.put_new(keys.agent(seller.id, agent.san), _half(agent, entry)),
                self.table.put_new(keys.agency(agent.id, seller.san), _half(seller, entry)),
                history_write(self.table, seller.id, entry),
                *self._told("agent-authorized", seller, agent, entry),
            )
        except ConditionFailedError:
            return Outcome.BELONGS
        return Outcome.DONE

    def withdraw(self, seller: Organization, agent_san: str, entry: TeamChange) -> Outcome:
        """Take that back; the agent's next request is refused."""
        found = self.table.get(keys.agent(seller.id, agent_san))
        if found is None:
            return Outcome.GONE
        agent = OrganizationStore(self.table).get(found["organization_id"])
        try:
            self.table.write(
                self.table.delete(keys.agent(seller.id, agent_san), condition="attribute_exists(pk)"),
                self.table.delete(keys.agency(found["organization_id"], seller.san)),
                history_write(self.table, seller.id, entry),
                *(self._told("agent-withdrawn", seller, agent, entry) if agent else ()),
            )
        except ConditionFailedError:
            return Outcome.GONE
        return Outcome.DONE

    def agents(self, organization_id: str) -> list[Agent]:
        """Return who may act for an organization's SAN."""
        return [Agent(*half) for half in self._halves(organization_id, "AGENT#")]

    def agencies(self, organization_id: str) -> list[Agency]:
        """Return for whose SAN an organization may act."""
        return [Agency(*half) for half in self._halves(organization_id, "AGENCY#")]

    def _told(
        self, template: Template, seller: Organization, agent: Organization, entry: TeamChange
    ) -> tuple[Write, ...]:
        """Return the write that asks for the agent's mail; whoever was erased has no address any more."""
        if not agent.contact_email_ciphertext:
            return ()
        mail = mail_write(
            self.table,
            template=template,
            language=agent.language,
            to_ciphertext=agent.contact_email_ciphertext,
            facts={"organization": agent.name, "seller": seller.name, "san": seller.san},
            now=entry.at,
        )
        return (mail,)

    def _halves(self, organization_id: str, prefix: str) -> list[tuple[str, str, str, datetime]]:
        """Return organization, SAN, name and since; names are those of today."""
        halves = list(self.table.query(keys.organization(organization_id)[0], prefix=prefix))
        others = self.table.get_many([keys.organization(item["organization_id"]) for item in halves])
        names: dict[str, str] = {item["id"]: item["name"] for item in others}
        return [
            (
                item["organization_id"],
                item["san"],
                names.get(item["organization_id"]) or str(item["name"]),
                from_text(item["since"]),
            )
            for item in halves
        ]


def _half(other: Organization, entry: TeamChange) -> Item:
    return {"organization_id": other.id, "san": other.san, "name": other.name, "since": to_text(entry.at)}
