"""A case's evidence: what its complainants and the accused seller uploaded.

Each file that somebody opens is written into the case's log.
"""

from dataclasses import dataclass

from quietline.cases.find import find
from quietline.cases.model import Action, Event
from quietline.cases.people import Person
from quietline.cases.ports import CaseStore
from quietline.evidence.model import Evidence, Owner
from quietline.evidence.service import EvidenceService
from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError

REPLY = "reply"
"""Stands for a complaint's id where evidence is the seller's."""


@dataclass(frozen=True)
class Exhibit:
    """A piece of evidence and the complaint it belongs to; `reference` is that complaint's.

    Of a seller's evidence `complaint_id` is `REPLY`, and there is no reference.
    """

    complaint_id: str
    reference: str
    evidence: Evidence


@dataclass(frozen=True)
class ExhibitService:
    """What investigators see of evidence."""

    store: CaseStore
    evidence: EvidenceService
    clock: Clock

    def of(self, case_id: str) -> tuple[Exhibit, ...]:
        """Return a case's evidence, by complaint, oldest first; part of reading the case, which was logged.

        Raises:
            NotFoundError: there is no such case.
        """
        find(self.store, case_id)
        owners = {owner_of(entry.complaint_id): entry for entry in self.store.accusations(case_id)}
        reply = reply_of(case_id)
        having = self.evidence.having([*owners, reply])
        consumers = tuple(
            Exhibit(entry.complaint_id, entry.reference, piece)
            for owner, entry in owners.items()
            if owner in having
            for piece in self.evidence.of(owner)
        )
        sellers = self.evidence.of(reply) if reply in having else []
        return (*consumers, *(Exhibit(REPLY, "", piece) for piece in sellers))

    def view(self, case_id: str, complaint_id: str, evidence_id: str, person: Person) -> tuple[Exhibit, str]:
        """Return a piece of evidence and a URL of its file that works for minutes; the view is logged.

        Raises:
            NotFoundError: there is no such case, complaint in it, or evidence of that complaint.
            ConflictError: it waits for its scan, or was refused.
        """
        find(self.store, case_id)
        reference, owner = "", reply_of(case_id)
        if complaint_id != REPLY:
            entry = self.store.accusation(complaint_id)
            if entry is None or entry.case_id != case_id:
                raise NotFoundError("There is no such complaint in this case.")
            reference, owner = entry.reference, owner_of(complaint_id)
        piece = self.evidence.get(owner, evidence_id)
        link = self.evidence.link(owner, evidence_id)
        self.store.record_event(case_id, Event(self.clock.now(), Action.VIEWED, person.sub, f"evidence {evidence_id}"))
        return Exhibit(complaint_id, reference, piece), link


def owner_of(complaint_id: str) -> Owner:
    """Return a complaint as an owner of evidence."""
    return Owner(f"COMPLAINT#{complaint_id}")


def reply_of(case_id: str) -> Owner:
    """Return a case's right of reply as an owner of evidence."""
    return Owner(f"REPLY#{case_id}")
