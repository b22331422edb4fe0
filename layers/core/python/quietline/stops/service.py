"""What a consumer does: ask one seller to stop, confirm by the mailed link, take it back by another.

Whoever asks is a stranger until the mail is answered, so the screen says the same whatever the registry knows, and the
seller learns of a request only from its confirmation on.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta

from quietline.kernel import phone
from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, InvalidInputError, InvalidPhoneNumberError, UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.address import address_hash, parse_address
from quietline.mails.links import CONFIRM_STOP, WITHDRAW_STOP, LinkSigner
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile
from quietline.stops.model import Seller, State, StopRequest
from quietline.stops.ports import ChangedMeanwhileError, LimitReachedError, Sellers, StopStore

ATTEMPTS = 5
BUSY = "Too many changes at the same moment. Please try again."
MAX_TEXT = 200


@dataclass(frozen=True)
class Asked:
    """What was typed, checked."""

    number: PhoneNumber
    email: str
    sellers: tuple[Seller, ...]


@dataclass(frozen=True)
class StopService:
    """The use cases of a consumer's stop request.

    Attributes:
        secret: the app secret, for the address's keyed hash.
    """

    sellers: Sellers
    store: StopStore
    cipher: MailboxCipher
    links: LinkSigner
    secret: bytes = field(repr=False)
    profile: Profile
    clock: Clock

    def check(self, number: str, seller: str, email: str) -> Asked:
        """Read the form and find the sellers that may be meant.

        Args:
            number: the consumer's, as people type it.
            seller: a SAN, a number that the seller calls from, or its name.
            email: where the link goes.

        Raises:
            InvalidInputError: with every wrong field: `/number`, `/seller`, `/email`.
        """
        wrong: list[FieldError] = []
        found = self._find(seller, wrong)
        parsed, address = self._read(number, email, wrong)
        return Asked(parsed, address, found)

    def ask(self, number: str, organization_id: str, email: str, language: str) -> None:
        """Keep the wish and ask for the mail with its link.

        A mailbox that had its mails of the day gets none, and nobody is told.

        Args:
            number: the consumer's, as people type it.
            organization_id: of the seller that was chosen.
            email: where the link goes.
            language: of the mails.

        Raises:
            InvalidInputError: with every wrong field: `/number`, `/seller`, `/email`, `/language`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        parsed, address = self._read(number, email, [])
        seller = self.sellers.of_id(organization_id)
        if seller is None:
            raise InvalidInputError("See `errors`.", (_seller_unknown(),))
        if language not in self.profile.languages:
            known = ", ".join(self.profile.languages)
            fields = (FieldError("/language", f"Choose one of: {known}.", "language_not_known"),)
            raise InvalidInputError("See `errors`.", fields)
        ciphertext = self.cipher.encrypt(address)
        for _ in range(ATTEMPTS):
            now = self.clock.now()
            request = StopRequest(
                id=new_ulid(now),
                seller=seller,
                number=parsed,
                language=language,
                email_ciphertext=ciphertext,
                email_hash=address_hash(address, self.secret),
                nonce=secrets.token_urlsafe(16),
                asked_at=now,
                expires_at=now + timedelta(hours=self.profile.stops.link_hours),
            )
            limit = self.profile.registration.mails_per_address_per_day
            try:
                self.store.ask(request, self.profile.local_date(now), limit)
            except LimitReachedError:
                return
            except ChangedMeanwhileError:
                continue
            return
        raise UnavailableError(BUSY)

    def confirm(self, token: str) -> StopRequest:
        """Use the link that confirms: from now on the request holds, and the seller is told.

        Raises:
            LinkError: `forged`, `request_used` or `request_expired`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        for _ in range(ATTEMPTS):
            request = self._opened(token, CONFIRM_STOP)
            if request.state is not State.WAITING:
                raise links.refused("request_used")
            now = self.clock.now()
            if now >= request.expires_at:
                raise links.refused("request_expired")
            due_on = self.profile.stop_due_on(self.profile.local_date(now))
            confirmed = replace(request, state=State.ACTIVE, requested_at=now, due_on=due_on)
            try:
                self.store.confirm(request, confirmed)
            except ChangedMeanwhileError:
                continue
            return confirmed
        raise UnavailableError(BUSY)

    def withdraw(self, token: str) -> StopRequest:
        """Use the link that takes a request back.

        Raises:
            LinkError: `forged` or `request_used`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        for _ in range(ATTEMPTS):
            request = self._opened(token, WITHDRAW_STOP)
            if request.state is not State.ACTIVE:
                raise links.refused("request_used")
            now = self.clock.now()
            try:
                self.store.withdraw(request, now)
            except ChangedMeanwhileError:
                continue
            return replace(request, state=State.WITHDRAWN, withdrawn_at=now)
        raise UnavailableError(BUSY)

    def _read(self, number: str, email: str, more: list[FieldError]) -> tuple[PhoneNumber, str]:
        wrong: list[FieldError] = []
        parsed: PhoneNumber | None = None
        try:
            parsed = phone.parse(number, self.profile.rules)
        except InvalidPhoneNumberError as error:
            wrong.append(FieldError("/number", str(error), error.reason))
        wrong += more
        address = ""
        try:
            address = parse_address(email)
        except InvalidInputError as error:
            wrong.extend(error.fields)
        if wrong or parsed is None:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        return parsed, address

    def _opened(self, token: str, purpose: str) -> StopRequest:
        request = self.store.get(links.record_id_of(token))
        if request is None or not self.links.is_genuine(token, purpose, request.id, request.nonce):
            raise links.refused("forged")
        return request

    def _find(self, text: str, wrong: list[FieldError]) -> tuple[Seller, ...]:
        if not text.strip():
            detail = "Enter the seller's name, its account number or a number that it calls from."
            wrong.append(FieldError("/seller", detail, "seller_missing"))
            return ()
        asked = text.strip()[:MAX_TEXT]
        of_san = self.sellers.of_san(asked)
        found = (of_san,) if of_san else self._declared(asked) or self.sellers.named(asked)
        if not found:
            wrong.append(_seller_unknown())
        return found

    def _declared(self, text: str) -> tuple[Seller, ...]:
        try:
            number = phone.parse_any(text, self.profile.rules)
        except InvalidPhoneNumberError:
            return ()
        return self.sellers.declared(number.e164, self.profile.local_date(self.clock.now()))


def _seller_unknown() -> FieldError:
    return FieldError("/seller", "No registered seller has this name or number.", "seller_unknown")
