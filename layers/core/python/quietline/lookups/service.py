"""Answering lookups: from a published list and not from the registry's present, so that the answer has a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from quietline.kernel import phone
from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import (
    FieldError,
    ForbiddenError,
    InvalidInputError,
    InvalidPhoneNumberError,
    NotPublishedError,
    NotPublishedOnError,
)
from quietline.kernel.ids import WRONG_LIST, is_sandbox, new_ulid
from quietline.lookups.model import Answer, Lookup, PublishedList, Status
from quietline.lookups.ports import Meter, NumberHistories, PublishedLists, Signer, StopRequests
from quietline.profiles import Profile
from quietline.usage.model import Standing, in_receipt

AREA_NOT_PUBLISHED = "area_not_published"
NOT_ENTITLED = "not_entitled"
STOP_REQUESTED = "stop_requested"


@dataclass(frozen=True)
class Lookups:
    """Looks numbers up in a published list."""

    profile: Profile
    clock: Clock
    lists: PublishedLists
    histories: NumberHistories
    stops: StopRequests
    meter: Meter
    signer: Signer
    sandbox: bool = False
    """Whether this is the sandbox's list, which answers sandbox organizations and nobody else."""

    def look_up(self, standing: Standing, texts: Sequence[str], as_of: date | None = None) -> Lookup:
        """Return listed, clear or unknown for each text, in their order.

        A lookup of up to the profile's `lookups.free_numbers` is answered for every area, as the law's small inquiry;
        a larger one, for subscribers, only for the areas they are entitled to. A number whose owner told this very
        organization to stop is never clear, as in a wash; only of a list too old to call by is told what it held.

        Args:
            standing: who asks; it has a SAN once it has certified.
            texts: numbers as people type them.
            as_of: date of the list that answers; None means the newest.

        Raises:
            ForbiddenError: the organization has not certified.
            InvalidInputError: no number or too many.
            NotPublishedError: no list exists yet.
            NotPublishedOnError: there is no list of that date.
            TooManyRequestsError: the account has looked up too many numbers today.
        """
        if not standing.san:
            raise ForbiddenError("Your organization must certify how it uses the registry first.")
        if is_sandbox(standing.organization_id) is not self.sandbox:
            raise ForbiddenError(WRONG_LIST)
        self._check_count(standing, len(texts))
        published = self._list(as_of)
        now = self.clock.now()
        answers = self._answers(standing, texts, published)
        lookup_id = new_ulid(now)
        valid_until = self._valid_until(published)
        signed = self.signer.sign(
            {
                "type": "lookup",
                "id": lookup_id,
                "san": standing.san,
                "organization": standing.organization_id,
                **in_receipt(standing.agent),
                "list_date": published.date.isoformat(),
                "issued_at": to_text(now),
                "valid_until": valid_until.isoformat(),
                "answers": [_in_payload(answer) for answer in answers],
            }
        )
        return Lookup(lookup_id, published.date, valid_until, answers, signed)

    def most(self, standing: Standing) -> int:
        """Return how many numbers one lookup may hold."""
        limits = self.profile.lookups
        return limits.subscriber_numbers if standing.subscriber else limits.free_numbers

    def _check_count(self, standing: Standing, count: int) -> None:
        limits, most = self.profile.lookups, self.most(standing)
        if not 1 <= count <= most:
            message = f"Give between 1 and {most:,} numbers."
            if not standing.subscriber and count <= limits.subscriber_numbers:
                message += f" Subscribers may ask for {limits.subscriber_numbers:,}."
            raise InvalidInputError(message, (FieldError("/numbers", message, "numbers_count"),))

    def _list(self, as_of: date | None) -> PublishedList:
        newest = self.lists.newest()
        if newest is None:
            raise NotPublishedError("No list has been published yet.")
        if as_of is None or as_of == newest.date:
            return newest
        if as_of > newest.date:
            raise NotPublishedOnError("/as_of", f"The newest list is that of {newest.date}; there is none of later.")
        found = self.lists.on(as_of)
        if found is None:
            first = self.lists.calendar().dates[0]
            sentence = f"The first list is that of {first}." if as_of < first else f"No list is dated {as_of}."
            raise NotPublishedOnError("/as_of", sentence)
        return found

    def _answers(self, standing: Standing, texts: Sequence[str], published: PublishedList) -> tuple[Answer, ...]:
        small = len(texts) <= self.profile.lookups.free_numbers
        areas = published.areas if small else published.areas & standing.areas
        read = [self._read(text, published, areas) for text in texts]
        numbers = list(dict.fromkeys(number for number, why_not in read if number and not why_not))
        self.meter.look_up(standing, numbers)
        first_listed = self._first_listed(numbers, published)
        stopped = self._stopped(standing, {number.e164 for number, _ in read if number}, published)
        answers = []
        for text, (number, why_not) in zip(texts, read, strict=True):
            shown = text[: phone.MAX_LENGTH]
            if number and number in first_listed:
                answers.append(Answer(shown, number.e164, Status.LISTED, first_listed=first_listed[number]))
            elif number and number.e164 in stopped:
                answers.append(Answer(shown, "", Status.UNKNOWN, STOP_REQUESTED))
            elif number and not why_not:
                answers.append(Answer(shown, number.e164, Status.CLEAR))
            else:
                answers.append(Answer(shown, "", Status.UNKNOWN, why_not))
        return tuple(answers)

    def _stopped(self, standing: Standing, numbers: set[str], published: PublishedList) -> frozenset[str]:
        """Return those of the numbers whose owners said stop; none of a list too old to call by."""
        too_old = self.profile.local_date(self.clock.now()) > self._valid_until(published)
        return frozenset() if too_old or not numbers else self.stops.held_among(standing.organization_id, numbers)

    def _valid_until(self, published: PublishedList) -> date:
        return published.date + timedelta(days=self.profile.lists.max_age_days)

    def _first_listed(
        self, numbers: Sequence[phone.PhoneNumber], published: PublishedList
    ) -> dict[phone.PhoneNumber, date]:
        """Return those of the numbers that the list carries, with the date since which lists do."""
        histories = self.histories.of(numbers) if numbers else {}
        if not histories:
            return {}
        calendar = self.lists.calendar().up_to(published.date)
        found = ((number, calendar.first_listed(changes)) for number, changes in histories.items())
        return {number: first for number, first in found if first is not None}

    def _read(self, text: str, published: PublishedList, areas: frozenset[str]) -> tuple[phone.PhoneNumber | None, str]:
        """Return the number, if it is one, and the reason why the list cannot answer, if it cannot."""
        try:
            number = phone.parse(text, self.profile.rules)
        except InvalidPhoneNumberError as error:
            return None, str(error.reason)
        area = phone.area_of(number, self.profile.rules)
        if area in areas:
            return number, ""
        return number, NOT_ENTITLED if area in published.areas else AREA_NOT_PUBLISHED


def _in_payload(answer: Answer) -> dict[str, Any]:
    return {
        "input": answer.input,
        "number": answer.number or None,
        "status": answer.status.value,
        "reason": answer.reason or None,
        "first_listed": answer.first_listed and answer.first_listed.isoformat(),
    }
