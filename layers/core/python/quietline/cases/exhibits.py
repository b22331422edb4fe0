"""A case's evidence: what its complainants and the organizations accused in it uploaded.

Each file that somebody opens is written into the case's log.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from quietline.cases.find import find
from quietline.cases.investigation.ports import InvestigationStore
from quietline.cases.model import Action, Event
from quietline.cases.people import Person
from quietline.cases.ports import CaseStore
from quietline.evidence.model import Evidence, Owner, complaint_owner
from quietline.evidence.service import EvidenceService
from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError

REPLY = "reply"
"""Stands for a complaint's id where evidence is an accused organization's."""


@dataclass(frozen=True)
class Exhibit:
    """A piece of evidence and the complaint it belongs to; `reference` is that complaint's.

    Of an accused organization's evidence `complaint_id` is `REPLY`, and there is no reference.
    """

    complaint_id: str
    reference: str
    evidence: Evidence
    organization_id: str = ""


@dataclass(frozen=True)
class ExhibitService:
    """What investigators see of evidence."""

    store: CaseStore
    investigations: InvestigationStore
    evidence: EvidenceService
    clock: Clock

    def of(self, case_id: str) -> tuple[Exhibit, ...]:
        """Return a case's evidence, by complaint, oldest first; part of reading the case, which was logged.

        Raises:
            NotFoundError: there is no such case.
        """
        find(self.store, case_id)
        owners = {complaint_owner(entry.complaint_id): entry for entry in self.store.accusations(case_id)}
        having = self.evidence.having(list(owners))
        consumers = (
            Exhibit(entry.complaint_id, entry.reference, piece)
            for owner, entry in owners.items()
            if owner in having
            for piece in self.evidence.of(owner)
        )
        return (*consumers, *self._replies(case_id))

    def view(self, case_id: str, complaint_id: str, evidence_id: str, person: Person) -> tuple[Exhibit, str]:
        """Return a piece of evidence and a URL of its file that works for minutes; the view is logged.

        Raises:
            NotFoundError: there is no such case, complaint in it, or evidence of that complaint.
            ConflictError: it waits for its scan, or was refused.
        """
        find(self.store, case_id)
        found = (
            self._reply(case_id, evidence_id)
            if complaint_id == REPLY
            else self._consumer(case_id, complaint_id, evidence_id)
        )
        link = self.evidence.link(found.evidence.owner, evidence_id)
        # before anybody sees it: from here on its consumer cannot remove it
        self.evidence.rely(found.evidence.owner, evidence_id)
        self.store.record_event(case_id, Event(self.clock.now(), Action.VIEWED, person.sub, f"evidence {evidence_id}"))
        return found, link

    def _consumer(self, case_id: str, complaint_id: str, evidence_id: str) -> Exhibit:
        entry = self.store.accusation(complaint_id)
        if entry is None or entry.case_id != case_id:
            raise NotFoundError("There is no such complaint in this case.")
        return Exhibit(complaint_id, entry.reference, self.evidence.get(complaint_owner(complaint_id), evidence_id))

    def _reply(self, case_id: str, evidence_id: str) -> Exhibit:
        for one in self._replies(case_id):
            if one.evidence.id == evidence_id:
                return one
        raise NotFoundError("There is no such evidence.")

    def _replies(self, case_id: str) -> Iterator[Exhibit]:
        """Yield what was uploaded by each organization that is or was accused in a case."""
        for reply in self.investigations.replies(case_id):
            for piece in self.evidence.of(reply_of(case_id, reply.organization_id)):
                yield Exhibit(REPLY, "", piece, reply.organization_id)


def reply_of(case_id: str, organization_id: str) -> Owner:
    """Return an organization's right of reply in a case as an owner of evidence."""
    return Owner(f"REPLY#{case_id}-{organization_id}")
