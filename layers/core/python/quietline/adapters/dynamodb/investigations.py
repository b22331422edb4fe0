"""Investigations in DynamoDB: items beside the case's own, so that neither side waits for the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import decision_item, hold_item
from quietline.adapters.dynamodb.case_writes import event_writes, transact
from quietline.adapters.dynamodb.investigation_items import (
    finding_item,
    finding_of,
    hop_item,
    hop_of,
    investigation_item,
    investigation_of,
    reply_item,
    reply_of,
)
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Table, Write
from quietline.cases.investigation.model import Accused, Finding, Hop, HopState, Investigation, Reply
from quietline.cases.model import Action, Case, Decision, Event, Status
from quietline.kernel.clock import to_text
from quietline.mails.outbox import Template

TOGETHER = 50
"""Findings of one transaction; it holds 100 writes, and 4 MB."""
AT_MOST = 100
STATUS = {"#status": "status"}


@dataclass(frozen=True)
class DynamoInvestigations:
    """See `cases.investigation.ports.InvestigationStore`; `table` is the cases table."""

    table: Table

    def get(self, case_id: str) -> Investigation:
        """Return an investigation; version 0 before the first write."""
        return investigation_of(case_id, self.table.get(keys.investigation(case_id)))

    def save(self, investigation: Investigation, event: Event | None = None) -> None:
        """Keep the next version.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        events = event_writes(self.table, investigation.case_id, event) if event else []
        transact(self.table, self._next(investigation), *events)

    def accuse(self, investigation: Investigation, event: Event, cleared: Reply | None, told: Accused | None) -> None:
        """Keep the next version, whose attribution is new, and the reply of who is accused no more; ask for its mail.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        writes = [self._next(investigation), *event_writes(self.table, investigation.case_id, event)]
        if cleared:
            done = Event(event.at, Action.SELLER_CLEARED, event.by, cleared.organization_id)
            writes += [self._next_reply(cleared), *event_writes(self.table, cleared.case_id, done)]
            if told:
                writes.append(self._mail("accusation-cleared", cleared, told, event.at, f"cleared-{cleared.version}"))
        transact(self.table, *writes)

    def resumed(
        self,
        case: Case,
        investigation: Investigation,
        event: Event,
        *,
        hop: Hop | None,
        reply: Reply | None,
        told: Accused | None,
    ) -> None:
        """End a case's hold and keep what has later deadlines now; ask for the mail about the reply's.

        Raises:
            ChangedMeanwhileError: it was held again, or somebody else wrote between.
        """
        ended = self.table.update(
            keys.case(case.id),
            "SET #hold = :none ADD revision :one",
            names={"#hold": "hold"} | STATUS,
            values={
                ":none": None,
                ":one": 1,
                ":open": Status.OPEN.value,
                ":hold": hold_item(case.hold) if case.hold else None,
            },
            condition="#status = :open AND #hold = :hold",
        )
        writes = [ended, self._next(investigation), *event_writes(self.table, case.id, event)]
        if hop:
            writes.append(self._open_hop(hop))
        if reply:
            writes.append(self._next_reply(reply))
            if told:
                writes.append(self._mail("accusation-resumed", reply, told, event.at, f"resumed-{case.revision}"))
        transact(self.table, *writes)

    def findings(self, case_id: str) -> tuple[Finding, ...]:
        """Return the findings by complaint."""
        items = self.table.query(keys.scrub(case_id, "")[0], prefix="SCRUB#")
        return tuple(finding_of(item) for item in items)

    def examined(self, investigation: Investigation, findings: Sequence[Finding], event: Event) -> None:
        """Keep findings in place of those of before, then the investigation that speaks of them.

        Findings of a run that broke off are made again, from the same facts or newer ones.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        case_id = investigation.case_id
        gone = {one.complaint_id for one in self.findings(case_id)} - {one.complaint_id for one in findings}
        writes = [self.table.put(keys.scrub(case_id, one.complaint_id), finding_item(one)) for one in findings]
        writes += [self.table.delete(keys.scrub(case_id, complaint_id)) for complaint_id in sorted(gone)]
        for start in range(0, len(writes), TOGETHER):
            transact(self.table, *writes[start : start + TOGETHER])
        self.save(investigation, event)

    def hops(self, case_id: str) -> tuple[Hop, ...]:
        """Return the carriers asked, in order."""
        items = self.table.query(keys.hop(case_id, 0)[0], prefix="TRACEBACK#")
        return tuple(hop_of(item) for item in items)

    def ask_carrier(self, hop: Hop, event: Event) -> None:
        """Keep a new hop.

        Raises:
            ChangedMeanwhileError: there is one of that number.
        """
        put = self.table.put_new(keys.hop(hop.case_id, hop.number), hop_item(hop))
        transact(self.table, put, *event_writes(self.table, hop.case_id, event))

    def close_hop(self, hop: Hop, event: Event) -> None:
        """Keep a carrier's answer, or its silence.

        Raises:
            ChangedMeanwhileError: it does not wait any more.
        """
        transact(self.table, self._open_hop(hop), *event_writes(self.table, hop.case_id, event))

    def asked(self, carrier: str) -> tuple[Hop, ...]:
        """Return what a carrier was asked, newest first."""
        items = self.table.query(keys.tracebacks_of(carrier), index="gsi1", newest_first=True, limit=AT_MOST)
        return tuple(hop_of(item) for item in items)

    def reply(self, case_id: str, organization_id: str) -> Reply | None:
        """Return an organization's right of reply in a case, or None."""
        item = self.table.get(keys.reply(case_id, organization_id))
        return reply_of(item) if item else None

    def replies(self, case_id: str) -> tuple[Reply, ...]:
        """Return the rights of reply in a case, by organization."""
        items = self.table.query(keys.reply(case_id, "")[0], prefix="REPLY#")
        return tuple(reply_of(item) for item in items)

    def accusations_of(self, organization_id: str) -> tuple[Reply, ...]:
        """Return an organization's, newest first."""
        items = self.table.query(keys.accused(organization_id), index="gsi1", newest_first=True, limit=AT_MOST)
        return tuple(reply_of(item) for item in items)

    def hear(self, reply: Reply, accused: Accused, event: Event) -> None:
        """Keep a right of reply, a new one or one asked again, and ask for the mail.

        Raises:
            ChangedMeanwhileError: there is one already.
        """
        first = self.table.put_new(keys.reply(reply.case_id, reply.organization_id), reply_item(reply))
        transact(
            self.table,
            first if reply.hearings == 1 else self._next_reply(reply),
            self._mail("accusation", reply, accused, event.at, f"notice-{reply.hearings}"),
            *event_writes(self.table, reply.case_id, event),
        )

    def change_reply(self, reply: Reply, event: Event | None, remind: Accused | None = None) -> None:
        """Keep the next version of a reply; `remind` asks for the reminder's mail.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        writes = [self._next_reply(reply)]
        if event:
            writes += event_writes(self.table, reply.case_id, event)
            if remind:
                writes.append(
                    self._mail(
                        "accusation-reminder", reply, remind, event.at, f"reminder-{reply.hearings}-{reply.reminded}"
                    )
                )
        transact(self.table, *writes)

    def tell_seller(self, reply: Reply, accused: Accused, decision: Decision, at: datetime) -> None:
        """Ask for the mail that tells the seller, and note the decision with its reply; a second time does nothing."""
        if reply.decision:
            return
        mail = mail_write(
            self.table,
            template="accusation-decided",
            language=accused.language,
            to_ciphertext=accused.contact_ciphertext,
            facts={"organization": accused.name, "outcome": decision.kind, "case": reply.case_id},
            now=at,
            mail_id=f"{reply.case_id}-{accused.id}-decided-{reply.version}",
        )
        transact(self.table, self._next_reply(replace(reply, decision=decision.kind)), mail)

    def confirm(self, investigation: Investigation, event: Event) -> None:
        """Keep a confirmation, while the case still has a decision.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        given = self.table.check(
            keys.case(investigation.case_id),
            "#status = :open AND attribute_exists(decision)",
            {":open": Status.OPEN.value},
            STATUS,
        )
        transact(self.table, self._next(investigation), given, *event_writes(self.table, investigation.case_id, event))

    def escalated(self, investigation: Investigation, event: Event) -> None:
        """Keep the review's next deadline and count the one missed.

        Raises:
            ChangedMeanwhileError: somebody else wrote between, or the case is open no more.
        """
        counted = self.table.update(
            keys.case(investigation.case_id),
            "ADD escalations :one",
            names=STATUS,
            values={":one": 1, ":open": Status.OPEN.value},
            condition="#status = :open",
        )
        events = event_writes(self.table, investigation.case_id, event)
        transact(self.table, self._next(investigation), counted, *events)

    def give_back(self, investigation: Investigation, decision: Decision, event: Event) -> None:
        """Take a decision off its case again with its confirmation, so that another one can be given.

        Raises:
            ChangedMeanwhileError: the case has another one, was decided, or somebody else wrote between.
        """
        case_id = investigation.case_id
        update = self.table.update(
            keys.case(case_id),
            "REMOVE decision",
            names=STATUS,
            values={":open": Status.OPEN.value, ":given": decision_item(decision)},
            condition="#status = :open AND decision = :given",
        )
        # a confirmation is of the decision that goes: the next one needs its own
        unconfirmed = self._next(replace(investigation, confirmation=None))
        transact(self.table, update, unconfirmed, *event_writes(self.table, case_id, event))

    def reopen(
        self,
        investigation: Investigation,
        attempt: int,
        caller_keys: Sequence[str],
        reply: Reply | None,
        event: Event,
    ) -> None:
        """Open a closed case again, with a new execution; the seller of `reply` is told of the new decision too.

        Raises:
            ChangedMeanwhileError: it is not closed, or its caller has an open case.
        """
        case_id = investigation.case_id
        for place in self.table.query(keys.case(case_id)[0], prefix="COMPLAINT#"):
            # everybody is told of the new decision too; before the case is open nobody reads this
            self.table.write(self.table.update((place["pk"], place["sk"]), "SET told = :no", values={":no": False}))
        transact(
            self.table,
            self.table.update(
                keys.case(case_id),
                "SET #status = :open, gsi1pk = :cases, attempts = :attempt, reopened = :times"
                " REMOVE decision, task_token, failure",
                names=STATUS,
                values={
                    ":open": Status.OPEN.value,
                    ":closed": Status.CLOSED.value,
                    ":cases": keys.cases_of(Status.OPEN.value),
                    ":attempt": attempt,
                    ":times": investigation.reopened,
                },
                condition="#status = :closed",
            ),
            *(self.table.put_new(keys.caller(caller), {"case_id": case_id}) for caller in caller_keys),
            self._next(investigation),
            *([self._next_reply(replace(reply, decision=""))] if reply and reply.decision else []),
            self.table.put_new(keys.execution(case_id, attempt), {"asked_at": to_text(event.at)}),
            *event_writes(self.table, case_id, event),
        )

    def again(self, case_id: str, attempt: int, event: Event) -> None:
        """Ask for the execution `<case>-<attempt>`; a second time does nothing."""
        try:
            self.table.write(
                self.table.update(
                    keys.case(case_id),
                    "SET attempts = :next",
                    values={":next": attempt},
                    condition="attempts < :next",
                ),
                self.table.put_new(keys.execution(case_id, attempt), {"asked_at": to_text(event.at)}),
                *event_writes(self.table, case_id, event),
            )
        except ConditionFailedError:
            return

    def _next(self, kept: Investigation) -> Write:
        first = kept.version == 0
        return self.table.put(
            keys.investigation(kept.case_id),
            investigation_item(replace(kept, version=kept.version + 1)),
            condition="attribute_not_exists(pk)" if first else "version = :before",
            values=None if first else {":before": kept.version},
        )

    def _open_hop(self, hop: Hop) -> Write:
        """Return the write of a hop that was still to answer."""
        return self.table.put(
            keys.hop(hop.case_id, hop.number),
            hop_item(hop),
            condition="#state = :asked",
            values={":asked": HopState.ASKED.value},
            names={"#state": "state"},
        )

    def _next_reply(self, reply: Reply) -> Write:
        return self.table.put(
            keys.reply(reply.case_id, reply.organization_id),
            reply_item(replace(reply, version=reply.version + 1)),
            condition="version = :before",
            values={":before": reply.version},
        )

    def _mail(self, template: Template, reply: Reply, accused: Accused, at: datetime, what: str) -> Write:
        return mail_write(
            self.table,
            template=template,
            language=accused.language,
            to_ciphertext=accused.contact_ciphertext,
            facts={
                "organization": accused.name,
                "case": reply.case_id,
                "calls": str(len(reply.complaints)),
                "due_at": to_text(reply.due_at),
            },
            now=at,
            mail_id=f"{reply.case_id}-{accused.id}-{what}",
        )
