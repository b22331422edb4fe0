"""Who is accused where a carrier names the number that the calls came from."""

import pytest
from quietline.cases.investigation.model import Way

from tests.fakes.complaints import CALLER, Desk
from tests.fakes.investigations import SELLER, Scene

ORIGIN = "+14075550166"
OTHER = "01KB3Q6W5N8Y2C4D6E8F0G1H2K"


def accused_of(desk: Desk, scene: Scene, *days: str) -> tuple[str, str]:
    """Report calls at one minute past midnight of some days, and have a carrier name the number behind them."""
    scene.carrier("AAA", CALLER[:5])
    [case_id] = {desk.accuse(call_date=day, call_time="00:01") for day in days}
    scene.run(case_id, until="await_carrier")
    scene.tracebacks.answer("client-AAA", f"{case_id}-1", ORIGIN, "", "")
    found = scene.store.get(case_id).attribution
    assert found is not None
    return found.organization_id, found.way


def test_a_traceback_accuses_who_had_declared_the_number_when_it_called(desk: Desk, scene: Scene) -> None:
    scene.seller(ORIGIN, days=("2026-11-01", "2026-11-20"))
    scene.seller(ORIGIN, days=("2026-11-21", ""), id=OTHER, san="100-000-0016", name="Sunny Roofs LLC")

    assert accused_of(desk, scene, "2026-11-19", "2026-11-20") == (SELLER, Way.TRACED)


@pytest.mark.parametrize("days", [("2026-11-19", "2026-11-20"), ("2026-11-21", "2026-11-22")])
def test_a_traceback_accuses_nobody_who_had_not_declared_the_number_on_all_days(
    desk: Desk, scene: Scene, days: tuple[str, str]
) -> None:
    scene.seller(ORIGIN, days=("2026-11-20", "2026-11-21"))

    assert accused_of(desk, scene, *days) == ("", Way.UNKNOWN)


def test_the_days_of_calls_are_local(desk: Desk, scene: Scene) -> None:
    scene.seller(ORIGIN, days=("2026-11-20", "2026-11-20"))
    scene.carrier("AAA", CALLER[:5])
    # 04:30 of the next day in UTC
    case_id = desk.accuse(call_time="23:30")
    scene.run(case_id, until="await_carrier")

    scene.tracebacks.answer("client-AAA", f"{case_id}-1", ORIGIN, "", "")

    found = scene.store.get(case_id).attribution
    assert found is not None and found.organization_id == SELLER
