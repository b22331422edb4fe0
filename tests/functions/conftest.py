"""Every test of a function fails when a number, an address or a token it uses reaches the logs."""

import pytest
from quietline.kernel.settings.functions import ConsoleSettings, PortalSettings

from tests.conftest import Cloud
from tests.fakes.staff import Staff
from tests.helpers import Tripwire


@pytest.fixture(autouse=True)
def watched(tripwire: Tripwire) -> Tripwire:
    """Watch all of them, whether or not they ask for it."""
    return tripwire


@pytest.fixture
def staff(monkeypatch: pytest.MonkeyPatch) -> Staff:
    """Whoever calls the case API has a second factor and the groups of the token, until a test says otherwise."""
    from functions.case_api import wiring

    made = Staff(lambda: wiring.app.context["principal"].groups)
    monkeypatch.setattr(wiring, "people", lambda: made)
    return made


@pytest.fixture
def portal(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tripwire: Tripwire) -> PortalSettings:
    """The portal with an empty user pool; `tests.portal` has people, organizations and a browser."""
    from tests.portal import EMAIL, PASSWORD, make_portal

    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    tripwire.watch(EMAIL, PASSWORD)
    return make_portal(cloud)


@pytest.fixture
def console(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tripwire: Tripwire) -> ConsoleSettings:
    """The console with an empty user pool; `tests.console` has people, cases and a browser."""
    from tests.console import EMAIL, PASSWORD, make_console

    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    tripwire.watch(EMAIL, PASSWORD)
    return make_console(cloud)
