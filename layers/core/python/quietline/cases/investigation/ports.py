"""What an investigation needs from outside."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from quietline.cases.investigation.model import Accused, Finding, Holding, Hop, Investigation, Reply
from quietline.cases.model import Accusation, Case, Decision, Event


class InvestigationStore(Protocol):
    """Investigations. Every change is one conditional transaction with its entry of the case's audit log.

    Whatever says so raises `cases.ports.ChangedMeanwhileError` when somebody else wrote between: read again.
    """

    def get(self, case_id: str) -> Investigation:
        """Return an investigation; version 0 before the first write."""
        ...

    def save(self, investigation: Investigation, event: Event | None = None) -> None:
        """Keep the next version; `investigation.version` is the one that was read.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        ...

    def accuse(self, investigation: Investigation, event: Event, cleared: Reply | None, told: Accused | None) -> None:
        """Keep the next version, whose attribution is new, and the reply of who is accused no more; ask for its mail.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        ...

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
        ...

    def findings(self, case_id: str) -> tuple[Finding, ...]:
        """Return the findings by complaint."""
        ...

    def examined(self, investigation: Investigation, findings: Sequence[Finding], event: Event) -> None:
        """Keep findings in place of those of before, then the investigation that speaks of them.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        ...

    def hops(self, case_id: str) -> tuple[Hop, ...]:
        """Return the carriers asked, in order."""
        ...

    def ask_carrier(self, hop: Hop, event: Event) -> None:
        """Keep a new hop.

        Raises:
            ChangedMeanwhileError: there is one of that number.
        """
        ...

    def close_hop(self, hop: Hop, event: Event) -> None:
        """Keep a carrier's answer, or its silence.

        Raises:
            ChangedMeanwhileError: it does not wait any more.
        """
        ...

    def asked(self, carrier: str) -> tuple[Hop, ...]:
        """Return what a carrier was asked, newest first, 100 at most."""
        ...

    def reply(self, case_id: str, organization_id: str) -> Reply | None:
        """Return an organization's right of reply in a case, or None."""
        ...

    def replies(self, case_id: str) -> tuple[Reply, ...]:
        """Return the rights of reply in a case, by organization: of who is accused, and of who was and is no more."""
        ...

    def accusations_of(self, organization_id: str) -> tuple[Reply, ...]:
        """Return an organization's, newest first, 100 at most."""
        ...

    def hear(self, reply: Reply, accused: Accused, event: Event) -> None:
        """Keep a right of reply, a new one or one asked again, and ask for the mail.

        Raises:
            ChangedMeanwhileError: somebody else was faster.
        """
        ...

    def change_reply(self, reply: Reply, event: Event | None, remind: Accused | None = None) -> None:
        """Keep the next version of a reply; `remind` asks for the reminder's mail.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        ...

    def tell_seller(self, reply: Reply, accused: Accused, decision: Decision, at: datetime) -> None:
        """Ask for the mail that tells the seller, and note the decision with its reply; a second time does nothing."""
        ...

    def confirm(self, investigation: Investigation, event: Event) -> None:
        """Keep a confirmation, while the case still has a decision.

        Raises:
            ChangedMeanwhileError: somebody else wrote between.
        """
        ...

    def escalated(self, investigation: Investigation, event: Event) -> None:
        """Keep the review's next deadline and count the one missed.

        Raises:
            ChangedMeanwhileError: somebody else wrote between, or the case is open no more.
        """
        ...

    def give_back(self, investigation: Investigation, decision: Decision, event: Event) -> None:
        """Take a decision off its case again with its confirmation, so that another one can be given.

        Raises:
            ChangedMeanwhileError: the case has another one, was decided, or somebody else wrote between.
        """
        ...

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
        ...

    def again(self, case_id: str, attempt: int, event: Event) -> None:
        """Ask for the execution `<case>-<attempt>`; a second time does nothing."""
        ...


class Callers(Protocol):
    """Who calls: the registry's directory of organizations."""

    def declared_by(self, e164: str, on: date) -> str:
        """Return the one organization that had declared a number on a day; empty for none, or for several."""
        ...

    def named(self, text: str) -> str:
        """Return the one organization that has exactly this name or SAN; empty for none, or for several."""
        ...

    def get(self, organization_id: str) -> Accused | None:
        """Return an organization, or None."""
        ...


class Scrubs(Protocol):
    """What an organization held."""

    def holdings(self, organization_id: str, calls: Sequence[Accusation]) -> dict[str, Holding]:
        """Return the newest list of the number's area that it held at each call, by complaint."""
        ...

    def entitled(self, organization_id: str, calls: Sequence[Accusation]) -> frozenset[str]:
        """Return the complaints of calls into areas that its subscription covered on the day of the call."""
        ...


class StopRequests(Protocol):
    """Consumers' requests to stop."""

    def before(self, organization_id: str, e164: str, at: datetime) -> datetime | None:
        """Return when a consumer had asked an organization to stop, or None."""
        ...


class Carriers(Protocol):
    """The carriers that can be asked."""

    def holder(self, e164: str) -> str:
        """Return the code of the carrier that holds a number, or empty."""
        ...

    def exists(self, code: str) -> bool:
        """Tell whether a carrier of this code can be asked."""
        ...

    def code_of(self, client_id: str) -> str:
        """Return the code of the carrier behind a machine client that is served, or empty."""
        ...
