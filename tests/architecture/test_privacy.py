"""The tripwire of tests/functions finds what it is there for."""

import pytest
from aws_lambda_powertools import Logger

from tests.helpers import Tripwire


@pytest.mark.parametrize(
    "line", ["+12025550143", "(202) 555-0143", "202.555.0143", "caller 1-202-555-0143 rang", "2025550143"]
)
def test_a_number_is_found_however_it_is_written(line: str) -> None:
    wire = Tripwire()
    assert wire.found_in(line)
    wire.watch("+13105552671")
    assert wire.found_in("rang 310-555-2671")


def test_an_address_and_a_token_are_found() -> None:
    wire = Tripwire()
    wire.watch("01KB3Q6W5N8Y2C4D6E8F0G1H2J.secret")
    assert wire.found_in("sent to Alex@Example.com")
    assert wire.found_in("token=01KB3Q6W5N8Y2C4D6E8F0G1H2J.secret&x")
    assert not wire.found_in("+•••••••••43 at 2026-11-24T15:00:00.123Z, request 7f4d559e4d80")


def test_what_is_logged_is_seen(tripwire: Tripwire, capsys: pytest.CaptureFixture[str]) -> None:
    Logger(service="tripwire").info("said", number="+12025550143")

    assert any("+12025550143" in line for line in tripwire.lines)
    tripwire.lines.clear()  # so that this test itself passes
    capsys.readouterr()
