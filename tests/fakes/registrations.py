"""Registrations in memory, with the promises of `registrations.ports`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from quietline.kernel.clock import Clock
from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import LinkSigner
from quietline.profiles.profile import Profile
from quietline.registrations.codes import CodeDesk, LineProof
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError
from quietline.registrations.proving import LineProving
from quietline.registrations.requests import Letter, MailedRequest


@dataclass
class FakeNumbers:
    """Number records in memory."""

    records: dict[PhoneNumber, NumberRecord] = field(default_factory=dict)

    def get(self, number: PhoneNumber) -> NumberRecord | None:
        return self.records.get(number)

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, NumberRecord]:
        return {number: self.records[number] for number in numbers if number in self.records}


@dataclass
class FakeRegistrations:
    """Registrations in memory; `before_write` runs just before each transaction, to play somebody else."""

    numbers: FakeNumbers
    registrations: dict[str, Registration] = field(default_factory=dict)
    counts: dict[tuple[str, date], int] = field(default_factory=dict)
    mails: list[dict[str, str]] = field(default_factory=list)
    changes: list[tuple[PhoneNumber, str, datetime]] = field(default_factory=list)
    before_write: Callable[[], None] = lambda: None

    def get(self, registration_id: str) -> Registration | None:
        return self.registrations.get(registration_id)

    def of_mailbox(self, email_hash: str, limit: int) -> list[Registration]:
        found = [one for one in self.registrations.values() if one.email_hash == email_hash and one.confirmed_at]
        return found[:limit]

    def add(self, registration: Registration, day: date, limit: int) -> None:
        self.before_write()
        key = (registration.email_hash, day)
        if self.counts.get(key, 0) >= limit:
            raise LimitReachedError
        self.counts[key] = self.counts.get(key, 0) + 1
        self.registrations[registration.id] = registration
        self.mails.append({"template": "confirm-registration"})

    def add_silent(self, registration: Registration) -> None:
        self.registrations[registration.id] = registration

    def correct(self, before: Registration, after: Registration, at: datetime, day: date, limit: int) -> None:
        self.before_write()
        key = (after.email_hash, day)
        if self.counts.get(key, 0) >= limit:
            raise LimitReachedError
        self.correct_silent(before, after)
        self.counts[key] = self.counts.get(key, 0) + 1
        self.mails.append({"template": "confirm-registration"})

    def correct_silent(self, before: Registration, after: Registration) -> None:
        if self.registrations[before.id] != before:
            raise ChangedMeanwhileError
        self.registrations[before.id] = after

    def confirm(
        self,
        registration: Registration,
        before: dict[PhoneNumber, NumberRecord],
        after: Sequence[NumberRecord],
        at: datetime,
        facts: dict[str, str],
    ) -> None:
        self.before_write()
        kept = self.registrations[registration.id]
        if kept.confirmed_at is not None or kept.nonce != registration.nonce:
            raise ChangedMeanwhileError
        if any(self.numbers.get(record.number) != before.get(record.number) for record in after):
            raise ChangedMeanwhileError
        self.registrations[registration.id] = replace(registration, confirmed_at=at)
        for record in after:
            known = before.get(record.number)
            new = record.history[len(known.history) if known else 0 :]
            self.changes += [(record.number, entry.change, entry.at) for entry in new]
            self.numbers.records[record.number] = record
        self.mails.append({"template": "registration-confirmed", **facts})


@dataclass
class FakeRequests:
    """Mailed requests in memory; `letters` are the mails asked for, each with its request."""

    numbers: FakeNumbers
    requests: dict[str, MailedRequest] = field(default_factory=dict)
    counts: dict[tuple[str, date], int] = field(default_factory=dict)
    letters: list[tuple[Letter, MailedRequest]] = field(default_factory=list)
    registrations: dict[str, Registration] = field(default_factory=dict)
    before_write: Callable[[], None] = lambda: None

    def get(self, request_id: str) -> MailedRequest | None:
        return self.requests.get(request_id)

    def add(self, request: MailedRequest, letter: Letter, day: date, limit: int) -> None:
        self.before_write()
        key = (request.email_hash, day)
        if self.counts.get(key, 0) >= limit:
            raise LimitReachedError
        self.counts[key] = self.counts.get(key, 0) + 1
        self.requests[request.id] = request
        self.letters.append((letter, request))

    def change(
        self,
        request: MailedRequest,
        after: MailedRequest,
        records: Sequence[tuple[NumberRecord, NumberRecord]],
        at: datetime,
        letter: Letter,
    ) -> None:
        self.before_write()
        if self.requests[request.id].state != request.state:
            raise ChangedMeanwhileError
        if any(self.numbers.get(before.number) != before for before, _ in records):
            raise ChangedMeanwhileError
        self.requests[request.id] = after
        for _, wanted in records:
            self.numbers.records[wanted.number] = wanted
        self.letters.append((letter, after))

    def move(
        self,
        request: MailedRequest,
        after: MailedRequest,
        registrations: Sequence[tuple[Registration, Registration]],
        at: datetime,
        letters: Sequence[Letter],
    ) -> None:
        self.before_write()
        if self.requests[request.id].state != request.state:
            raise ChangedMeanwhileError
        if any(self.registrations.get(before.id) != before for before, _ in registrations):
            raise ChangedMeanwhileError
        self.requests[request.id] = after
        self.registrations.update({wanted.id: wanted for _, wanted in registrations})
        self.letters += [(letter, after) for letter in letters]


@dataclass
class FakeProofs:
    """Codes for lines in memory; `told` are those that were sent."""

    numbers: FakeNumbers
    proofs: dict[str, LineProof] = field(default_factory=dict)
    counts: dict[tuple[PhoneNumber, date], int] = field(default_factory=dict)
    told: list[LineProof] = field(default_factory=list)

    def get(self, proof_id: str) -> LineProof | None:
        return self.proofs.get(proof_id)

    def add(self, proof: LineProof, to_ciphertext: str, minutes: int, day: date, limit: int) -> None:
        key = (proof.number, day)
        if self.counts.get(key, 0) >= limit:
            raise LimitReachedError
        self.counts[key] = self.counts.get(key, 0) + 1
        self.add_silent(proof)
        self.told.append(proof)

    def add_silent(self, proof: LineProof) -> None:
        self.proofs[proof.id] = proof

    def change(
        self, before: LineProof, after: LineProof, records: Sequence[tuple[NumberRecord, NumberRecord]] = ()
    ) -> None:
        if self.proofs[before.id] != before:
            raise ChangedMeanwhileError
        self.proofs[before.id] = after
        self.numbers.records |= {wanted.number: wanted for _, wanted in records}


class FakeCipher:
    """Turns the text round; enough to see that nothing is stored in the clear."""

    def encrypt(self, address: str) -> str:
        return f"sealed:{address[::-1]}"

    def decrypt(self, ciphertext: str) -> str:
        return ciphertext.removeprefix("sealed:")[::-1]


def code_desk(numbers: FakeNumbers, profile: Profile, clock: Clock, secret: bytes = b"s" * 32) -> CodeDesk:
    """Return a desk whose codes are in memory."""
    return CodeDesk(FakeProofs(numbers), FakeCipher(), LinkSigner(secret), profile, clock)


def proving(numbers: FakeNumbers, profile: Profile, clock: Clock) -> LineProving:
    """Return what proves lines in memory."""
    return LineProving(code_desk(numbers, profile, clock))
