"""Use cases of certifications: read what is to be certified, certify it, read what was certified."""

import json
from dataclasses import dataclass
from datetime import date

from quietline.fees.model import Term
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, UnavailableError
from quietline.profiles.profile import Profile
from quietline.profiles.sellers import CertificationText
from quietline.sellers.access import CertificationStanding, may_get_lists, standing_of
from quietline.sellers.model import Certification, Membership
from quietline.sellers.ports import Certifications, Vault
from quietline.sellers.san import new_san

SAN_TRIES = 5


@dataclass(frozen=True)
class CertificationService:
    """What organizations certify."""

    certifications: Certifications
    vault: Vault
    clock: Clock
    profile: Profile

    def standing(self, membership: Membership, term: Term | None) -> CertificationStanding:
        """Say how the organization stands today.

        Args:
            membership: of who asks.
            term: the subscription's term that runs today; None without a subscription.
        """
        return standing_of(membership, term, self._today, self.profile)

    def may_get_lists(self, membership: Membership, term: Term | None) -> Membership:
        """Return the membership when its organization may download, look up and wash today.

        Args:
            membership: for whom lists are wanted.
            term: the subscription's term that runs today; None without a subscription.

        Raises:
            OrganizationSuspendedError: the registry has suspended it.
            OrganizationClosedError: it was closed.
            CertificationDueError: its certification is missing or overdue.
        """
        return may_get_lists(membership, term, self._today, self.profile)

    def certify(
        self, membership: Membership, *, by: str, version: str, language: str, address: str, program: str
    ) -> tuple[Certification, str]:
        """Certify the text that holds today; the first time issues the SAN.

        Args:
            membership: the organization, of its authorized representative.
            by: the representative's user id.
            version: of the text that was read.
            language: in which it was read.
            address: network address of the request; kept encrypted.
            program: what the request says of its program (User-Agent); kept encrypted.

        Returns:
            The certification and the organization's SAN.

        Raises:
            ConflictError: another version of the text holds now.
            InvalidInputError: the text does not exist in that language.
            UnavailableError: no free SAN was found (practically never).
        """
        current = self.text()
        if version != current.version:
            raise ConflictError(f"The text that holds now is version {current.version}; read it first.")
        text = current.text.get(language)
        if text is None:
            sentence = f"The certification can be read in {' and '.join(sorted(current.text))}."
            raise InvalidInputError(sentence, (FieldError("/language", sentence, "language_not_offered"),))
        origin = self.vault.encrypt(json.dumps({"address": address, "program": program}))
        made = Certification(version, language, text, by, self.clock.now(), origin)
        for _ in range(SAN_TRIES):
            san = self.certifications.certify(membership.organization_id, made, new_san())
            if san is not None:
                return made, san
        raise UnavailableError("No subscription account number could be issued; please try again.")

    def text(self) -> CertificationText:
        """Return the text that holds today."""
        return self.profile.certification(self._today)

    def history(self, membership: Membership) -> list[Certification]:
        """Return what the organization certified, newest first."""
        return self.certifications.certified(membership.organization_id)

    @property
    def _today(self) -> date:
        return self.profile.local_date(self.clock.now())
