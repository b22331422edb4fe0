"""What a number's record and a registration are."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from quietline.kernel.phone import PhoneNumber

type Change = Literal["A", "D"]
RESTORED_BY = "undo:"
"""What began a listing that took back a removal; the removal's id follows."""
REGISTERED_BY = "registration:"
"""What began a listing that a consumer asked for by mail; the registration's id follows."""
REMOVED_BY = "removal:"
"""What ended a listing at its consumer's wish; the request's id follows."""


@dataclass(frozen=True)
class HistoryEntry:
    """One change of a number: `A` added or `D` removed, when, and by what (`registration:<id>`, `import:<id>`).

    `since` is set where the listing counts from an earlier instant than the change: a number that another registry held
    before it was imported is on our list from the import on, and protected since it was registered there.
    """

    at: datetime
    change: Change
    by: str
    since: datetime | None = None

    @property
    def counts_from(self) -> datetime:
        """The instant from which the change counts for the number's owner."""
        return self.since or self.at


@dataclass(frozen=True)
class NumberRecord:
    """A number and everything that happened to it on the list.

    Attributes:
        number: the number.
        area: its area key.
        history: every change, oldest first; never empty in the table.
        version: counts the writes; a write is conditional on the version it read.
        affirmed_at: when somebody last confirmed a registration of the number while it was listed …
        affirmed_by: … and by what (`registration:<id>`).
        contested: whether the present listing was also confirmed from another mailbox than the one that began it.
    """

    number: PhoneNumber
    area: str
    history: tuple[HistoryEntry, ...]
    version: int
    affirmed_at: datetime | None = None
    affirmed_by: str = ""
    contested: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether the number is listed after its last change."""
        return bool(self.history) and self.history[-1].change == "A"

    @property
    def registered_at(self) -> datetime | None:
        """When the present listing began, or None when the number is not listed."""
        return self.history[-1].counts_from if self.is_listed else None

    @property
    def wanted_since(self) -> datetime | None:
        """When somebody last asked for the present listing, or None when the number is not listed."""
        begun = self.registered_at
        return max(begun, self.affirmed_at) if begun and self.affirmed_at else begun

    @property
    def wanted_by(self) -> str:
        """What last asked for the present listing; empty when the number is not listed."""
        if not self.is_listed:
            return ""
        return self.affirmed_by if self.wanted_since == self.affirmed_at else self.begun_by

    @property
    def begun_by(self) -> str:
        """What began the present listing, whatever was removed and restored since; empty when it is not listed."""
        if not self.is_listed:
            return ""
        at = len(self.history) - 1
        while self.history[at].by.startswith(RESTORED_BY) and at >= 2:  # before it stand what was restored, and its `D`
            at -= 2
        return self.history[at].by

    def listed_at(self, instant: datetime) -> bool:
        """Return whether this registry listed the number at an instant (an entry counts from its own instant on)."""
        before = [entry for entry in self.history if entry.at <= instant]
        return bool(before) and before[-1].change == "A"

    def listed_since(self, instant: datetime) -> datetime | None:
        """Return when the registration that held at an instant began, or None when none held."""
        before = [entry for entry in self.history if entry.counts_from <= instant]
        return before[-1].counts_from if before and before[-1].change == "A" else None

    def imported(self, entry: HistoryEntry) -> "NumberRecord":
        """Return the record with the entry of an import at its place in time; an import never changes the version.

        A number that was listed at the import's instant stays as it was, and so does one that has the entry already.
        """
        earlier = [known for known in self.history if known.at <= entry.at]
        if any(known.by == entry.by for known in self.history) or (earlier and earlier[-1].change == "A"):
            return self
        if earlier and entry.counts_from < earlier[-1].at:  # it was taken off here after it had been registered there
            entry = replace(entry, since=earlier[-1].at)
        return replace(self, history=(*earlier, entry, *self.history[len(earlier) :]))

    def changed(self, change: Change, at: datetime, by: str) -> "NumberRecord":
        """Return the record after one more change; a new listing is nobody else's yet."""
        return replace(
            self,
            history=(*self.history, HistoryEntry(at, change, by)),
            version=self.version + 1,
            contested=self.contested and change == "D",
        )

    def affirmed(self, at: datetime, by: str, *, contested: bool = False) -> "NumberRecord":
        """Return the listed number's record after one more registration of it, which changes nothing on the list."""
        return replace(
            self,
            affirmed_at=at,
            affirmed_by=by,
            version=self.version + 1,
            contested=self.contested or contested,
        )

    def restored(self, at: datetime, by: str) -> "NumberRecord":
        """Return the record after its removal was taken back: listed again, and counting from when it was before.

        Args:
            at: when it is taken back.
            by: the removal's id; the history has it after `RESTORED_BY`.
        """
        since = self.history[-2].counts_from
        entry = HistoryEntry(at, "A", RESTORED_BY + by, since)
        return replace(self, history=(*self.history, entry), version=self.version + 1)


@dataclass(frozen=True)
class Registration:
    """A consumer's wish, pending until the mailed link is used.

    Attributes:
        id: ULID.
        numbers: without repetitions, in the order given.
        email_ciphertext: the address encrypted (`MailboxCipher`).
        email_hash: keyed hash that finds the address again.
        language: of the consumer's mails.
        nonce: random part of the link's token.
        created_at: when it was asked for.
        expires_at: from this instant on the link is refused, whether or not the item still exists.
        confirmed_at: when the link was used.
        mails: how many mails with a link it asked for.
        proofs: the codes that were told to its numbers, in their order; empty where the profile asks for no proof.
    """

    id: str
    numbers: tuple[PhoneNumber, ...]
    email_ciphertext: str
    email_hash: str
    language: str
    nonce: str
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None = None
    mails: int = 1
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegistrationReceipt:
    """The answer to a registration: the same for every number, known or not.

    `waiting_token` lets the browser that registered have the link sent again, or correct the address (`waiting`).
    """

    id: str
    expires_at: datetime
    waiting_token: str = field(default="", repr=False)


type Why = Literal["code_missing", "code_wrong", "code_ended"]
"""Why a line is not proved."""


@dataclass(frozen=True)
class Unproved:
    """A number that was not registered, and why: its code was not entered, or works no more."""

    number: PhoneNumber
    reason: Why


@dataclass(frozen=True)
class ConfirmedRegistration:
    """What holds after the link was used.

    Attributes:
        numbers: the registration's numbers that are listed now: all, or those whose line is proved.
        listed_from: the registry's date from which every one of them is on the published list.
        sellers_bound_from: the date from which no seller may call any of them.
        certificate_token: of the link to their certificate.
        unproved: the numbers that were left out, and why.
    """

    numbers: tuple[PhoneNumber, ...]
    listed_from: date
    sellers_bound_from: date
    certificate_token: str = field(default="", repr=False, compare=False)
    unproved: tuple[Unproved, ...] = ()
