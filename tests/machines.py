"""`investigate-case` without Step Functions: executions whose steps run when told to, and what they have written."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from quietline.adapters.dynamodb.case_items import case_of
from quietline.adapters.dynamodb.case_parts import event_of
from quietline.adapters.dynamodb.complaints import complaint_of
from quietline.adapters.dynamodb.investigation_items import investigation_of, reply_of
from quietline.adapters.dynamodb.table import Item, Table, decode_item
from quietline.cases.investigation.model import Investigation, Next, Reply
from quietline.cases.investigation.service import InvestigationService
from quietline.cases.model import Action, Case
from quietline.complaints.model import Complaint


@dataclass
class Execution:
    """One execution: the step it is in, the token it waits with, until when."""

    case_id: str
    step: str = "open"
    token: str = ""
    until: datetime | None = None
    rounds: int = 0
    seconds: int = 0
    ended: bool = False


class Machines:
    """The executions of `investigate-case`, as `cases.ports.Executions` and `.TaskAnswers`; steps run when told to."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.tokens = 0

    def running(self) -> set[str]:
        """Return the names of those that run."""
        return set(self.live())

    def live(self) -> list[str]:
        """Return the names of those that run, the first started first."""
        return [name for name, one in self.executions.items() if not one.ended]

    def start(self, name: str, case_id: str) -> None:
        """Start one; a name used before changes nothing."""
        self.executions.setdefault(name, Execution(case_id))

    def answer(self, token: str) -> bool:
        """Wake the task that waits with a token."""
        for one in self.executions.values():
            if one.token == token and not one.ended:
                one.step, one.token, one.until = "open", "", None
                return True
        return False

    def step(self, steps: InvestigationService, name: str, now: datetime) -> bool:
        """Do one step of an execution; False where it waits or has ended."""
        one = self.executions[name]
        if one.ended:
            return False
        if one.token:
            if one.until is not None and now < one.until:
                return False
            one.step, one.token, one.until = "open", "", None
        if one.step == "open":
            following, one.seconds = steps.open(one.case_id, one.rounds)
            one.rounds, one.step = one.rounds + 1, following.value
            one.ended = following is Next.DONE
        elif one.step.startswith("await"):
            self.tokens += 1
            one.token, one.until = f"token-{self.tokens}", now + timedelta(seconds=one.seconds)
            try:
                steps.wait(one.case_id, one.token, one.step)
            except BaseException:
                # the task failed: it waits no more, and is tried again with another token
                one.token, one.until = "", None
                raise
        elif one.step == Next.AGAIN:
            steps.again(one.case_id, name)
            one.ended = True
        elif one.step == Next.NOTIFY:
            steps.notify(one.case_id)
            one.step = "open"
        else:
            getattr(steps, one.step)(one.case_id)
            one.step = "open"
        return not one.ended

    def fail(self, steps: InvestigationService, name: str, error: Exception) -> None:
        """End an execution by an error, as its machine does."""
        one = self.executions[name]
        steps.fail(one.case_id, type(error).__name__)
        one.ended = True


class Seen:
    """Everything that a cases table keeps, read at once.

    Attributes:
        places: case and complaint of each place in a case.
        replies: by case; the one of its only seller.
        told: mails asked for, by template and reference or case.
        asked: names of the executions that the outbox asks for.
    """

    def __init__(self, table: Table) -> None:
        self.cases: dict[str, Case] = {}
        self.complaints: dict[str, Complaint] = {}
        self.places: set[tuple[str, str]] = set()
        self.replies: dict[str, Reply] = {}
        self.told: Counter[tuple[str, str]] = Counter()
        self.asked: list[str] = []
        self.actions: Counter[tuple[str, Action]] = Counter()
        self.investigations: dict[str, Investigation] = {}
        for item in sorted(items(table), key=lambda item: (item["pk"], item["sk"])):
            self.add(item)

    def add(self, item: Item) -> None:
        """Take an item in."""
        (kind, _, own), (part, _, inner) = str(item["pk"]).partition("#"), str(item["sk"]).partition("#")
        match kind, part:
            case "CASE", "META":
                self.cases[own] = case_of(item)
                self.asked.append(own)
            case "INVESTIGATION", "META":
                self.asked.append(own)
            case "COMPLAINT", "META":
                self.complaints[own] = complaint_of(item)
            case "CASE", "COMPLAINT":
                self.places.add((own, inner))
            case "CASE", "EVENT":
                self.actions[own, event_of(item).action] += 1
            case "CASE", "REPLY":
                self.replies[own] = reply_of(item)
            case "CASE", "INVESTIGATION":
                self.investigations[own] = investigation_of(own, item)
            case "MAIL", "META":
                facts = item["facts"]
                self.told[item["template"], facts.get("reference") or facts.get("case", "")] += 1

    def times(self, case_id: str) -> Counter[Action]:
        """Return how often each thing happened to a case."""
        return Counter({action: times for (own, action), times in self.actions.items() if own == case_id})

    def investigation(self, case_id: str) -> Investigation:
        """Return a case's investigation."""
        return self.investigations.get(case_id) or investigation_of(case_id, None)


def items(table: Table) -> list[Item]:
    """Return a small table's items, in no order."""
    found: list[Item] = []
    request: dict[str, Any] = {"TableName": table.name}
    while True:
        answer = table.client.scan(**request)
        found += [decode_item(item) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def clean(table: Table) -> None:
    """Empty a small table."""
    for item in items(table):
        table.write(table.delete((item["pk"], item["sk"])))
