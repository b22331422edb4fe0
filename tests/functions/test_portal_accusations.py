"""An accused organization reads its accusations in the portal and answers, once and for all."""

from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.cases.investigation.model import Accused, Claim, Reply, ReplyState
from quietline.cases.model import SYSTEM, Action, Event
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings import PortalSettings
from quietline.profiles.profile import Profile

from functions.portal import wiring
from tests.conftest import Cloud
from tests.fakes.complaints import Desk
from tests.helpers import Tripwire
from tests.portal import Person, Visitor, organization, person


@pytest.fixture
def visitor(portal: PortalSettings) -> Visitor:
    kim: Person = person()
    organization(kim)
    return Visitor().sign_in(kim)


@pytest.fixture
def accused(visitor: Visitor, cloud: Cloud, profile: Profile) -> Reply:
    """Two calls, of which the organization was told just now."""
    desk = Desk(cloud, SystemClock(), profile)
    case_id = desk.accuse()
    assert desk.accuse(called_number="(202) 555-0144") == case_id
    calls = tuple(one.complaint_id for one in desk.cases.accusations(case_id))
    [user] = [item for item in _sellers(cloud) if item["pk"]["S"].startswith("USER#")]
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


def _sellers(cloud: Cloud) -> Any:
    from quietline.adapters.aws import client

    return client("dynamodb").scan(TableName=cloud.sellers_table)["Items"]


def test_calls_are_answered_one_by_one_and_the_rest_together(
    visitor: Visitor, accused: Reply, tripwire: Tripwire
) -> None:
    tripwire.watch("+12025550143", "+12025550144")
    first, second = accused.complaints
    at = f"accusations/{accused.case_id}"
    assert accused.case_id in visitor.get("accusations").plain
    shown = visitor.get(at).plain
    assert "202-555-0143" in shown
    assert "alex@example.com" not in shown

    visitor.post(at, {f"claim-{first}": "relationship", "claim-others": "error"}, at=at)
    assert (visitor.status, f'<a href="#on-{first}">' in visitor.plain) == (400, True)
    said = {
        f"claim-{first}": "relationship",
        f"on-{first}": "2026-02-11",
        "claim-others": "error",
        "statement": "Sorry.",
    }
    visitor.post(at, said, at=at)

    assert visitor.status == 303
    assert "Your answer has been sent." in visitor.follow().plain
    kept = wiring.replies().find(accused.organization_id, accused.case_id)
    assert (kept.state, kept.statement) == (ReplyState.ANSWERED, "Sorry.")
    assert {one: answer.claim for one, answer in kept.answers.items()} == {
        first: Claim.RELATIONSHIP,
        second: Claim.ERROR,
    }
    assert "<form" not in visitor.get(at).plain.split("<main", 1)[1].split("</main>", 1)[0]


def test_more_time_can_be_had_once(visitor: Visitor, accused: Reply) -> None:
    at = f"accusations/{accused.case_id}"

    visitor.post(f"{at}/extension", {}, at=at)

    assert "You have more time now." in visitor.follow().plain
    assert "Ask for more time" not in visitor.plain
    assert wiring.replies().find(accused.organization_id, accused.case_id).due_at > accused.due_at


def test_another_organizations_accusation_does_not_exist(accused: Reply) -> None:
    other = person("other@example.com")
    organization(other, name="Other Inc.")

    assert Visitor().sign_in(other).get(f"accusations/{accused.case_id}").status == 404
