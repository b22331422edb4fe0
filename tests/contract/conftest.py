"""What tests of cases begin with."""

from typing import Any

import pytest
from quietline.kernel.clock import FixedClock
from quietline.profiles.profile import Profile

from tests.fakes.complaints import Desk
from tests.fakes.investigations import Awake, Scene


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile) -> Desk:
    """The registry's complaints and cases, over AWS in memory."""
    return Desk(cloud, clock, profile)


@pytest.fixture
def scene(cloud: Any, clock: FixedClock, profile: Profile) -> Scene:
    """The investigation of the same, in which every wait that is answered goes on."""
    return Scene(cloud, clock, profile, tasks=Awake())
