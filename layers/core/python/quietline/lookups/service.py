"""Answering lookups: from the published list and not from the registry's present, so that the answer has a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from quietline.kernel import phone
from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import (
    FieldError,
    ForbiddenError,
    InvalidInputError,
    InvalidPhoneNumberError,
    NotPublishedError,
)
from quietline.kernel.ids import new_ulid
from quietline.lookups.model import Answer, Lookup, PublishedList, Status
from quietline.lookups.ports import ListedNumbers, PublishedLists, Signer
from quietline.profiles import Profile

AREA_NOT_PUBLISHED = "area_not_published"


@dataclass(frozen=True)
class Lookups:
    """Looks a few numbers up in the current list."""

    profile: Profile
    clock: Clock
    lists: PublishedLists
    numbers: ListedNumbers
    signer: Signer

    def look_up(self, organization_id: str, san: str, texts: Sequence[str]) -> Lookup:
        """Return listed, clear or unknown for each text, in their order.

        Args:
            organization_id: who asks.
            san: its subscription account number; it has one once it has certified.
            texts: numbers as people type them, at most the profile's `lookups.free_numbers`.

        Raises:
            ForbiddenError: the organization has not certified.
            InvalidInputError: no number or too many.
            NotPublishedError: no list exists yet.
        """
        if not san:
            raise ForbiddenError("Your organization must certify how it uses the registry first.")
        most = self.profile.lookups.free_numbers
        if not 1 <= len(texts) <= most:
            message = f"Give between 1 and {most} numbers."
            raise InvalidInputError(message, (FieldError("/numbers", message, "numbers_count"),))
        current = self.lists.current()
        if current is None:
            raise NotPublishedError("No list has been published yet.")
        now = self.clock.now()
        answers = self._answers(texts, current)
        lookup_id = new_ulid(now)
        valid_until = current.date + timedelta(days=self.profile.lists.max_age_days)
        signed = self.signer.sign(
            {
                "type": "lookup",
                "id": lookup_id,
                "san": san,
                "organization": organization_id,
                "list_date": current.date.isoformat(),
                "issued_at": to_text(now),
                "valid_until": valid_until.isoformat(),
                "answers": [_in_payload(answer) for answer in answers],
            }
        )
        return Lookup(lookup_id, current.date, valid_until, answers, signed)

    def _answers(self, texts: Sequence[str], current: PublishedList) -> tuple[Answer, ...]:
        read = [self._read(text, current) for text in texts]
        numbers = [number for number in read if isinstance(number, phone.PhoneNumber)]
        listed = self.numbers.listed_before(list(dict.fromkeys(numbers)), current.cutoff) if numbers else set()
        answers = []
        for text, number in zip(texts, read, strict=True):
            shown = text[: phone.MAX_LENGTH]
            if isinstance(number, str):
                answers.append(Answer(shown, "", Status.UNKNOWN, number))
            else:
                answers.append(Answer(shown, number.e164, Status.LISTED if number in listed else Status.CLEAR))
        return tuple(answers)

    def _read(self, text: str, current: PublishedList) -> phone.PhoneNumber | str:
        """Return the number, or the reason why the list cannot answer."""
        try:
            number = phone.parse(text, self.profile.rules)
        except InvalidPhoneNumberError as error:
            return str(error.reason)
        served = phone.area_of(number, self.profile.rules) in current.areas
        return number if served else AREA_NOT_PUBLISHED


def _in_payload(answer: Answer) -> dict[str, Any]:
    return {
        "input": answer.input,
        "number": answer.number or None,
        "status": answer.status.value,
        "reason": answer.reason or None,
    }
