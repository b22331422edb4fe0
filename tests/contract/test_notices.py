"""Notices, webhooks and calendars in DynamoDB: the index of what is due, once-only writes, pages, tokens."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlement_item
from quietline.adapters.dynamodb.freshness import pulled
from quietline.adapters.dynamodb.lists import DynamoReceiptStore
from quietline.adapters.dynamodb.notices import DynamoCalendars, DynamoNotices
from quietline.adapters.dynamodb.table import ConditionFailedError, Table
from quietline.adapters.dynamodb.webhooks import DeliveryStore, EndpointStore
from quietline.adapters.kms import KmsSecretCipher
from quietline.fees.model import Term
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError
from quietline.kernel.ids import new_ulid
from quietline.notices.model import Calendar, MailNotice, Preferences
from quietline.orders.model import Entitlement, EntitlementState
from quietline.webhooks.model import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Event,
    EventType,
    Secret,
)

from tests.conftest import NOW

LIST = date(2026, 11, 1)
ACME = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"
MAIL = MailNotice("list-aging-1", "list-aging", {"age_days": "21"})


@pytest.fixture
def table(cloud: Any) -> Table:
    made = Table(cloud.sellers_table)
    organization = {"id": ACME, "language": "es", "contact_email_ciphertext": "sealed"}
    made.write(made.put(keys.organization(ACME), organization))
    return made


@pytest.fixture
def notices(table: Table, clock: FixedClock) -> DynamoNotices:
    return DynamoNotices(table, clock)


def endpoint(name: str = "one", **changes: Any) -> Endpoint:
    made = Endpoint(
        id=name,
        organization_id=ACME,
        url="https://hooks.example.com/",
        events=frozenset({EventType.LIST_PUBLISHED, EventType.LIST_STALE}),
        secrets=(Secret("new", NOW), Secret("old", NOW, NOW + timedelta(days=1))),
        created_at=NOW,
        by="anna",
    )
    return replace(made, **changes)


def delivery(number: int = 1, **changes: Any) -> Delivery:
    event = Event.of(EventType.TEST, ACME, NOW + timedelta(seconds=number), {}, str(number))
    return replace(Delivery.of(event, endpoint()), **changes)


def test_who_may_download_nothing_is_not_entitled(table: Table, notices: DynamoNotices) -> None:
    term = Term(LIST, LIST + timedelta(days=30))
    for order, areas in (("one", frozenset({"202"})), ("none", frozenset[str]())):
        table.write(
            table.put(keys.entitlement(order, order), entitlement_item(order, Entitlement(order, areas, term, 0)))
        )

    assert [notices.is_entitled("one", term.start), notices.is_entitled("one", term.end)] == [True, False]
    assert not notices.is_entitled("none", term.start)
    assert not notices.is_entitled("nobody", term.start)


def test_a_pull_is_due_when_its_list_grows_old_in_whatever_shard(table: Table, notices: DynamoNotices) -> None:
    organizations = [new_ulid(NOW) for _ in range(40)]
    for number, organization in enumerate(organizations):
        table.write(pulled(table, organization, LIST + timedelta(days=number % 4), 21))

    assert list(notices.due(LIST + timedelta(days=20))) == []
    due = {found.organization_id for found in notices.due(LIST + timedelta(days=22))}
    assert due == {one for number, one in enumerate(organizations) if number % 4 < 2}
    assert len(list(notices.due(LIST + timedelta(days=900)))) == 40
    assert len({keys.reminder(one, LIST)[0] for one in organizations}) > 1


def test_only_a_newer_list_moves_what_is_due(table: Table, notices: DynamoNotices) -> None:
    table.write(pulled(table, ACME, LIST, 21))
    for older in (LIST, LIST - timedelta(days=1)):
        with pytest.raises(ConditionFailedError):
            table.write(pulled(table, ACME, older, 21))
    table.write(pulled(table, ACME, LIST + timedelta(days=1), 21))

    assert list(notices.due(LIST + timedelta(days=21))) == []
    [found] = notices.due(LIST + timedelta(days=22))
    assert (found.list_date, found.reminded) == (LIST + timedelta(days=1), 0)


def test_a_reminder_is_written_whole_and_once(table: Table, notices: DynamoNotices) -> None:
    table.write(pulled(table, ACME, LIST, 21))
    [found] = notices.due(LIST + timedelta(days=21))
    second = LIST + timedelta(days=28)

    assert notices.remind(found, 21, second, MAIL, [delivery()])
    assert not notices.remind(found, 21, second, replace(MAIL, id="another"), [])

    mail = table.get(keys.mail(MAIL.id))
    assert mail is not None
    assert (mail["language"], mail["to_ciphertext"], mail["state"]) == ("es", "sealed", "waiting")
    assert table.get(keys.mail("another")) is None
    assert DeliveryStore(table).get(delivery().id) == delivery()
    assert list(notices.due(second - timedelta(days=1))) == []
    [again] = notices.due(second)
    assert notices.remind(again, 31, None, None, [])
    assert list(notices.due(LIST + timedelta(days=900))) == []


def test_a_pull_meanwhile_wins_over_a_reminder(table: Table, notices: DynamoNotices) -> None:
    table.write(pulled(table, ACME, LIST, 21))
    [found] = notices.due(LIST + timedelta(days=21))
    table.write(pulled(table, ACME, LIST + timedelta(days=5), 21))

    assert not notices.remind(found, 21, None, MAIL, [])
    assert table.get(keys.mail(MAIL.id)) is None


def test_a_receipt_notes_the_pull_and_a_second_one_of_the_day_is_kept_too(table: Table) -> None:
    receipts = DynamoReceiptStore(table, 21)
    payload = dict.fromkeys(("issued_at", "valid_until", "san"), "x") | {"list_date": "2026-11-01", "areas": []}

    receipts.add(ACME, "r1", payload, "jws")
    receipts.add(ACME, "r2", payload, "jws")
    receipts.add(ACME, "r3", payload | {"list_date": "2026-11-02"}, "jws")
    for taken in ("r1", "r3"):
        with pytest.raises(ConflictError):
            receipts.add(ACME, taken, payload | {"list_date": "2026-11-02"}, "jws")
        with pytest.raises(ConflictError):
            receipts.add(ACME, taken, payload | {"list_date": "2026-11-03"}, "jws")

    item = table.get(keys.freshness(ACME))
    assert item is not None
    assert (item["list_date"], item["gsi1sk"]) == ("2026-11-02", f"2026-11-23#{ACME}")
    assert table.get(keys.receipt(ACME, "r2")) is not None


def test_receipts_are_read_again_newest_first_and_only_by_their_organization(table: Table) -> None:
    receipts = DynamoReceiptStore(table, 21)
    payload = {
        "issued_at": "2026-11-02T15:00:00.000Z",
        "valid_until": "2026-12-02",
        "san": "SAN",
        "list_date": "2026-11-01",
    }
    areas = [{"area": "818", "kind": "full"}, {"area": "202", "kind": "full"}, {"area": "202", "kind": "changes"}]
    for name in ("01A", "01B", "01C"):
        receipts.add(ACME, name, payload | {"areas": areas}, f"jws-{name}")

    assert [one.id for one in receipts.newest(ACME, 2)] == ["01C", "01B"]
    found = receipts.get(ACME, "01A")
    assert found is not None
    assert (found.signed, found.areas, found.valid_until.isoformat()) == ("jws-01A", ("202", "818"), "2026-12-02")
    assert receipts.get("other", "01A") is None
    assert receipts.newest("other", 2) == []


def test_preferences_and_endpoints_make_the_audience(table: Table, notices: DynamoNotices) -> None:
    endpoints = EndpointStore(table)
    assert notices.preferences(ACME) == Preferences(mail_published=False, mail_reminders=True)
    notices.prefer(ACME, Preferences(mail_published=True, mail_reminders=False))
    endpoints.add(endpoint("one"))
    endpoints.add(endpoint("two", events=frozenset({EventType.LIST_STALE})))
    endpoints.add(endpoint("three", state=EndpointState.DISABLED))

    assert notices.preferences(ACME) == Preferences(mail_published=True, mail_reminders=False)
    assert sorted(notices.audience(), key=str) == sorted([(ACME, None), (ACME, endpoint("one"))], key=str)
    notices.prefer(ACME, Preferences())
    assert endpoints.replace(endpoint("one", state=EndpointState.DISABLED))
    assert list(notices.audience()) == []


def test_an_endpoint_comes_back_as_it_was_and_changes_in_order(table: Table) -> None:
    endpoints = EndpointStore(table)
    endpoints.add(endpoint())
    assert endpoints.get(ACME, "one") == endpoint()
    assert endpoints.get("others", "one") is None

    assert endpoints.replace(endpoint(state=EndpointState.DISABLED))
    assert not endpoints.replace(endpoint(disabled_reason="too late"))
    assert [one.version for one in endpoints.of(ACME)] == [1]

    endpoints.remove(ACME, "one")
    assert not endpoints.replace(endpoint())
    endpoints.note_failing(endpoint(), NOW)
    endpoints.note_failing(endpoint(), None)
    assert endpoints.of(ACME) == []


def test_an_endpoint_is_given_up_once_and_its_organization_told(table: Table) -> None:
    endpoints = EndpointStore(table)
    endpoints.add(endpoint())
    endpoints.note_failing(endpoint(), NOW)
    endpoints.note_failing(endpoint(), NOW + timedelta(days=1))
    found = endpoints.get(ACME, "one")
    assert found is not None
    assert found.failing_since == NOW

    for _ in range(2):
        endpoints.give_up(found, NOW, NOW + timedelta(days=5), 5)

    disabled = endpoints.get(ACME, "one")
    assert disabled is not None
    assert (disabled.state, disabled.disabled_reason, disabled.version) == (EndpointState.DISABLED, "failing", 1)
    mail = table.get(keys.mail(f"webhook-disabled-one-{int(NOW.timestamp())}"))
    assert mail is not None
    assert mail["facts"] == {"endpoint": "one", "host": "hooks.example.com", "days": "5"}


def test_a_success_meanwhile_keeps_an_endpoint(table: Table) -> None:
    endpoints = EndpointStore(table)
    endpoints.add(endpoint())
    endpoints.note_failing(endpoint(), NOW)
    endpoints.note_failing(endpoint(), None)

    endpoints.give_up(endpoint(failing_since=NOW), NOW, NOW + timedelta(days=5), 5)

    found = endpoints.get(ACME, "one")
    assert found is not None
    assert found.enabled


def test_an_attempt_is_recorded_once(table: Table) -> None:
    deliveries = DeliveryStore(table)
    assert deliveries.add(delivery())
    assert not deliveries.add(delivery())
    after = delivery(
        attempt_count=1,
        attempts=(Attempt(NOW, 500, "http_status", 12),),
        next_attempt_at=NOW + timedelta(seconds=5),
    )

    assert deliveries.record(delivery(), after)
    assert not deliveries.record(delivery(), after)
    assert deliveries.get(delivery().id) == after
    assert deliveries.record(after, replace(after, attempt_count=2, state=DeliveryState.DEAD))
    assert not deliveries.record(replace(after, attempt_count=2), after)


def test_a_replay_is_noted_on_what_it_repeats(table: Table) -> None:
    deliveries = DeliveryStore(table)
    dead, again = delivery(1, state=DeliveryState.DEAD), delivery(2, replay_of=delivery(1).id)
    deliveries.add(dead)

    assert deliveries.add(again, replayed=dead)

    found = deliveries.get(dead.id)
    assert found is not None
    assert found.replayed_as == again.id


def test_pages_of_deliveries(table: Table) -> None:
    deliveries = DeliveryStore(table)
    for number in range(7):
        deliveries.add(delivery(number, state=DeliveryState.DEAD if number % 3 == 0 else DeliveryState.PENDING))

    def pages(state: DeliveryState | None = None, endpoint_id: str = "") -> list[list[str]]:
        found, before = [], ""
        while True:
            page, before = deliveries.page(ACME, state=state, endpoint_id=endpoint_id, before=before, limit=3)
            found.append([one.id for one in page])
            if not before:
                return found

    newest_first = [delivery(number).id for number in range(6, -1, -1)]
    assert pages() == [newest_first[:3], newest_first[3:6], newest_first[6:]]
    assert pages(DeliveryState.DEAD) == [[delivery(number).id for number in (6, 3, 0)]]
    assert pages(endpoint_id="another") == [[]]
    assert deliveries.page("others", state=None, endpoint_id="", before="", limit=3) == ([], "")


def test_a_calendars_token_leads_to_the_deadlines_until_it_is_revoked(table: Table) -> None:
    calendars = DynamoCalendars(table)
    table.write(pulled(table, ACME, LIST, 21))
    held = Entitlement("o", frozenset({"202"}), Term(date(2026, 11, 1), date(2027, 11, 1)), 0)
    stopped = replace(held, order_id="p", term=Term(date(2026, 1, 1), date(2027, 1, 1)), state=EntitlementState.STOPPED)
    table.write(table.put(keys.entitlement(ACME, "o"), entitlement_item(ACME, held)))
    table.write(table.put(keys.entitlement(ACME, "p"), entitlement_item(ACME, stopped)))
    made = Calendar("c1", ACME, "team", NOW, "anna")
    calendars.add(made, "hash")

    found = calendars.find("hash")

    assert found is not None
    assert (found.organization_id, found.language, found.list_date) == (ACME, "es", LIST)
    assert found.terms == {(date(2026, 11, 1), date(2027, 11, 1))}
    assert calendars.listed(ACME) == [made]
    assert not calendars.remove("others", "c1")
    assert calendars.remove(ACME, "c1")
    assert calendars.find("hash") is None
    assert not calendars.remove(ACME, "c1")


def test_secrets_are_sealed_with_their_own_key_and_purpose(cloud: Any) -> None:
    cipher = KmsSecretCipher(cloud.webhook_key_id)
    sealed = cipher.encrypt("whsec_1")

    assert "whsec" not in sealed
    assert cipher.decrypt(sealed) == "whsec_1"
