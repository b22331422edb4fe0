"""Publishing dates: repeated, late, skipped, unchanged, killed in between; every list is what the changes say."""

from datetime import timedelta
from typing import Any

import pytest
from quietline.kernel import jws
from quietline.kernel.errors import ConfigurationError, ConflictError, InvalidInputError
from quietline.lists.model import Manifest, area_key, entry_key, manifest_key
from quietline.lists.publish import parse_date
from quietline.profiles import Profile

from tests.fakes.lists import KilledError
from tests.fakes.publishing import MONDAY, TUESDAY, WEDNESDAY, Registry, at, with_areas


@pytest.fixture
def registry(profile: Profile) -> Registry:
    return Registry(with_areas(profile, "202", "818", "907"))


def test_the_first_list_holds_every_change_before_its_cut_off(registry: Registry) -> None:
    registry.changes.record("202", at(MONDAY - timedelta(days=40)), 5550101, added=True)
    registry.changes.record("202", at(MONDAY, 23, 59), 5550102, added=True)
    registry.changes.record("202", at(TUESDAY, 0, 0), 5550103, added=True)

    answer = registry.publish(MONDAY)

    assert registry.listed("202", MONDAY) == {5550101, 5550102}
    assert answer["cutoff"] == "2026-11-10T05:00:00.000Z"
    assert (answer["areas"], answer["numbers"], answer["added"], answer["removed"]) == (3, 2, 2, 0)
    assert registry.text("202", MONDAY, "full.txt.zip") == ["202,5550101", "202,5550102"]
    assert registry.text("202", MONDAY, "changes.txt.zip") == ["202,5550101,2026-11-09,A", "202,5550102,2026-11-09,A"]


def test_an_empty_area_has_an_empty_list(registry: Registry) -> None:
    registry.publish(MONDAY)

    entry = registry.manifest(MONDAY).entry("907")
    assert entry is not None
    assert entry.count == 0
    assert registry.text("907", MONDAY, "full.txt.zip") == []
    assert registry.listed("907", MONDAY) == set()


def test_a_registry_without_any_change_can_be_published(registry: Registry) -> None:
    assert registry.publish(MONDAY)["numbers"] == 0


def test_the_next_day_holds_what_changed_and_chains_to_the_day_before(registry: Registry) -> None:
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    registry.publish(MONDAY)
    registry.changes.record("202", at(TUESDAY), 5550102, added=True)
    registry.changes.record("202", at(TUESDAY, 13), 5550101, added=False)

    answer = registry.publish(TUESDAY)

    assert registry.listed("202", TUESDAY) == {5550102}
    assert (answer["added"], answer["removed"]) == (1, 1)
    assert registry.text("202", TUESDAY, "changes.txt.zip") == ["202,5550101,2026-11-10,D", "202,5550102,2026-11-10,A"]
    monday = registry.store.published(MONDAY)
    assert monday is not None
    assert registry.manifest(TUESDAY).previous == (MONDAY, monday.sha256)
    assert registry.manifest(MONDAY).previous is None


def test_an_area_without_a_change_keeps_its_files(registry: Registry) -> None:
    registry.changes.record("818", at(MONDAY), 5550101, added=True)
    registry.publish(MONDAY)
    registry.changes.record("202", at(TUESDAY), 5550102, added=True)
    before = set(registry.objects.objects)

    registry.publish(TUESDAY)

    assert registry.manifest(TUESDAY).entry("818") == registry.manifest(MONDAY).entry("818")
    written = set(registry.objects.objects) - before
    assert {key.split("/")[1] for key in written if key.startswith("areas/")} == {"202"}


def test_a_day_without_a_change_writes_only_its_manifest(registry: Registry) -> None:
    registry.changes.record("818", at(MONDAY), 5550101, added=True)
    registry.publish(MONDAY)
    before = set(registry.objects.objects)

    answer = registry.publish(TUESDAY)

    assert set(registry.objects.objects) - before == {manifest_key(TUESDAY)}
    assert (answer["numbers"], answer["added"], answer["removed"]) == (1, 0, 0)
    assert registry.manifest(TUESDAY).areas == registry.manifest(MONDAY).areas


def test_a_skipped_day_is_in_the_next_list(registry: Registry) -> None:
    registry.publish(MONDAY)
    registry.changes.record("202", at(TUESDAY), 5550101, added=True)
    registry.changes.record("202", at(WEDNESDAY), 5550102, added=True)

    registry.publish(WEDNESDAY)

    assert registry.listed("202", WEDNESDAY) == {5550101, 5550102}


def test_published_again_it_answers_the_same_and_writes_nothing(registry: Registry) -> None:
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    first = registry.publish(MONDAY)
    before = dict(registry.objects.objects)
    registry.changes.record("202", at(MONDAY, 13), 5550102, added=True)

    again = registry.publish(MONDAY, now=at(WEDNESDAY))

    assert again == first
    assert registry.objects.objects == before
    assert registry.writer.write(MONDAY) == first


def test_a_published_date_answers_also_after_a_later_one(registry: Registry) -> None:
    first = registry.publish(MONDAY)
    registry.publish(TUESDAY)

    assert registry.publish(MONDAY) == first


def test_a_late_date_is_refused_once_a_later_one_is_published(registry: Registry) -> None:
    registry.publish(MONDAY)
    registry.publish(WEDNESDAY)

    with pytest.raises(ConflictError, match="2026-11-11 is published already"):
        registry.publish(TUESDAY, now=at(WEDNESDAY + timedelta(days=2)))


def test_a_late_date_is_refused_once_a_later_one_is_begun(registry: Registry) -> None:
    registry.clock.instant = at(WEDNESDAY)
    registry.plan.plan(TUESDAY)
    registry.plan.plan(WEDNESDAY)

    with pytest.raises(ConflictError):
        registry.plan.plan(TUESDAY)


def test_a_slow_run_cannot_publish_behind_a_later_one(registry: Registry) -> None:
    registry.clock.instant = at(WEDNESDAY)
    slow = registry.plan.plan(TUESDAY)
    registry.build(slow)
    registry.publish(WEDNESDAY)

    with pytest.raises(ConflictError):
        registry.writer.write(TUESDAY)
    assert registry.store.newest() == registry.store.published(WEDNESDAY)


def test_the_future_is_refused(registry: Registry) -> None:
    registry.clock.instant = at(MONDAY)

    with pytest.raises(InvalidInputError, match="cannot be published before that day"):
        registry.plan.plan(TUESDAY)


def test_a_demonstration_may_run_ahead(profile: Profile) -> None:
    registry = Registry(with_areas(profile, "202"), days_ahead=1)
    registry.changes.record("202", at(MONDAY, 9), 5550101, added=True)
    registry.publish(MONDAY, now=at(MONDAY, 10))
    registry.changes.record("202", at(MONDAY, 11), 5550102, added=True)

    registry.publish(TUESDAY, now=at(MONDAY, 12))

    assert registry.listed("202", TUESDAY) == {5550101, 5550102}
    with pytest.raises(InvalidInputError):
        registry.plan.plan(WEDNESDAY)


def test_without_a_date_it_is_the_registrys_day_after_settling(registry: Registry) -> None:
    registry.clock.instant = at(TUESDAY, 0, 1)
    assert registry.plan.plan(None)["date"] == "2026-11-09"
    registry.clock.instant = at(TUESDAY, 0, 3)
    assert registry.plan.plan(None)["date"] == "2026-11-10"


def test_the_cut_off_leaves_time_to_settle_and_is_fixed_once(registry: Registry) -> None:
    registry.clock.instant = at(MONDAY, 12, 0)
    registry.changes.record("202", at(MONDAY, 11, 59), 5550101, added=True)
    first = registry.plan.plan(MONDAY)
    registry.clock.instant = at(MONDAY, 15, 0)

    assert first["cutoff"] == "2026-11-09T16:58:00.000Z"
    assert registry.plan.plan(MONDAY) == first
    registry.build(first)
    registry.writer.write(MONDAY)
    assert registry.listed("202", MONDAY) == set()
    registry.publish(TUESDAY)
    assert registry.listed("202", TUESDAY) == {5550101}


def test_a_new_area_starts_with_its_own_changes(registry: Registry, profile: Profile) -> None:
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    registry.publish(MONDAY)
    registry.serve(with_areas(profile, "202", "818", "907", "983"))
    registry.changes.record("983", at(TUESDAY), 5550199, added=True)

    registry.publish(TUESDAY)

    assert registry.listed("983", TUESDAY) == {5550199}
    assert registry.listed("202", TUESDAY) == {5550101}
    assert {entry.area for entry in registry.manifest(MONDAY).areas} == {"202", "818", "907"}


def test_an_area_that_leaves_the_profile_stays_listed(registry: Registry, profile: Profile) -> None:
    registry.changes.record("818", at(MONDAY), 5550101, added=True)
    registry.publish(MONDAY)
    registry.serve(with_areas(profile, "202"))

    registry.publish(TUESDAY)

    assert registry.listed("818", TUESDAY) == {5550101}


@pytest.mark.parametrize("writes_before_death", range(12))
def test_killed_anywhere_and_run_again_it_ends_the_same(profile: Profile, writes_before_death: int) -> None:
    undisturbed, killed = (Registry(with_areas(profile, "202", "818")) for _ in range(2))
    for registry in (undisturbed, killed):
        registry.publish(MONDAY)
        registry.changes.record("202", at(TUESDAY), 5550101, added=True)
        registry.changes.record("818", at(TUESDAY), 5550102, added=True)
    expected = undisturbed.publish(TUESDAY)

    killed.objects.fail_after = writes_before_death
    died = False
    try:
        killed.publish(TUESDAY)
    except KilledError:
        died = True
        assert killed.store.newest() == killed.store.published(MONDAY)
    killed.objects.fail_after = None
    answer = killed.publish(TUESDAY, now=at(WEDNESDAY, 9))

    # 2 areas with 3 files and an entry each, then the manifest
    assert died == (writes_before_death < 9)
    assert answer | {"manifest": None} == expected | {"manifest": None}
    assert killed.manifest(TUESDAY).areas == undisturbed.manifest(TUESDAY).areas
    files = {key: body for key, body in undisturbed.objects.objects.items() if key.startswith("areas/")}
    assert {key: body for key, body in killed.objects.objects.items() if key.startswith("areas/")} == files


def test_killed_between_bucket_and_table_the_signed_manifest_is_kept(registry: Registry) -> None:
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    registry.clock.instant = at(TUESDAY)
    registry.build(registry.plan.plan(MONDAY))
    finish, registry.store.finish = registry.store.finish, _killed  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        registry.writer.write(MONDAY)
    assert registry.store.newest() is None
    signed = registry.objects.get(manifest_key(MONDAY))
    registry.store.finish = finish  # type: ignore[method-assign]

    registry.publish(MONDAY)

    assert registry.objects.get(manifest_key(MONDAY)) == signed
    assert registry.listed("202", MONDAY) == {5550101}


def test_an_unpublished_manifest_of_other_bytes_is_replaced(registry: Registry) -> None:
    registry.clock.instant = at(TUESDAY)
    registry.build(registry.plan.plan(MONDAY))
    stale = registry.signer.sign({"type": "manifest", "left": "by an older version"})
    registry.objects.put(manifest_key(MONDAY), stale.encode(), "application/jose")

    registry.writer.write(MONDAY)

    assert registry.manifest(MONDAY).date == MONDAY


def _killed(*_: Any) -> None:
    raise KilledError


def test_an_area_that_is_not_built_stops_the_manifest(registry: Registry) -> None:
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    registry.clock.instant = at(TUESDAY)
    registry.build(registry.plan.plan(MONDAY))
    del registry.objects.objects[entry_key("202", MONDAY)]

    with pytest.raises(ConflictError, match="Area 202 of 2026-11-09 is not built yet"):
        registry.writer.write(MONDAY)
    assert registry.store.newest() is None


def test_a_date_that_was_not_begun_has_no_manifest(registry: Registry) -> None:
    with pytest.raises(ConflictError, match="not begun"):
        registry.writer.write(MONDAY)


def test_a_bitmap_that_was_changed_is_refused(registry: Registry) -> None:
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    registry.publish(MONDAY)
    registry.changes.record("202", at(TUESDAY), 5550102, added=True)
    registry.objects.objects[area_key("202", MONDAY, "bitmap.roar")] = b"something else"

    with pytest.raises(ConfigurationError, match=r"areas/202/2026-11-09/bitmap\.roar"):
        registry.publish(TUESDAY)


def test_a_manifest_that_was_changed_is_refused(registry: Registry) -> None:
    registry.publish(MONDAY)
    registry.objects.objects[manifest_key(MONDAY)] = registry.signer.sign({"type": "manifest"}).encode()

    with pytest.raises(ConfigurationError, match=r"manifests/2026-11-09\.jws"):
        registry.publish(TUESDAY)


def test_empty_areas_share_workers_and_changed_ones_do_not(profile: Profile) -> None:
    registry = Registry(profile)
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    registry.clock.instant = at(TUESDAY)

    plan = registry.plan.plan(MONDAY)

    sizes = sorted(len(item["areas"]) for item in plan["items"])
    assert sizes[0] == 1
    assert plan["items"][0] == {"areas": [{"area": "202", "base": None}]}
    assert sum(sizes) == len(profile.area_keys)
    assert len(sizes) < 20


def test_the_manifest_is_signed_and_names_its_key(registry: Registry) -> None:
    registry.publish(MONDAY)

    signed = jws.parse(registry.objects.objects[manifest_key(MONDAY)].decode())

    assert signed.kid == registry.signer.jwk["kid"]
    assert signed.payload["type"] == "manifest"
    assert signed.payload["profile"] == "us"
    assert [file["kind"] for file in signed.payload["areas"][0]["files"]] == ["bitmap", "full", "changes"]
    assert Manifest.from_payload(signed.payload).to_payload() == signed.payload


@pytest.mark.parametrize("text", ["", "yesterday", "20261109", "2026-W46-1", "2026-13-01", "2026-11-09T00:00"])
def test_a_date_has_one_spelling(text: str) -> None:
    with pytest.raises(InvalidInputError, match="YYYY-MM-DD"):
        parse_date(text)


def test_a_date_is_read() -> None:
    assert parse_date("2026-11-09") == MONDAY
