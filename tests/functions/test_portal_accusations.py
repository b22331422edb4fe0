"""An accused organization reads its accusations in the portal and answers, once and for all."""

import pytest
from quietline.cases.investigation.model import Claim, Reply, ReplyState
from quietline.kernel.settings import PortalSettings
from quietline.profiles.profile import Profile

from functions.portal import wiring
from tests.accusations import accuse
from tests.conftest import Cloud
from tests.helpers import Tripwire
from tests.portal import Person, Visitor, organization, person


@pytest.fixture
def visitor(portal: PortalSettings) -> Visitor:
    kim: Person = person()
    organization(kim)
    return Visitor().sign_in(kim)


@pytest.fixture
def accused(visitor: Visitor, cloud: Cloud, profile: Profile) -> Reply:
    return accuse(cloud, profile)


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
