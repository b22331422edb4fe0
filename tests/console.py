"""A browser's part in the tests of the console, and ready-made investigators and cases."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from quietline.adapters import aws
from quietline.adapters.dynamodb.table import Table
from quietline.cases.model import SYSTEM, Action, Event
from quietline.kernel.clock import Clock, SystemClock
from quietline.kernel.ids import new_ulid
from quietline.kernel.settings.functions import ConsoleSettings
from quietline.profiles.profile import Profile

from functions.console import wiring
from functions.console.frame import SESSION
from functions.console.handler import lambda_handler
from tests import portal
from tests.conftest import Cloud
from tests.fakes.complaints import Desk
from tests.portal import PASSWORD, Person, make_pool

SELLER = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"
EMAIL = "inspector@example.com"
CALLS = {  # number called → day of the call
    "(202) 555-0143": "2026-11-02",
    "(202) 555-0144": "2026-11-05",
    "(212) 555-0145": "2026-11-05",
    "(305) 555-0146": "2026-11-20",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
__all__ = ["CALLS", "EMAIL", "PASSWORD", "Person", "Visitor", "case", "make_console", "person"]


def make_console(cloud: Cloud, **changes: Any) -> ConsoleSettings:
    """Give the cloud a user pool with groups, and the function its settings."""
    pool, client = make_pool()
    for group in ("investigator", "supervisor", "agency-trade", "agency-telecom"):
        aws.client("cognito-idp").create_group(UserPoolId=pool, GroupName=group)
    return cloud.use(ConsoleSettings, **({"user_pool_id": pool, "portal_client_id": client} | changes))


def person(email: str = EMAIL, *groups: str, mfa: bool = True) -> Person:
    """Make an account of some groups, by default with a second factor."""
    made = portal.person(email, mfa=mfa, wiring=wiring)
    for group in groups:
        aws.client("cognito-idp").admin_add_user_to_group(
            UserPoolId=wiring.settings().user_pool_id, Username=email, GroupName=group
        )
    return made


def case(cloud: Cloud, profile: Profile, clock: Clock | None = None, *, waits: bool = True, **changes: Any) -> str:
    """Make a case of four robocalls; it waits for a decision."""
    desk = Desk(cloud, clock or SystemClock(), profile)
    case_id = ""
    for called, day in CALLS.items():
        case_id = desk.accuse(called_number=called, call_date=day, **changes) or case_id
    if waits:
        await_decision(cloud, case_id, desk.intake.clock.now())
    return case_id


def await_decision(cloud: Cloud, case_id: str, now: datetime) -> None:
    """Let the case's execution wait for its task."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore

    store = DynamoCaseStore(Table(cloud.cases_table))
    known = store.get(case_id)
    assert known
    store.wait(case_id, "a-token", known.due_at, Event(now, Action.WAITING, SYSTEM))


@dataclass
class Visitor(portal.Visitor):
    """One browser in the console."""

    name = "console"
    handle = staticmethod(lambda_handler)

    def sign_in(self, who: Person) -> "Visitor":
        """Be signed in, without the pages."""
        self.jar[SESSION] = wiring.sessions().begin(who.sub, mfa=bool(who.secret))
        return self


def evidence(
    cloud: Cloud, profile: Profile, case_id: str, data: bytes, kind: str = "screenshot", *, seller: bool = False
) -> str:
    """Give the case's first complaint, or its seller's reply, a scanned file; return the path of its page."""
    from quietline import bootstrap
    from quietline.adapters.dynamodb.evidence import DynamoEvidence
    from quietline.adapters.evidencefiles import EvidenceBucket
    from quietline.evidence.model import Owner, Uploaded
    from quietline.evidence.scan import MagicScanner
    from quietline.evidence.service import EvidenceScan

    complaint = Desk(cloud, SystemClock(), profile).cases.accusations(case_id)[0]
    service = bootstrap.evidence(cloud.cases_table, cloud.evidence_bucket, profile.name)
    owner = f"REPLY#{case_id}-{SELLER}" if seller else f"COMPLAINT#{complaint.complaint_id}"
    made = service.offer(Owner(owner), kind).evidence
    stored = aws.client("s3").put_object(Bucket=cloud.evidence_bucket, Key=made.upload_key, Body=data)
    scan = EvidenceScan(
        DynamoEvidence(Table(cloud.cases_table)),
        EvidenceBucket(cloud.evidence_bucket),
        MagicScanner(),
        SystemClock(),
        profile,
    )
    scan.run(Uploaded(made.upload_key, stored["ETag"].strip('"'), len(data)))
    return f"cases/{case_id}/evidence/{'reply' if seller else complaint.complaint_id}/{made.id}"


def investigated(cloud: Cloud, profile: Profile, case_id: str, files: tuple[str, ...] = ()) -> None:
    """Give a case findings, a carrier that handed the calls over, and a seller's answer with some files."""
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.cases.investigation import model as m
    from quietline.kernel.money import Money

    now = SystemClock().now()
    cases, store = Desk(cloud, SystemClock(), profile).cases, DynamoInvestigations(Table(cloud.cases_table))
    calls = cases.accusations(case_id)
    event = Event(now, Action.EXAMINED, SYSTEM)
    attribution = m.Attribution(m.Way.DECLARED, SELLER, "SAN-1", "Sunny Roofs LLC", spoofed=True)
    store.save(m.Investigation(case_id=case_id, attribution=attribution), event)
    held = m.Holding("receipt", date(2026, 3, 2), now, 20, contained=True)
    check = m.Check("contained", "yes", "The list of 2026-03-02 contained the number.", "16 CFR 310.4(b)(1)(iii)(B)")
    findings = [
        m.Finding(
            complaint_id=call.complaint_id,
            on=profile.local_date(call.called_at),
            verdict=m.Verdict.VIOLATION,
            checks=(check,),
            holding=held,
            maximum=Money(5_308_800, "USD"),
            factors=(m.Factor("base", 10), m.Factor("robocall", 15)),
            proposed=Money(1_327_200, "USD"),
        )
        for call in calls
    ]
    store.examined(replace(store.get(case_id), examined="facts"), findings, event)
    hop = m.Hop(case_id=case_id, number=1, carrier="4321", caller_number="+13055550187", asked_at=now, due_at=now)
    store.ask_carrier(hop, event)
    store.close_hop(replace(hop, state=m.HopState.FORWARDED, following="9876", answered_at=now), event)
    answer = m.CallAnswer(
        calls[0].complaint_id, m.Claim.RELATIONSHIP, date(2026, 2, 11), "They had asked for an offer.", files
    )
    reply = m.Reply(
        case_id=case_id,
        organization_id=attribution.organization_id,
        state=m.ReplyState.ANSWERED,
        notice_at=now,
        due_at=now,
        complaints=tuple(call.complaint_id for call in calls),
        answers={answer.complaint_id: answer},
    )
    accused = m.Accused(
        attribution.organization_id, "SAN-1", attribution.name, exempt=False, contact_ciphertext="x", language="en"
    )
    store.hear(reply, accused, event)


def bundled(cloud: Cloud, case_id: str, *, made: bool) -> str:
    """Ask for a case's bundle, and put a file there once it is `made`; return the path of its page."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.cases.bundle import bundle_key

    bundle_id = new_ulid(SystemClock().now())
    DynamoCaseStore(Table(cloud.cases_table)).record_event(
        case_id, Event(SystemClock().now(), Action.EXPORTED, "somebody", bundle_id)
    )
    if made:
        aws.client("s3").put_object(Bucket=cloud.operations_bucket, Key=bundle_key(case_id, bundle_id), Body=b"zip")
    return f"cases/{case_id}/bundles/{bundle_id}"
