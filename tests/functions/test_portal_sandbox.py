"""A sandbox organization uses the portal with the sandbox's list."""

from typing import Any

import pytest
from quietline.kernel.settings.functions import PortalSettings, PublishSandboxSettings
from quietline.profiles.profile import Profile
from quietline.sellers.model import OrganizationType

from functions.portal import wiring
from functions.publish_sandbox import handler as sandbox
from tests.conftest import Cloud
from tests.helpers import LambdaContext, load_event
from tests.portal import Visitor, organization, person


@pytest.fixture
def visitor(portal: PortalSettings, cloud: Cloud, profile: Profile) -> Visitor:
    cloud.use(PublishSandboxSettings)
    sandbox.lambda_handler(load_event("publish_sandbox/daily"), LambdaContext())
    cloud.use(
        PortalSettings,
        user_pool_id=portal.user_pool_id,
        portal_client_id=portal.portal_client_id,
        representative_mfa="required",
    )
    kim = person()
    organization(kim, OrganizationType.SANDBOX)
    acts: Any = wiring.organizations().representative(kim.caller)
    assert acts.organization_id.startswith("SANDBOX-")
    return Visitor().sign_in(kim)


def test_it_looks_magic_numbers_up(visitor: Visitor, profile: Profile) -> None:
    area = min(profile.sandbox.areas)
    visitor.post("lookups", {"numbers": f"({area}) 555-0100\nnonsense"}, at="lookups")

    assert visitor.status == 200, visitor.plain
    assert "nonsense" in visitor.plain
    assert visitor.plain.count("Listed: do not call") == 1


def test_it_is_told_of_its_own_list(visitor: Visitor) -> None:
    assert visitor.get("downloads").status == 200
    assert wiring.downloads("SANDBOX-1").store.newest() is not None
    assert wiring.downloads("1").store.newest() is None
