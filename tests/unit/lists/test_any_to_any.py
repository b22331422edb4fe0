"""Changes between any two lists, and formats that publication does not keep: rendered, receipted, never twice."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pyroaring import BitMap
from quietline.kernel import jws
from quietline.kernel.clock import FixedClock, from_text
from quietline.kernel.errors import ConfigurationError, InvalidInputError
from quietline.lists import build
from quietline.lists.model import Kind
from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan, read_manifest
from quietline.lists.render import Renderer, RenderRequest, Source
from quietline.lists.service import DownloadedFile, Downloads
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

FIRST = date(2026, 11, 2)


class Registry:
    """A registry that publishes a list a day; 202 changes, 818 does not, 907 comes later."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.areas = ("202", "818")
        self.store, self.changes, self.objects = MemoryPublications(), MemoryChanges(), MemoryObjects()
        self.signer, self.day = MemorySigner(), FIRST

    @property
    def small(self) -> Profile:
        return Profile.model_validate(self.profile.model_dump(by_alias=True) | {"areas": {"Somewhere": self.areas}})

    def change(self, area: str, *subscribers: int, added: bool = True) -> None:
        for subscriber in subscribers:
            self.changes.record(area, datetime(self.day.year, 11, self.day.day, 12, tzinfo=UTC), subscriber, added)

    def publish(self) -> date:
        clock = FixedClock(datetime(2026, 11, self.day.day, 23, tzinfo=UTC))
        plan = PublishPlan(self.small, clock, self.store, self.changes, self.objects, timedelta(0)).plan(self.day)
        for item in plan["items"]:
            for work in item["areas"]:
                AreaBuild(self.small, self.changes, self.objects).build(
                    work["area"], work["base"], self.day, from_text(plan["since"]), from_text(plan["cutoff"])
                )
        ManifestWriter(self.small, self.store, self.objects, self.signer).write(self.day)
        published, self.day = self.day, self.day + timedelta(days=1)
        return published

    def ask(self, **wanted: Any) -> Any:
        downloads = Downloads(
            self.small,
            FixedClock(datetime(2026, 11, self.day.day, 23, tzinfo=UTC)),
            self.store,
            self.objects,
            MemoryEntitlements(acme={"202", "818", "907"}),
            MemoryReceipts(),
            self.signer,
            Renderer(self.small, self.objects),
            url_seconds=300,
        )
        return downloads.create(**({"organization_id": "acme", "san": "1", "areas": ["202"], "format_": None} | wanted))

    def body(self, file: DownloadedFile) -> bytes:
        found = self.objects.get(file.url.removeprefix("https://lists.example/").partition("?")[0])
        assert found is not None
        assert (len(found), sha256(found)) == (file.size, file.sha256)
        return found

    def text(self, file: DownloadedFile) -> str:
        with zipfile.ZipFile(io.BytesIO(self.body(file))) as archive:
            assert archive.namelist() == [file.name.removesuffix(".zip")]
            return archive.read(archive.namelist()[0]).decode("ascii")

    def bitmap(self, day: date, area: str) -> BitMap:
        entry = read_manifest(self.objects, self.store.lists[day]).entry(area)
        assert entry is not None
        return build.load(self.objects.get(entry.file(Kind.BITMAP, "roar").key))


@pytest.fixture
def registry(profile: Profile) -> Registry:
    made = Registry(profile)
    made.change("202", *range(2_000_000, 2_000_100))
    made.change("818", 5_550_100)
    made.publish()
    made.change("202", 2_000_000, added=False)
    made.change("202", 3_000_000, 3_000_001)
    made.publish()
    made.change("202", 3_000_000, added=False)
    made.change("202", 4_000_000)
    made.publish()
    return made


def test_changes_since_any_list_are_net_and_lead_to_the_published_bitmap(registry: Registry) -> None:
    (file,) = registry.ask(kind=Kind.CHANGES, since=FIRST).files

    assert (file.kind, file.since, file.reason, file.count) == (Kind.CHANGES, FIRST, "", 3)
    assert registry.text(file) == ("202,2000000,2026-11-04,D\n202,3000001,2026-11-04,A\n202,4000000,2026-11-04,A\n")
    held = registry.bitmap(FIRST, "202")
    held = (held | BitMap([3_000_001, 4_000_000])) - BitMap([2_000_000])
    entry = read_manifest(registry.objects, registry.store.lists[date(2026, 11, 4)]).entry("202")
    assert entry is not None
    assert sha256(build.dump(held)) == entry.file(Kind.BITMAP, "roar").sha256


def test_without_a_start_changes_are_the_days_own(registry: Registry) -> None:
    (file,) = registry.ask(kind=Kind.CHANGES).files

    assert (file.since, file.count) == (None, 2)
    assert registry.text(file) == "202,3000000,2026-11-04,D\n202,4000000,2026-11-04,A\n"
    assert "areas/202/2026-11-04/changes.txt.zip?" in file.url


def test_an_area_without_a_change_has_an_empty_change_list(registry: Registry) -> None:
    for since in (None, FIRST, date(2026, 11, 4)):
        (file,) = registry.ask(kind=Kind.CHANGES, areas=["818"], since=since).files
        assert (file.kind, file.count, registry.text(file)) == (Kind.CHANGES, 0, "")


@pytest.mark.parametrize("format_", ["csv", "xml"])
def test_other_formats_are_rendered_and_say_the_same(registry: Registry, format_: str) -> None:
    (file,) = registry.ask(kind=Kind.CHANGES, since=FIRST, format_=format_).files
    (whole,) = registry.ask(kind=Kind.FULL, format_=format_).files

    assert registry.text(file).count("+1202") == file.count == 3
    assert registry.text(whole).count("+1202") == whole.count == 101
    assert file.name.endswith(f".{format_}.zip")


def test_the_receipt_names_the_start_and_the_rendered_bytes(registry: Registry) -> None:
    made = registry.ask(kind=Kind.CHANGES, since=FIRST)

    (named,) = jws.parse(made.receipt).payload["areas"]
    (file,) = made.files
    assert (named["since"], named["sha256"], named["bytes"]) == ("2026-11-02", file.sha256, file.size)
    assert "reason" not in named


def test_changes_larger_than_the_full_list_come_as_the_full_list(registry: Registry) -> None:
    registry.change("202", *range(2_000_001, 2_000_100), added=False)
    registry.publish()

    made = registry.ask(kind=Kind.CHANGES, since=FIRST)

    (file,) = made.files
    assert (file.kind, file.reason, file.count) == (Kind.FULL, "changes_larger_than_full", 2)
    assert registry.text(file) == "202,3000001\n202,4000000\n"
    assert file.since is None
    (named,) = jws.parse(made.receipt).payload["areas"]
    assert (named["kind"], named["reason"]) == ("full", "changes_larger_than_full")


@pytest.mark.parametrize("format_", [None, "csv"])
def test_a_days_own_changes_larger_than_the_full_list_come_as_the_full_list(
    registry: Registry, format_: str | None
) -> None:
    registry.change("202", *range(2_000_001, 2_000_100), added=False)
    registry.publish()

    (file,) = registry.ask(kind=Kind.CHANGES, format_=format_).files

    assert (file.kind, file.reason, file.count) == (Kind.FULL, "changes_larger_than_full", 2)


def test_an_area_that_was_not_on_the_older_list_comes_as_the_full_list(registry: Registry) -> None:
    registry.areas = ("202", "818", "907")
    registry.change("907", 5_550_107)
    registry.publish()

    old, new = registry.ask(kind=Kind.CHANGES, areas=["202", "907"], since=FIRST).files

    assert (old.kind, old.reason) == (Kind.CHANGES, "")
    assert (new.kind, new.reason) == (Kind.FULL, "area_not_published_since")
    assert registry.text(new) == "907,5550107\n"


@pytest.mark.parametrize("since", [date(2026, 11, 1), date(2026, 12, 24)])
def test_a_start_that_was_not_published_is_a_wrong_field(registry: Registry, since: date) -> None:
    with pytest.raises(InvalidInputError, match="was published") as refused:
        registry.ask(kind=Kind.CHANGES, since=since)
    assert [(field.pointer, field.code) for field in refused.value.fields] == [("/since", "not_published")]


@pytest.mark.parametrize("kind", [Kind.FULL, Kind.BITMAP])
def test_only_changes_have_a_start(registry: Registry, kind: Kind) -> None:
    with pytest.raises(InvalidInputError) as refused:
        registry.ask(kind=kind, since=FIRST)
    assert refused.value.fields[0].code == "since_without_changes"


def test_what_was_rendered_once_is_not_rendered_again(registry: Registry) -> None:
    (first,) = registry.ask(kind=Kind.CHANGES, since=FIRST).files
    registry.objects.fail_after = 0  # the next write would break
    bitmaps = {key for key in registry.objects.objects if key.endswith("bitmap.roar")}
    for key in bitmaps:
        registry.objects.objects[key] = b"not read again"

    (again,) = registry.ask(kind=Kind.CHANGES, since=FIRST).files

    assert (again.url, again.sha256, again.count) == (first.url, first.sha256, first.count)


def test_a_bitmap_that_is_not_the_published_one_is_never_rendered(registry: Registry) -> None:
    entry = read_manifest(registry.objects, registry.store.lists[FIRST]).entry("202")
    assert entry is not None
    registry.objects.objects[entry.file(Kind.BITMAP, "roar").key] = build.dump(BitMap([1]))

    with pytest.raises(ConfigurationError, match="not the bitmap"):
        registry.ask(kind=Kind.CHANGES, since=FIRST)


def test_requests_and_answers_survive_json(registry: Registry) -> None:
    entry = read_manifest(registry.objects, registry.store.lists[FIRST]).entry("818")
    assert entry is not None
    file = entry.file(Kind.BITMAP, "roar")
    source = Source(entry.date, entry.count, file.key, file.sha256)
    request = RenderRequest("818", Kind.CHANGES, "csv", source, source)

    assert RenderRequest.from_payload(request.to_payload()) == request
    (made,) = Renderer(registry.small, registry.objects).render([request])
    assert type(made).from_payload(made.to_payload()) == made
