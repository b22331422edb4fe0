"""One attempt to bring a folder up to the newest list: what each area needs, the fetches, the files, the switch."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from cli import output, renders
from cli.errors import NotVerifiedError, RefusedError
from cli.fetch import Links, Wanted, fetch_all
from cli.folder import Folder, HeldArea, RenderedFile, State, is_file_with
from cli.offer import Listing, Offer, Registry

PORTION = 100
"""Areas whose changes are asked for at a time: the registry renders them while the request waits."""

SMALL = 4096
"""Bytes up to which a file costs its request and little else; such changes are taken even for a shorter list."""


class MovedOnError(Exception):
    """A newer list was published while this attempt ran."""


@dataclass
class Step:
    """How one area comes to the newest list: `how` is unchanged, changes or full; `reason` says why in full."""

    area: str
    how: str
    reason: str = ""
    since: str = ""

    def go_the_long_way(self, reason: str) -> None:
        """Fetch this area in full after all."""
        self.how, self.reason = "full", reason


@dataclass
class Update:
    """One attempt.

    `format` is the one asked for, empty for that of the pull before; `every_area` says that the offer is of all areas
    that are subscribed, so that the others leave the folder.
    """

    folder: Folder
    state: State
    registry: Registry
    offer: Offer
    listing: Listing
    format: str
    jobs: int
    quiet: bool
    every_area: bool = False
    bytes: int = 0
    warnings: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        """Bring the folder up to date and return the report.

        Raises:
            MovedOnError: to be tried again.
            NotVerifiedError, UnreachableError: nothing was switched.
        """
        with ThreadPoolExecutor(self.jobs) as pool:
            steps = list(pool.map(self._step, sorted(self.offer.files)))
        self._by_changes(steps)
        self._in_full([step for step in steps if step.how == "full"])
        made = self._files(steps)
        self._keep(made)
        return self._report(steps, made)

    def _step(self, area: str) -> Step:
        held = self.state.areas.get(area)
        if held is None:
            return Step(area, "full", "not_held")
        if not self.folder.bitmap_is_intact(area, held):
            self.warnings.append(f"The copy of area {area} was damaged or changed; it is fetched in full.")
            return Step(area, "full", "copy_damaged")
        if held.sha256 == self._sha256(area):
            return Step(area, "unchanged")
        return Step(area, "changes", since=held.list_date)

    def _sha256(self, area: str) -> str:
        """Return what the area's newest bitmap must be."""
        return str(self.offer.files[area]["sha256"])

    def _by_changes(self, steps: Sequence[Step]) -> None:
        """Fetch changes and apply them; a step that cannot be done so becomes one in full."""
        groups: dict[str, list[Step]] = defaultdict(list)
        for step in steps:
            if step.how == "changes" and not self.folder.staged(step.area, self._sha256(step.area)).is_file():
                groups[step.since].append(step)
        for since, group in _portions(groups):
            changes = self._changes(group, since)
            short = [step for step in group if step.how == "changes"]
            if changes is None or not short:
                continue
            wanted = [changes.wanted(step.area) for step in short]
            self._fetch(wanted, changes, self._renewal("changes", [step.area for step in group], since))
            with ThreadPoolExecutor(self.jobs) as pool:
                fits = list(pool.map(self._apply, wanted))
            for step in (step for step, fit in zip(short, fits, strict=True) if not fit):
                step.go_the_long_way("changes_do_not_fit")
                self.warnings.append(
                    f"The changes of area {step.area} since {since} do not lead to the signed list; it is fetched in "
                    "full. Please tell the registry."
                )

    def _changes(self, group: Sequence[Step], since: str) -> Offer | None:
        """Ask for changes; what the registry or the sizes send the long way becomes a step in full."""
        try:
            changes = self.registry.ask("changes", [step.area for step in group], since)
        except RefusedError as error:
            if not any(wrong.get("pointer") == "/since" for wrong in error.problem.get("errors", ())):
                raise
            for step in group:
                step.go_the_long_way("since_not_published")
            return None
        if changes.list_date != self.offer.list_date:
            raise MovedOnError
        for step in group:
            file = changes.files[step.area]
            if file["kind"] == "full":
                step.go_the_long_way(str(file.get("reason") or "as_the_registry_says"))
            elif file["kind"] != "changes" or file.get("since") != since:
                raise NotVerifiedError(f"The registry offers other changes of area {step.area} than were asked for.")
            elif file["bytes"] >= max(self.offer.files[step.area]["bytes"], SMALL):
                step.go_the_long_way("changes_larger_than_full")
        return changes

    def _apply(self, file: Wanted) -> bool:
        """Make the newest bitmap of an area from the held one; return whether it is the signed one."""
        from quietline.lists import build, read

        fetched = self.folder.staged(file.area, file.sha256)
        rules = renders.rules_of(self.listing.profile)
        try:
            base = build.load(self.folder.bitmap(file.area).read_bytes())
            _, text = read.unzipped(fetched.read_bytes())
            data = build.dump(read.changes(text, file.area, rules).applied(base))
        except ValueError:
            return False
        if hashlib.sha256(data).hexdigest() != self._sha256(file.area):
            return False
        self.folder.stage(file.area, data)
        return True

    def _in_full(self, steps: Sequence[Step]) -> None:
        areas = [step.area for step in steps]
        self._fetch([self.offer.wanted(area) for area in areas], self.offer, self._renewal("bitmap", areas))

    def _renewal(self, kind: str, areas: Sequence[str], since: str = "") -> Callable[[], Mapping[tuple[str, str], str]]:
        return lambda: self.registry.ask(kind, areas, since).urls

    def _fetch(
        self, wanted: Sequence[Wanted], offer: Offer, renew: Callable[[], Mapping[tuple[str, str], str]]
    ) -> None:
        links = Links(offer.urls, renew)
        self.bytes += fetch_all(self.registry.api.http, self.folder, wanted, links, self.jobs, quiet=self.quiet)

    def _files(self, steps: Sequence[Step]) -> State:
        """Make every area's file in the format asked for; return the state that counts once it is switched to."""
        wanted = self.format or self.state.format or renders.formats()[0]
        with output.steps(quiet=self.quiet) as bars, ThreadPoolExecutor(self.jobs) as pool:
            held = pool.map(lambda step: self._held(step.area, wanted), steps)
            areas = {
                step.area: one
                for step, one in zip(steps, bars.track(held, total=len(steps), description="writing"), strict=True)
            }
        left = {} if self.every_area else self.state.areas
        kept = dict(sorted(({**left, **areas}).items()))
        names = {held.file.name for held in kept.values() if held.file}
        before = {held.file.name for held in self.state.areas.values() if held.file}
        # a pull that was stopped after its switch left what it had superseded
        before |= {name for name in self.state.superseded if (self.folder.path / name).exists()}
        return State(
            self.offer.list_date, self.offer.san, self.listing.profile, wanted, kept, tuple(sorted(before - names))
        )

    def _held(self, area: str, wanted: str) -> HeldArea:
        bitmap, count = self.offer.files[area], self.listing.areas[area]["count"]
        held = HeldArea(
            self.offer.list_date,
            self.offer.valid_until,
            self.offer.receipt_id,
            count,
            bitmap["bytes"],
            bitmap["sha256"],
        )
        if wanted == renders.BITMAP:
            return held
        before = self.state.areas.get(area)
        file = before.file if before and before.sha256 == held.sha256 else None
        if file and file.format == wanted and is_file_with(self.folder.path / file.name, file.size, file.sha256):
            return replace(held, file=file)
        return replace(held, file=self._file(area, held, wanted))

    def _file(self, area: str, held: HeldArea, format_: str) -> RenderedFile:
        from quietline.lists import build

        staged = self.folder.staged(area, held.sha256)
        numbers = build.load((staged if staged.is_file() else self.folder.bitmap(area)).read_bytes())
        day = self.listing.areas[area]["date"]
        name, data = renders.zipped(format_, area, day, numbers, self.listing.profile)
        return RenderedFile(name, format_, len(data), self.folder.stage(name, data))

    def _keep(self, made: State) -> None:
        """Write the proofs, and then switch: until then the pull before is the one that counts."""
        self.folder.write_json("jwks.json", self.registry.keys.to_jwks())
        for day, signed in sorted(self.registry.manifests.items()):  # oldest first: the chain never has a gap
            self.folder.write(f"manifests/{day}.jws", signed)
        # after the manifests that prove what they name
        for receipt_id, receipt in self.registry.receipts.items():
            self.folder.write(f"receipts/{receipt_id}.jws", receipt.encode("ascii"))
        if self.every_area:
            self.dropped = sorted((self.state.areas.keys() | self.folder.areas_with_bitmap()) - made.areas.keys())
        self.folder.switch(made)
        for area in self.dropped:
            self.warnings.append(f"Area {area} is no longer in your subscription; its list is no longer in the folder.")

    def _report(self, steps: Sequence[Step], made: State) -> dict[str, Any]:
        proofs = len(self.registry.manifests[self.offer.list_date]) + len(self.registry.receipts[self.offer.receipt_id])
        return {
            "folder": str(self.folder.path),
            "list_date": self.offer.list_date,
            "valid_until": self.offer.valid_until,
            "receipt": f"receipts/{self.offer.receipt_id}.jws",
            "format": made.format,
            "areas": [_told(step, made.areas[step.area]) for step in steps],
            "areas_dropped": self.dropped,
            "bytes_fetched": self.bytes + self.registry.bytes,
            "bytes_of_full_pull": proofs + sum(file["bytes"] for file in self.offer.files.values()),
            "warnings": sorted(self.warnings),
        }


def _portions(groups: Mapping[str, list[Step]]) -> Iterator[tuple[str, list[Step]]]:
    for since, steps in sorted(groups.items()):
        for start in range(0, len(steps), PORTION):
            yield since, steps[start : start + PORTION]


def _told(step: Step, held: HeldArea) -> dict[str, Any]:
    facts = {"reason": step.reason, "since": step.since, "file": held.file.name if held.file else ""}
    told = {"area": step.area, "how": step.how, "count": held.count, "sha256": held.sha256}
    return told | {name: value for name, value in facts.items() if value}
