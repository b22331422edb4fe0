"""Members of organizations, their invitations, and the append-only history of the team, in the `sellers` table.

The organization's item counts its authorized representatives (`representatives`), under a condition in the same
transaction as the change: two representatives who take each other out at once leave one of them.
"""

from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.ids import new_ulid
from quietline.mails.links import ACCEPT_INVITATION
from quietline.sellers.model import Role
from quietline.sellers.team import Invitation, InvitationState, Member, Outcome, TeamChange, What

CLOSED = "closed"


def history_write(table: Table, organization_id: str, entry: TeamChange) -> Write:
    """Return the write of one entry of the history; put it into the change's transaction."""
    item: Item = {"what": entry.what, "by": entry.by, "subject": entry.subject, "detail": entry.detail}
    return table.put_new(keys.team_change(organization_id, entry.at, new_ulid(entry.at)), item)


def joining_write(table: Table, sub: str, pointer: Item) -> Write:
    """Return the write that makes somebody belong to an organization; it fails when they belong to another one.

    Who belongs to one that was closed may join another: closed is for good, so nothing can change in between.
    """
    before = table.get(keys.user(sub))
    if before and not belongs(table, sub):
        left = {":left": before["organization_id"]}
        return table.put(keys.user(sub), pointer, condition="organization_id = :left", values=left)
    return table.put_new(keys.user(sub), pointer)


def belongs(table: Table, sub: str) -> bool:
    """Tell whether somebody belongs to an organization that was not closed."""
    pointer = table.get(keys.user(sub))
    item = table.get(keys.organization(pointer["organization_id"])) if pointer else None
    return item is not None and item.get("status") != CLOSED


@dataclass(frozen=True)
class TeamStore:
    """`sellers.ports.Teams` on DynamoDB."""

    table: Table

    def members(self, organization_id: str) -> list[Member]:
        """Return the members, in no order."""
        return [_member(item) for item in self.table.query(keys.organization(organization_id)[0], prefix="MEMBER#")]

    def member(self, organization_id: str, sub: str) -> Member | None:
        """Return one member."""
        item = self.table.get(keys.member(organization_id, sub))
        return _member(item) if item else None

    def change_role(self, organization_id: str, member: Member, role: Role, entry: TeamChange) -> Outcome:
        """Give a member, who is as read, another role."""
        change, before = "SET #role = :after", {":before": member.role, ":after": role}
        more = (role is Role.REPRESENTATIVE) - (member.role is Role.REPRESENTATIVE)
        return self._try(
            organization_id,
            member,
            more,
            self.table.update(
                keys.member(organization_id, member.sub),
                change,
                names={"#role": "role"},
                values=before,
                condition="#role = :before",
            ),
            self.table.update(
                keys.user(member.sub),
                change,
                names={"#role": "role"},
                values=before | {":here": organization_id},
                condition="organization_id = :here AND #role = :before",
            ),
            history_write(self.table, organization_id, entry),
        )

    def remove(self, organization_id: str, member: Member, entry: TeamChange) -> Outcome:
        """Take a member, who is as read, out."""
        return self._try(
            organization_id,
            member,
            -1 if member.role is Role.REPRESENTATIVE else 0,
            self.table.delete(
                keys.member(organization_id, member.sub),
                condition="since = :since",
                values={":since": to_text(member.since)},
            ),
            # the role as read, for the count of representatives depends on it
            self.table.delete(
                keys.user(member.sub),
                condition="organization_id = :here AND #role = :before",
                values={":here": organization_id, ":before": member.role},
                names={"#role": "role"},
            ),
            history_write(self.table, organization_id, entry),
        )

    def history(self, organization_id: str, limit: int) -> list[TeamChange]:
        """Return the newest entries, newest first."""
        partition = keys.organization(organization_id)[0]
        return [
            TeamChange(
                at=from_text(item["sk"].split("#")[1]),
                what=What(item["what"]),
                by=item["by"],
                subject=item["subject"],
                detail=item["detail"],
            )
            for item in self.table.query(partition, prefix="TEAM#", newest_first=True, limit=limit)
        ]

    def _try(self, organization_id: str, member: Member, more: int, *writes: Write) -> Outcome:
        key = keys.organization(organization_id)
        count = []
        if more < 0:
            count = [
                self.table.update(
                    key,
                    "ADD representatives :less",
                    values={":less": -1, ":one": 1},
                    condition="representatives > :one",
                )
            ]
        elif more > 0:
            count = [self.table.update(key, "ADD representatives :more", values={":more": 1})]
        try:
            self.table.write(*writes, *count)
        except ConditionFailedError:
            now = self.member(organization_id, member.sub)
            if now is None:
                return Outcome.GONE
            organization = self.table.get(key)
            last = organization is not None and organization["representatives"] <= 1
            return Outcome.LAST if more < 0 and now.role is member.role and last else Outcome.CHANGED
        return Outcome.DONE


@dataclass(frozen=True)
class InvitationStore:
    """`sellers.ports.Invitations` on DynamoDB."""

    table: Table

    def add(self, invitation: Invitation, organization_name: str, entry: TeamChange) -> None:
        """Store a new invitation and ask for its mail."""
        pointer: Item = {"organization_id": invitation.organization_id}
        self.table.write(
            self.table.put_new(keys.invitation(invitation.organization_id, invitation.id), _item(invitation)),
            self.table.put_new(keys.invitation_pointer(invitation.id), pointer),
            self._mail(invitation, organization_name, entry),
            history_write(self.table, invitation.organization_id, entry),
        )

    def get(self, organization_id: str, invitation_id: str) -> Invitation | None:
        """Return an invitation of an organization."""
        item = self.table.get(keys.invitation(organization_id, invitation_id))
        return _invitation(item) if item else None

    def find(self, invitation_id: str) -> Invitation | None:
        """Return an invitation by its id alone."""
        pointer = self.table.get(keys.invitation_pointer(invitation_id))
        return self.get(pointer["organization_id"], invitation_id) if pointer else None

    def of(self, organization_id: str) -> list[Invitation]:
        """Return an organization's open invitations, oldest first."""
        items = self.table.query(keys.organization(organization_id)[0], prefix="INVITATION#")
        return [_invitation(item) for item in items if item["state"] == InvitationState.OPEN]

    def resend(self, before: Invitation, after: Invitation, organization_name: str, entry: TeamChange) -> Outcome:
        """Replace an open invitation, which is as read, by its next sending."""
        return self._try(
            self.table.put(
                keys.invitation(before.organization_id, before.id),
                _item(after),
                condition="#state = :open AND nonce = :nonce",
                values={":open": InvitationState.OPEN, ":nonce": before.nonce},
                names={"#state": "state"},
            ),
            self._mail(after, organization_name, entry),
            history_write(self.table, before.organization_id, entry),
        )

    def withdraw(self, invitation: Invitation, entry: TeamChange) -> Outcome:
        """Close an open invitation."""
        return self._try(
            self._closing(invitation, InvitationState.WITHDRAWN),
            history_write(self.table, invitation.organization_id, entry),
        )

    def accept(self, invitation: Invitation, sub: str, entry: TeamChange) -> Outcome:
        """Make the person a member and close the invitation, both or neither."""
        organization_id, role = invitation.organization_id, invitation.role
        joining = joining_write(self.table, sub, {"organization_id": organization_id, "role": role})
        done = self._try(
            self._closing(invitation, InvitationState.ACCEPTED),
            joining,
            self.table.put_new(
                keys.member(organization_id, sub), {"sub": sub, "role": role, "since": to_text(entry.at)}
            ),
            self.table.update(
                keys.organization(organization_id),
                "ADD representatives :more",
                values={":more": int(role is Role.REPRESENTATIVE), ":closed": CLOSED},
                names={"#status": "status"},
                condition="attribute_exists(pk) AND (attribute_not_exists(#status) OR #status <> :closed)",
            ),
            history_write(self.table, organization_id, entry),
        )
        if done is Outcome.CHANGED and belongs(self.table, sub):
            return Outcome.BELONGS
        return done

    def _closing(self, invitation: Invitation, state: InvitationState) -> Write:
        return self.table.update(
            keys.invitation(invitation.organization_id, invitation.id),
            "SET #state = :state",
            names={"#state": "state"},
            values={":state": state, ":open": InvitationState.OPEN, ":nonce": invitation.nonce},
            condition="#state = :open AND nonce = :nonce",
        )

    def _mail(self, invitation: Invitation, organization_name: str, entry: TeamChange) -> Write:
        return mail_write(
            self.table,
            template="invitation",
            language=invitation.language,
            to_ciphertext=invitation.mail_ciphertext,
            facts={
                "organization": organization_name,
                "role": invitation.role,
                "expires_at": to_text(invitation.expires_at),
            },
            now=entry.at,
            link={"purpose": ACCEPT_INVITATION, "id": invitation.id, "nonce": invitation.nonce},
        )

    def _try(self, *writes: Write) -> Outcome:
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return Outcome.CHANGED
        return Outcome.DONE


def _member(item: Item) -> Member:
    return Member(item["sub"], Role(item["role"]), from_text(item["since"]))


def _item(invitation: Invitation) -> Item:
    return {
        "id": invitation.id,
        "organization_id": invitation.organization_id,
        "role": invitation.role,
        "email_ciphertext": invitation.email_ciphertext,
        "mail_ciphertext": invitation.mail_ciphertext,
        "email_hash": invitation.email_hash,
        "language": invitation.language,
        "nonce": invitation.nonce,
        "by": invitation.by,
        "created_at": to_text(invitation.created_at),
        "expires_at": to_text(invitation.expires_at),
        "mails": invitation.mails,
        "state": invitation.state,
    }


def _invitation(item: Item) -> Invitation:
    return Invitation(
        id=item["id"],
        organization_id=item["organization_id"],
        role=Role(item["role"]),
        email_ciphertext=item["email_ciphertext"],
        mail_ciphertext=item["mail_ciphertext"],
        email_hash=item["email_hash"],
        language=item["language"],
        nonce=item["nonce"],
        by=item["by"],
        created_at=from_text(item["created_at"]),
        expires_at=from_text(item["expires_at"]),
        mails=item["mails"],
        state=InvitationState(item["state"]),
    )
