"""The sandbox's list: published by the same steps as the real one, from magic numbers instead of the registry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from quietline.kernel.clock import from_text
from quietline.lists.model import Change, ImportedNumbers
from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
from quietline.profiles.profile import Profile
from quietline.profiles.sandbox import changes, magic_numbers


@dataclass(frozen=True)
class MagicChanges:
    """Implements `lists.ports.ChangeReader`."""

    profile: Profile

    def first(self) -> datetime | None:
        """Return the instant of the first change."""
        return self.profile.end_of(self.profile.sandbox.since - timedelta(days=1))

    def changed(self, areas: Iterable[str], since: datetime, before: datetime) -> set[str]:
        """Return those of the areas that have a change in `[since, before)`: the sandbox's all have the same."""
        return {area for area in areas if self.of_area(area, since, before)}

    def of_area(self, area: str, since: datetime, before: datetime) -> list[Change]:
        """Return an area's changes in `[since, before)`, oldest first."""
        if area not in self.profile.sandbox.areas:
            return []
        made = [
            Change(at, number, added)
            for number in magic_numbers(self.profile)
            for at, added in changes(self.profile, number, before)
            if at >= since
        ]
        return sorted(made, key=lambda change: (change.at, change.subscriber))

    def imports_of_area(self, area: str, since: datetime, before: datetime) -> list[ImportedNumbers]:
        """Return nothing: the sandbox has no imports."""
        return []


@dataclass(frozen=True)
class SandboxPublication:
    """Publishes the sandbox's list of today in one go: a few areas of a few numbers. Needs the `lists` layer."""

    plan: PublishPlan
    areas: AreaBuild
    manifest: ManifestWriter

    def publish(self) -> dict[str, Any]:
        """Publish today's list; a repeat answers the same.

        Raises:
            ConflictError: another run is at it.
        """
        planned = self.plan.plan(None)
        if planned["published"]:
            return planned
        day = date.fromisoformat(planned["date"])
        since, cutoff = from_text(planned["since"]), from_text(planned["cutoff"])
        for item in planned["items"]:
            for work in item["areas"]:
                self.areas.build(work["area"], work["base"], day, since, cutoff)
        return self.manifest.write(day)
