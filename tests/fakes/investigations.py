"""Sellers, carriers and investigators around a case, on the tables of a `cloud`."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.accused import (
    DynamoCallers,
    DynamoScrubs,
    DynamoTraceableCarriers,
    StopDays,
)
from quietline.adapters.dynamodb.cases import DynamoCaseStore
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.evidencefiles import EvidenceForms
from quietline.adapters.executions import StepFunctionsTasks
from quietline.cases.investigation.course import Pace
from quietline.cases.investigation.review import Heard, ReviewService
from quietline.cases.investigation.service import InvestigationService
from quietline.cases.people import Person
from quietline.cases.replies import ReplyService
from quietline.cases.service import DecisionService
from quietline.cases.tracebacks import TracebackService
from quietline.evidence.model import State
from quietline.evidence.service import EvidenceService
from quietline.kernel.clock import Clock, FixedClock, to_text
from quietline.profiles.profile import Profile

SELLER = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"
SAN = "100-000-0008"
NAME = "Harbor Roofing LLC"


class Awake:
    """Tasks of a machine that nobody runs: remembers who was woken."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    def answer(self, token: str) -> bool:
        self.woken.append(token)
        return True


@dataclass
class WaitedClock(FixedClock):
    """A clock by which a day passes when the machine waits, and only then; none while it is `held`."""

    held: bool = False

    def wait(self, pace: Pace) -> None:
        """Let a day pass."""
        if not self.held:
            self.instant += pace.days(1)


class Hurried(InvestigationService):
    """The steps of a machine by whose waits the clock goes: a busy computer misses no deadline."""

    clock: WaitedClock

    def wait(self, case_id: str, token: str, kind: str) -> None:
        super().wait(case_id, token, kind)
        self.clock.wait(self.pace)


class Scene:
    """The use cases of an investigation; with a `WaitedClock` deadlines are short, and machines wait a second a day."""

    def __init__(self, cloud: Any, clock: Clock, profile: Profile, *, tasks: Any = None, **more: Any) -> None:
        self.cases_table, self.sellers, self.registry = (
            Table(name) for name in (cloud.cases_table, cloud.sellers_table, cloud.registry_table)
        )
        short = isinstance(clock, WaitedClock)
        if short:
            cases = profile.cases.model_copy(update={"review_days": 1})
            hurried = {"reply_days": 2, "reminder_days_before": (1,), "traceback_days": 1, "extension_days": 1}
            investigations = profile.investigations.model_copy(update=hurried)
            profile = profile.model_copy(update={"cases": cases, "investigations": investigations})
        self.profile = profile
        pace = Pace(1) if short else Pace()
        self.tasks = tasks or StepFunctionsTasks()
        self.cases, self.store = DynamoCaseStore(self.cases_table), DynamoInvestigations(self.cases_table)
        self.callers, self.carriers = DynamoCallers(self.sellers), DynamoTraceableCarriers(self.registry)
        self.steps = (Hurried if short else InvestigationService)(
            cases=self.cases,
            store=self.store,
            callers=self.callers,
            scrubs=DynamoScrubs(self.sellers, self.registry, profile),
            stops=more.pop("stops", StopDays(self.sellers)),
            carriers=self.carriers,
            tasks=self.tasks,
            clock=clock,
            profile=profile,
            pace=pace,
            **more,
        )
        self.review = ReviewService(
            self.cases, self.store, self.callers, self.carriers, self.tasks, clock, profile, pace
        )
        files = EvidenceService(
            DynamoEvidence(self.cases_table), EvidenceForms("quietline-evidence"), clock, self.profile
        )
        self.replies = ReplyService(self.cases, self.store, self.tasks, clock, profile, pace, files)
        self.tracebacks = TracebackService(
            self.cases, self.store, self.callers, self.carriers, self.tasks, clock, self.profile
        )
        self.decisions = DecisionService(self.cases, self.tasks, clock, profile, Heard(self.store))

    def upload(self, organization_id: str, case_id: str) -> str:
        """Upload a picture for an answer, scanned clean; return its id."""
        made = self.replies.offer(organization_id, case_id, "screenshot").evidence
        clean = replace(made, state=State.CLEAN, content_type="image/png", size=8, sha256="0" * 64)
        assert self.replies.evidence.store.scanned(clean, made.waits_until + timedelta(days=365))
        return made.id

    def seller(
        self,
        declares: str = "",
        *,
        days: tuple[str, str] = ("2020-01-01", ""),
        exempt: bool = False,
        id: str = SELLER,
        san: str = SAN,
        name: str = NAME,
    ) -> str:
        """Keep a registered organization that has declared a number on some days, or for ever; return its id."""
        self.sellers.write(
            self.sellers.put(
                keys.organization(id),
                {
                    "id": id,
                    "san": san,
                    "name": name,
                    "type": "exempt" if exempt else "seller",
                    "contact_email_ciphertext": "contact",
                    "language": "en",
                    "status": "active",
                },
            ),
            self.sellers.put(keys.san(san), {"organization_id": id}),
        )
        if declares:
            spans = {declares: [list(days)]}
            self.sellers.write(
                self.sellers.put(keys.caller_numbers(id), {"organization_id": id, "version": 1, "spans": spans}),
                self.sellers.put(keys.declared(declares, id), {"organization_id": id}),
            )
        return id

    def subscribed(self, *areas: str) -> None:
        """Let the seller's subscription of the year cover areas."""
        self.sellers.write(
            self.sellers.put(
                keys.entitlement(SELLER, "order"),
                {
                    "order_id": "order",
                    "areas": list(areas),
                    "term_start": "2026-01-01",
                    "term_end": "2026-12-31",
                    "amount": 0,
                    "refunded": 0,
                    "state": "active",
                    "reason": None,
                },
            )
        )

    def holds(self, day: date, issued_at: datetime, *areas: str, cutoff: datetime | None = None) -> None:
        """Let the seller hold the list of a day since an instant."""
        text = to_text(issued_at)
        self.sellers.write(
            self.sellers.put(
                keys.receipt(SELLER, f"R{text}"),
                {
                    "list_date": day.isoformat(),
                    "issued_at": text,
                    "valid_until": day.isoformat(),
                    "san": SAN,
                    "areas": [f"{area}:full" for area in areas],
                    "jws": "jws",
                },
            )
        )
        published = {"date": day.isoformat(), "cutoff": to_text(cutoff or issued_at), "key": "k", "sha256": "s"}
        counts = {"areas": 1, "numbers": 1, "added": 0, "removed": 0}
        self.registry.write(self.registry.put(keys.manifest(day), published | counts))

    def carrier(self, code: str, *holds: str) -> str:
        """Keep a carrier that can be asked; return its client id."""
        client_id = f"client-{code}"
        item = {"code": code, "name": code, "created_at": "2026-01-01T00:00:00.000Z", "holds": list(holds)}
        self.registry.write(self.registry.put(keys.carrier(client_id), item))
        return client_id

    def cite(self, case_id: str, reasons: str = "Twelve people complained, and no list was held.") -> None:
        """Decide a citation as one person and confirm it as another."""
        self.decisions.decide(case_id, "citation", reasons, Person("user-7", "trade"))
        self.review.confirm(case_id, Person("user-8", "trade"))

    def run(self, case_id: str, *, until: str) -> str:
        """Do steps, as the machine does, until a wait or the end; fail unless it is the one expected."""
        for _ in range(60):
            step, _seconds = self.steps.open(case_id)
            if step.value.startswith("await") or step.value in ("done", "again"):
                if step.value.startswith("await"):
                    self.steps.wait(case_id, f"token-{step.value}", step)
                assert step.value == until, step
                return step.value
            getattr(self.steps, step.value)(case_id)
        raise AssertionError("the case goes round in circles")
