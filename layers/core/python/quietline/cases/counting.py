"""Counting a case again when its complaints have changed."""

from quietline.cases.model import Case, Status
from quietline.cases.ports import CaseStore
from quietline.cases.priority import facts_of, priority_of
from quietline.kernel.clock import Clock
from quietline.profiles.profile import Profile

ROUNDS = 3
"""Tries of one count; whoever changes the case meanwhile counts as well."""
SLACK = 20
"""A case of n complaints is counted again when n / SLACK have changed: counting reads all of them."""


def is_due(case: Case) -> bool:
    """Whether so much has changed since a case was counted that its priority may be another."""
    return abs(case.complaints - case.facts.complaints) >= max(1, case.facts.complaints // SLACK)


def count(store: CaseStore, case_id: str, clock: Clock, profile: Profile) -> Case | None:
    """Count a case's complaints, keep its facts and its priority, and return it as it is now; None for none."""
    for _round in range(ROUNDS):
        case = store.get(case_id)
        if case is None or case.status is Status.MERGED:
            return case
        facts = facts_of(store.calls(case_id), earlier_findings(store, case, profile), profile)
        if store.counted(case, facts, priority_of(facts, clock.now(), profile)):
            break
    return store.get(case_id)


def earlier_findings(store: CaseStore, case: Case, profile: Profile) -> int:
    """Return how many earlier cases of the callers ended with a finding against them."""
    callers = case.callers or (case.caller_key,)
    earlier = {other.id: other for caller in callers for other in store.cases_of_caller(caller)}
    return sum(
        other.id != case.id
        and other.status in (Status.DECIDED, Status.CLOSED)
        and other.decision is not None
        and other.decision.kind in profile.cases.findings
        for other in earlier.values()
    )
