"""Publication's three steps over ports in memory, run as the state machine runs them."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

from quietline.kernel.clock import FixedClock, from_text
from quietline.lists.build import load
from quietline.lists.model import Kind, Manifest, area_key
from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan, read_manifest
from quietline.profiles import Profile

from tests.fakes.lists import MemoryChanges, MemoryObjects, MemoryPublications, MemorySigner

MONDAY = date(2026, 11, 9)
TUESDAY = date(2026, 11, 10)
WEDNESDAY = date(2026, 11, 11)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """An hour of a day in Washington (UTC-5 in November)."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) + timedelta(hours=5)


def with_areas(profile: Profile, *areas: str) -> Profile:
    return Profile.model_validate(profile.model_dump(by_alias=True) | {"areas": {"Somewhere": areas}})


class Registry:
    """The three steps over ports in memory, run as the state machine runs them."""

    def __init__(self, profile: Profile, days_ahead: int = 0) -> None:
        self.clock = FixedClock(at(MONDAY))
        self.changes = MemoryChanges()
        self.store = MemoryPublications()
        self.objects = MemoryObjects()
        self.signer = MemorySigner()
        self.days_ahead = days_ahead
        self.serve(profile)

    def serve(self, profile: Profile) -> None:
        self.plan = PublishPlan(
            profile, self.clock, self.store, self.changes, self.objects, timedelta(seconds=120), self.days_ahead
        )
        self.builder = AreaBuild(profile, self.changes, self.objects)
        self.writer = ManifestWriter(profile, self.store, self.objects, self.signer)

    def build(self, plan: dict[str, Any]) -> None:
        for item in plan["items"]:
            for work in item["areas"]:
                self.builder.build(
                    work["area"],
                    work["base"],
                    date.fromisoformat(plan["date"]),
                    from_text(plan["since"]),
                    from_text(plan["cutoff"]),
                )

    def publish(self, day: date, now: datetime | None = None) -> dict[str, Any]:
        self.clock.instant = now or at(day + timedelta(days=1), 1)
        plan = self.plan.plan(day)
        if plan["published"]:
            return plan
        self.build(plan)
        return self.writer.write(day)

    def manifest(self, day: date) -> Manifest:
        published = self.store.published(day)
        assert published is not None
        return read_manifest(self.objects, published)

    def listed(self, area: str, day: date) -> set[int]:
        entry = self.manifest(day).entry(area)
        assert entry is not None
        return set(load(self.objects.get(entry.file(Kind.BITMAP, "roar").key)))

    def text(self, area: str, day: date, leaf: str) -> list[str]:
        with zipfile.ZipFile(io.BytesIO(self.objects.objects[area_key(area, day, leaf)])) as archive:
            (name,) = archive.namelist()
            return archive.read(name).decode().splitlines()
