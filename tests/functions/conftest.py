"""Every test of a function fails when a number, an address or a token it uses reaches the logs."""

import pytest

from tests.helpers import Tripwire


@pytest.fixture(autouse=True)
def watched(tripwire: Tripwire) -> Tripwire:
    """Watch all of them, whether or not they ask for it."""
    return tripwire
