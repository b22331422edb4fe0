"""What an investigation reads of the organization that called."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from quietline.adapters import aws
from quietline.adapters.dynamodb.accused import DynamoScrubs
from quietline.adapters.dynamodb.table import Table
from quietline.cases.model import Accusation
from quietline.profiles.profile import Profile

from tests.fakes.complaints import Desk
from tests.fakes.investigations import SELLER, Scene


class Counted:
    """DynamoDB, with the items that queries of receipts answered."""

    def __init__(self) -> None:
        self.inner, self.receipts = aws.client("dynamodb"), list[dict[str, Any]]()

    def query(self, **request: Any) -> Any:
        # page by page, as the service answers where receipts are large
        answer = self.inner.query(**request | {"Limit": 1})
        self.receipts += answer["Items"]
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def calls_of(desk: Desk, count: int) -> Sequence[Accusation]:
    case_id = desk.accuse()
    for minute in range(1, count):
        assert desk.accuse(call_time=f"18:{minute:02}") == case_id
    return desk.cases.accusations(case_id)


def test_receipts_are_read_once_for_all_calls_and_no_further_back_than_they_need(
    desk: Desk, scene: Scene, profile: Profile
) -> None:
    calls = calls_of(desk, 5)
    first, last = (pick(call.called_at for call in calls) for pick in (min, max))
    for days in (1, 5, 6, 7, 8):
        at = last - timedelta(days=days)
        scene.holds(at.date(), at, *(["305"] if days == 1 else ["202", "305"]))
    scene.holds(last.date(), last + timedelta(minutes=1), "202")
    counted = Counted()

    held = DynamoScrubs(Table(scene.sellers.name, counted), scene.registry, profile).holdings(SELLER, calls)

    assert set(held) == {call.complaint_id for call in calls}
    assert {one.list_date for one in held.values()} == {(last - timedelta(days=5)).date()}
    assert last - timedelta(days=5) <= first
    # one after the last call, one without the area, the one that was held
    assert len(counted.receipts) == 3
    assert not any("jws" in item for item in counted.receipts)


def test_each_call_is_held_against_the_list_of_its_own_instant(desk: Desk, scene: Scene, profile: Profile) -> None:
    case_id = desk.accuse(call_date="2026-11-10")
    assert desk.accuse(call_date="2026-11-20") == case_id
    early, late = sorted(desk.cases.accusations(case_id), key=lambda call: call.called_at)
    scene.holds(date(2026, 11, 12), datetime.fromisoformat("2026-11-12T12:00:00+00:00"), "202")
    scrubs = DynamoScrubs(scene.sellers, scene.registry, profile)

    assert set(scrubs.holdings(SELLER, [early, late])) == {late.complaint_id}

    scene.holds(date(2025, 10, 1), datetime.fromisoformat("2025-10-01T12:00:00+00:00"), "202")
    assert set(scrubs.holdings(SELLER, [early, late])) == {late.complaint_id}, "older than anybody looks back"


def test_a_subscription_covers_calls_of_its_days_and_areas(desk: Desk, scene: Scene, profile: Profile) -> None:
    case_id = desk.accuse()
    assert desk.accuse(called_number="(303) 555-0144") == case_id
    here, elsewhere = sorted(desk.cases.accusations(case_id), key=lambda call: call.called)
    scene.subscribed("202")

    assert DynamoScrubs(scene.sellers, scene.registry, profile).entitled(SELLER, [here, elsewhere]) == {
        here.complaint_id
    }
