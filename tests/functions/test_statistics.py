"""The data book with real stores: from a list, orders and the ledger to tables, an API and a command."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlement_item
from quietline.adapters.dynamodb.ledger import LedgerByTime, entry_write
from quietline.adapters.dynamodb.lists import DynamoPublicationStore
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.statistics import SubscriptionsByTime
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.opendata import OpenDataBucket
from quietline.adapters.s3 import Bucket
from quietline.adapters.signing import KmsSigner
from quietline.fees.model import Term
from quietline.kernel.clock import SystemClock
from quietline.kernel.errors import UnavailableError
from quietline.kernel.jws import parse
from quietline.kernel.settings.functions import OpenDataApiSettings, PublishStatisticsSettings
from quietline.ledger.model import FEES, Entry, EntryKind, Posting, receivable
from quietline.lists.model import AreaEntry, Manifest, Publication, Published, manifest_key
from quietline.orders.model import Entitlement
from quietline.sellers.model import Address, Organization, OrganizationType
from quietline.statistics.ports import Holder

from functions.open_data_api import handler as api
from functions.publish_statistics import handler
from tests.conftest import NOW, Cloud
from tests.helpers import LambdaContext, http_event, load_event

TODAY = date(2026, 11, 24)
ORGANIZATION = Organization(
    id="o0",
    name="Sunny Roofs",
    type=OrganizationType.SELLER,
    address=Address("1 Main St", "Springfield", "IL", "62701", "US"),
    contact_name="Kim",
    contact_email_ciphertext="x",
    language="en",
    created_at=NOW,
)
FEE = 8500


@pytest.fixture
def settings(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> PublishStatisticsSettings:
    """A list of two areas, and six organizations that hold one area each."""
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW)
    settings = cloud.use(PublishStatisticsSettings)
    cloud.use(OpenDataApiSettings)
    entries = tuple(AreaEntry(area, TODAY, count, count, 0, ()) for area, count in (("202", 70), ("217", 30)))
    body = KmsSigner(settings.signing_key_ids).sign(Manifest("us", TODAY, NOW, None, entries).to_payload()).encode()
    Bucket(settings.lists_bucket).put(manifest_key(TODAY), body, "application/jose")
    store = DynamoPublicationStore(Table(settings.registry_table))
    store.begin(Publication(TODAY, NOW, NOW, None, ("202", "217"), ()))
    store.finish(Published(TODAY, NOW, manifest_key(TODAY), hashlib.sha256(body).hexdigest(), 2, 100, 100, 0), None)
    sellers = Table(settings.sellers_table)
    for number in range(6):
        name = f"o{number}"
        assert OrganizationStore(sellers).add(replace(ORGANIZATION, id=name), f"sub-{number}")
        held = Entitlement(f"order-{number}", frozenset({"202"}), Term(date(2026, 11, 1), date(2027, 11, 1)), FEE)
        sellers.write(sellers.put_new(keys.entitlement(name, held.order_id), entitlement_item(name, held)))
        sellers.write(entry_write(sellers, invoiced(name, NOW)))
    return settings


def invoiced(organization_id: str, at: datetime) -> Entry:
    postings = (Posting(receivable(organization_id), FEE), Posting(FEES, -FEE))
    return Entry("invoiced-1", organization_id, "order", "invoice", EntryKind.INVOICED, at, "USD", postings)


def run() -> list[str]:
    made: list[str] = handler.lambda_handler(load_event("publish_statistics/daily"), LambdaContext())["editions"]
    return made


def ask(path: str, headers: dict[str, str] | None = None, **given: str) -> Any:
    event = http_event("GET", path, headers=headers)
    event["queryStringParameters"] = given or None
    return api.lambda_handler(event, LambdaContext())


def test_the_book_is_counted_from_the_list_the_orders_and_the_ledger(settings: PublishStatisticsSettings) -> None:
    assert run() == [f"{book}/2027/provisional" for book in ("registrations", "subscribers", "fees")]
    assert run() == []

    books = json.loads(ask("/v1/statistics")["body"])["books"]
    assert {one["book"] for one in books} == {"fees", "registrations", "reported-calls", "subscribers"}
    states = json.loads(ask("/v1/statistics/registrations/2027/states")["body"])
    shown = {row["state"]: row["active"] for row in states["rows"]}
    assert (shown["District of Columbia"], shown["Illinois"], shown["Ohio"]) == (70, 30, 0)
    types = json.loads(ask("/v1/statistics/subscribers/2027/types")["body"])["rows"]
    assert types[0] == {"type": "paid", "subscribers": 6, "areas": 6}
    fees = json.loads(ask("/v1/statistics/fees/2027/months")["body"])["rows"]
    assert fees == [
        {
            "currency": "USD",
            "month": "2026-11",
            "organizations": 6,
            "fees": 6 * FEE,
            "refunds": 0,
            "chargebacks": 0,
            "bad_debt": 0,
            "allowances": 0,
            "net": 6 * FEE,
        }
    ]


def test_a_table_is_the_signed_file_and_unchanged_it_is_not_sent_again(settings: PublishStatisticsSettings) -> None:
    run()

    answer = ask("/v1/statistics/subscribers/2027/states", format="csv")
    bucket = OpenDataBucket(settings.open_data_bucket)
    manifest = parse((bucket.published("statistics/subscribers/2027/provisional/manifest.jws") or b"").decode()).payload
    name = "statistics/subscribers/2027/provisional/states.csv"
    signed = next(one for one in manifest["files"] if one["name"] == name)
    assert hashlib.sha256(answer["body"].encode()).hexdigest() == signed["sha256"]
    assert answer["body"].splitlines()[0] == "state,subscribers"
    again = ask("/v1/statistics/subscribers/2027/states", {"If-None-Match": answer["headers"]["ETag"]}, format="csv")
    assert (again["statusCode"], again.get("body") or "") == (304, "")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/statistics/cats/2027/states", 404),
        ("/v1/statistics/fees/1999/total", 404),
        ("/v1/statistics/fees/2027/areas", 404),
        ("/v1/statistics/fees/2027/..%2Ftotal", 404),
        ("/v1/statistics/fees/x/total", 400),
        ("/v1/statistics/fees/1/total", 400),
    ],
)
def test_what_is_not_there_says_what_is(path: str, status: int, settings: PublishStatisticsSettings) -> None:
    run()

    answer = ask(path)
    assert answer["statusCode"] == status
    assert json.loads(answer["body"])["detail"]


def test_another_version_and_format_are_refused(settings: PublishStatisticsSettings) -> None:
    run()

    assert "provisional" in json.loads(ask("/v1/statistics/fees/2027/total", version="v1")["body"])["detail"]
    assert ask("/v1/statistics/fees/2027/total", format="xls")["statusCode"] == 400


def test_the_ledger_is_read_by_time_across_months(settings: PublishStatisticsSettings) -> None:
    table = Table(settings.sellers_table)
    times = [
        datetime(2025, 12, 31, 23, 59, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    for at in times:
        table.write(entry_write(table, replace(invoiced("p", at), id=f"invoiced-{at:%m}")))

    found = LedgerByTime(table).entries(times[0], times[2])

    assert sorted(one.at for one in found) == times[:2]


def test_entitlements_are_read_by_the_month_of_their_term(settings: PublishStatisticsSettings) -> None:
    store = SubscriptionsByTime(Table(settings.sellers_table))

    assert len(list(store.entitlements(date(2025, 12, 1), TODAY))) == 6
    assert list(store.entitlements(date(2025, 12, 1), date(2026, 10, 31))) == []
    assert store.holders(["o1", "nobody"]) == {"o1": Holder("IL", exempt=False)}


def test_a_manifest_that_is_not_what_was_published_is_not_counted(settings: PublishStatisticsSettings) -> None:
    aws.client("s3").put_object(Bucket=settings.lists_bucket, Key=manifest_key(TODAY), Body=b"another")

    with pytest.raises(UnavailableError):
        run()


def test_a_missed_daily_file_is_counted_for_the_alarm(
    settings: PublishStatisticsSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    run()

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "DailyFilesMissing" in line]
    # 10:00 in Washington: Monday's file, and nothing was published at all
    assert [one["DailyFilesMissing"] for one in told] == [[1.0]]
    assert told[0]["service"] == "publish_statistics"
