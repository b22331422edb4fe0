"""Use cases of an organization's record: change it, and read the history of what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    InvalidPhoneNumberError,
    NotFoundError,
)
from quietline.kernel.phone import parse_any
from quietline.profiles.profile import Profile
from quietline.sellers.model import Address, EventAction, Organization, OrganizationEvent, OrganizationType, TaxId
from quietline.sellers.ports import Caller, Vault
from quietline.sellers.service import OrganizationService, wrong_email, wrong_exemption, wrong_language
from quietline.sellers.tax import read_tax_id

MOST_EVENTS = 100
KEPT_BEFORE = ("name", "type", "exempt_reason")
"""Of which the history keeps what was there before: nothing in them is about a person."""


@dataclass(frozen=True)
class Changes:
    """What is to be changed; None leaves a field as it is, an empty text clears it where it may be empty.

    Attributes:
        tax_id: kind and number; an empty number clears it.
    """

    name: str | None = None
    type: OrganizationType | None = None
    exempt_reason: str | None = None
    address: Address | None = None
    phone: str | None = None
    tax_id: tuple[str, str] | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Ties:
    """What ties an organization to its type: whether it holds areas or has an unpaid order, and acts for sellers.

    `orders_version` is what they were read at.
    """

    holds: bool
    acts_for_others: bool
    orders_version: int


class Records(Protocol):
    """Where organizations' records are kept."""

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        ...

    def ties(self, organization_id: str, profile: Profile, clock: Clock) -> Ties:
        """Return what ties an organization to its type today."""
        ...

    def edit(
        self, before: Organization, after: Organization, event: OrganizationEvent, orders_version: int | None
    ) -> bool:
        """Store a record and its entry in the history; False when it, or the orders' version, is not as read."""
        ...

    def events(self, organization_id: str, limit: int) -> list[OrganizationEvent]:
        """Return the newest entries of the history, newest first."""
        ...


@dataclass(frozen=True)
class RecordService:
    """What an organization says of itself."""

    service: OrganizationService
    records: Records
    vault: Vault
    clock: Clock
    profile: Profile

    def edit(self, caller: Caller, organization_id: str, changes: Changes, version: int) -> Organization:
        """Change an organization's record; what is the same already changes nothing.

        Args:
            caller: an authorized representative.
            organization_id: theirs.
            changes: what is to be different.
            version: of the record that was read.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            NotFoundError: it is another organization.
            InvalidInputError: a value is wrong; pointers name the fields of the request.
            ConflictError: the record has changed since it was read, or the type cannot change now.
        """
        acts = self.service.representative(caller)
        before = self.records.get(organization_id) if acts.organization_id == organization_id else None
        if before is None:
            raise NotFoundError("There is no such organization.")
        if before.version != version:
            raise _changed()
        after = self._changed(before, changes)
        names = [one.name for one in fields(Organization) if getattr(before, one.name) != getattr(after, one.name)]
        if not names:
            return before
        ties = self._checked_type(before, after)
        detail = {"fields": ", ".join(_shown(names))}
        detail |= {f"{name}_before": str(getattr(before, name)) for name in KEPT_BEFORE if name in names}
        event = OrganizationEvent(self.clock.now(), EventAction.CHANGED, caller.sub, detail)
        after = replace(after, version=before.version + 1)
        if not self.records.edit(before, after, event, ties.orders_version if ties else None):
            raise _changed()
        return after

    def history(self, caller: Caller, organization_id: str) -> list[OrganizationEvent]:
        """Return the newest hundred entries of the organization's history, newest first.

        Raises:
            ForbiddenError: the caller acts in no organization, or as an agent.
            NotFoundError: it is another organization's.
        """
        if self.service.of(caller).organization_id != organization_id:
            raise NotFoundError("There is no such organization.")
        return self.records.events(organization_id, MOST_EVENTS)

    def _changed(self, before: Organization, changes: Changes) -> Organization:
        wrong: list[FieldError] = []
        new: dict[str, Any] = {
            name: value
            for name in ("name", "type", "address", "contact_name", "language", "exempt_reason")
            if (value := getattr(changes, name)) is not None
        }
        wrong += wrong_language(changes.language, self.profile) if changes.language is not None else []
        if changes.contact_email is not None:
            wrong += wrong_email(changes.contact_email)
            # what cannot be compared, because it is encrypted, counts as changed
            new["contact_email_ciphertext"] = "" if wrong else self.vault.encrypt(changes.contact_email)
        if changes.phone is not None:
            try:
                new["phone"] = parse_any(changes.phone, self.profile.rules).e164 if changes.phone.strip() else ""
            except InvalidPhoneNumberError as error:
                wrong.append(FieldError("/phone", str(error), error.reason))
        if changes.tax_id is not None:
            found = self._tax_id(*changes.tax_id)
            wrong += [found] if isinstance(found, FieldError) else []
            new["tax_id"] = found
        kind, reason = new.get("type", before.type), new.get("exempt_reason", before.exempt_reason)
        wrong += wrong_exemption(kind, reason, self.profile)
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        after = replace(before, **new)
        return after if after.type is OrganizationType.EXEMPT else replace(after, exempt_reason="")

    def _tax_id(self, kind: str, number: str) -> TaxId | FieldError | None:
        if not number.strip():
            return None
        return read_tax_id(kind, number, self.profile.organizations.tax_ids, self.vault)

    def _checked_type(self, before: Organization, after: Organization) -> Ties | None:
        """Return what the type depends on when it changes.

        Raises:
            InvalidInputError: the sandbox is entered or left, or an exemption has no reason.
            ConflictError: something that the organization holds or does hangs on its type.
        """
        if before.type is after.type:
            return None
        if OrganizationType.SANDBOX in (before.type, after.type):
            sentence = "A sandbox stays one, and nothing becomes one. Create another organization."
            raise InvalidInputError(sentence, (FieldError("/type", sentence, "type_sandbox"),))
        if after.type is OrganizationType.EXEMPT and not after.exempt_reason:
            sentence = "Say why the organization is exempt."
            raise InvalidInputError(sentence, (FieldError("/exempt_reason", sentence, "exempt_reason_missing"),))
        ties = self.records.ties(before.id, self.profile, self.clock)
        if ties.holds and OrganizationType.EXEMPT in (before.type, after.type):
            raise ConflictError(
                "While areas are held or an order is unpaid, an organization neither becomes exempt nor stops being it."
            )
        if ties.acts_for_others and before.type is OrganizationType.TELEMARKETER:
            raise ConflictError("Sellers let this organization act for them; they have to take that back first.")
        return ties


def _shown(names: Sequence[str]) -> list[str]:
    return sorted("contact_email" if name == "contact_email_ciphertext" else name for name in names)


def _changed() -> ConflictError:
    return ConflictError("The record has changed since you read it; read it again.")
