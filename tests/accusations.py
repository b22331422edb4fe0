"""An accusation against the one organization of a test's tables, as an investigation makes it."""

from datetime import timedelta

from quietline.adapters import aws
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.cases.investigation.model import Accused, Reply, ReplyState
from quietline.cases.model import SYSTEM, Action, Event
from quietline.kernel.clock import SystemClock
from quietline.profiles.profile import Profile

from tests.conftest import Cloud
from tests.fakes.complaints import Desk


def accuse(cloud: Cloud, profile: Profile) -> Reply:
    """Two calls, of which the organization was told just now."""
    desk = Desk(cloud, SystemClock(), profile)
    case_id = desk.accuse()
    assert desk.accuse(called_number="(202) 555-0144") == case_id
    calls = tuple(one.complaint_id for one in desk.cases.accusations(case_id))
    items = aws.client("dynamodb").scan(TableName=cloud.sellers_table)["Items"]
    [user] = [item for item in items if item["pk"]["S"].startswith("USER#")]
    organization_id = user["organization_id"]["S"]
    now = SystemClock().now()
    reply = Reply(
        case_id=case_id,
        organization_id=organization_id,
        state=ReplyState.ASKED,
        notice_at=now,
        due_at=now + timedelta(days=21),
        complaints=calls,
    )
    who = Accused(
        organization_id, "123-456-7897", "Sunny Roofs LLC", exempt=False, contact_ciphertext="ciphertext", language="en"
    )
    DynamoInvestigations(desk.table).hear(reply, who, Event(now, Action.SELLER_ASKED, SYSTEM, organization_id))
    return reply
