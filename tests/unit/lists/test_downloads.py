"""Downloads: only entitled areas, links with the FTC's file name, a receipt that can be verified."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from quietline.kernel import jws
from quietline.kernel.clock import FixedClock, from_text
from quietline.kernel.errors import InvalidInputError, NotEntitledError, NotFoundError, NotPublishedError
from quietline.lists.model import Kind, file_name
from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
from quietline.lists.render import Renderer
from quietline.lists.service import Downloads, Manifests
from quietline.profiles import Profile

from tests.fakes.lists import (
    MemoryChanges,
    MemoryEntitlements,
    MemoryObjects,
    MemoryPublications,
    MemoryReceipts,
    MemorySigner,
    sha256,
)

DAY = date(2026, 11, 9)
NOW = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)


@pytest.fixture
def published(profile: Profile) -> Downloads:
    areas = {"Somewhere": ("202", "818", "907")}
    small = Profile.model_validate(profile.model_dump(by_alias=True) | {"areas": areas})
    clock, store, changes, objects = FixedClock(NOW), MemoryPublications(), MemoryChanges(), MemoryObjects()
    signer = MemorySigner()
    for subscriber in range(5550100, 5550110):
        changes.record("202", NOW - timedelta(days=3), subscriber, added=True)
    plan = PublishPlan(small, clock, store, changes, objects, timedelta(0)).plan(DAY)
    for item in plan["items"]:
        for work in item["areas"]:
            AreaBuild(small, changes, objects).build(
                work["area"], work["base"], DAY, from_text(plan["since"]), from_text(plan["cutoff"])
            )
    ManifestWriter(small, store, objects, signer).write(DAY)
    entitlements = MemoryEntitlements(acme={"202", "818"}, bare=set())
    renders = Renderer(small, objects)
    return Downloads(small, clock, store, objects, entitlements, MemoryReceipts(), signer, renders, url_seconds=300)


def ask(service: Downloads, **changes: Any) -> Any:
    wanted = {"organization_id": "acme", "san": "123", "areas": ["202"], "kind": Kind.FULL, "format_": None}
    return service.create(**(wanted | changes))


def test_a_download_is_a_link_and_a_receipt(published: Downloads) -> None:
    download = ask(published)

    (file,) = download.files
    assert (file.area, file.date, file.kind, file.format, file.count) == ("202", DAY, Kind.FULL, "txt", 10)
    body = published.objects.get("areas/202/2026-11-09/full.txt.zip")
    assert body is not None
    assert (file.size, file.sha256) == (len(body), sha256(body))
    assert file.name == file_name("us", "202", DAY, Kind.FULL, "txt") + ".zip"
    assert file.name in file.url
    assert "seconds=300" in file.url
    assert download.list_date == DAY
    assert download.valid_until == date(2026, 12, 10)


def test_the_receipt_says_who_got_which_bytes_until_when(published: Downloads) -> None:
    download = ask(published, areas=["818", "202", "202"])

    receipt = jws.parse(download.receipt)
    assert receipt.kid == published.signer.jwk["kid"]  # type: ignore[attr-defined]
    assert receipt.payload == {
        "type": "receipt",
        "id": download.receipt_id,
        "san": "123",
        "organization": "acme",
        "list_date": "2026-11-09",
        "issued_at": "2026-11-10T15:00:00.000Z",
        "valid_until": "2026-12-10",
        "areas": [
            {
                "area": file.area,
                "date": "2026-11-09",
                "kind": "full",
                "format": "txt",
                "count": file.count,
                "bytes": file.size,
                "sha256": file.sha256,
            }
            for file in download.files
        ],
    }
    assert [file.area for file in download.files] == ["202", "818"]
    kept = published.receipts.kept["acme", download.receipt_id]  # type: ignore[attr-defined]
    assert kept == (receipt.payload, download.receipt)


def test_the_file_name_is_the_ftcs() -> None:
    name = file_name("us", "818", date(2026, 9, 9), Kind.FULL, "txt")

    assert name == "2026-9-9_818_96F944C7-207F-5291-B703-0EC4DCFE5AFD.txt"
    assert "96F944C7" not in file_name("us", "818", date(2026, 9, 10), Kind.FULL, "txt")
    assert file_name("us", "818", date(2026, 9, 9), Kind.CHANGES, "txt").startswith("2026-9-9_818_changes_")


@pytest.mark.parametrize(
    ("kind", "format_", "leaf", "count"),
    [
        (Kind.FULL, "csv", "full.csv.zip", 10),
        (Kind.BITMAP, None, "bitmap.roar", 10),
    ],
)
def test_every_kind_can_be_had(published: Downloads, kind: Kind, format_: str | None, leaf: str, count: int) -> None:
    (file,) = ask(published, kind=kind, format_=format_).files

    assert f"/{leaf}?" in file.url
    assert file.count == count


def test_without_areas_it_is_all_of_the_organizations(published: Downloads) -> None:
    assert [file.area for file in ask(published, areas=None).files] == ["202", "818"]


def test_an_area_that_is_not_subscribed_is_refused_by_name(published: Downloads) -> None:
    with pytest.raises(NotEntitledError, match="does not cover area 907"):
        ask(published, areas=["202", "907"])
    assert published.receipts.kept == {}  # type: ignore[attr-defined]


def test_an_organization_without_areas_is_told_to_order(published: Downloads) -> None:
    with pytest.raises(NotEntitledError, match="Order areas"):
        ask(published, organization_id="bare", areas=None)
    with pytest.raises(NotEntitledError, match="does not cover areas 202, 818"):
        ask(published, organization_id="bare", areas=["202", "818"])


@pytest.mark.parametrize("areas", [["202", "999"], ["2 02"], [""], ["800"]])
def test_an_area_that_does_not_exist_is_a_wrong_field(published: Downloads, areas: list[str]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        ask(published, areas=areas)
    assert [field.pointer for field in refused.value.fields] == [f"/areas/{len(areas) - 1}"]


def test_no_area_at_all_is_a_wrong_field(published: Downloads) -> None:
    with pytest.raises(InvalidInputError, match="at least one area"):
        ask(published, areas=[])


def test_a_format_that_is_not_offered_is_a_wrong_field(published: Downloads) -> None:
    with pytest.raises(InvalidInputError, match="A full list comes as txt or csv or xml") as refused:
        ask(published, format_="roar")
    assert refused.value.fields[0].pointer == "/format"


def test_before_the_first_list_there_is_nothing_to_have(published: Downloads) -> None:
    unpublished = replace(published, store=MemoryPublications())

    with pytest.raises(NotPublishedError):
        ask(unpublished)


def test_an_area_that_no_list_covers_yet_says_so(published: Downloads, profile: Profile) -> None:
    entitlements = MemoryEntitlements(acme={"212"})

    with pytest.raises(NotPublishedError, match="area 212"):
        ask(replace(published, profile=profile, entitlements=entitlements), areas=["212"])


def test_manifests_are_read_as_signed(published: Downloads) -> None:
    manifests = Manifests(published.store, published.objects)

    newest, signed = manifests.signed(None)

    assert manifests.signed(DAY) == (newest, signed)
    assert sha256(signed) == newest.sha256
    with pytest.raises(NotFoundError):
        manifests.signed(date(2026, 11, 8))
    with pytest.raises(NotPublishedError):
        Manifests(MemoryPublications(), published.objects).signed(None)
