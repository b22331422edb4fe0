"""Asking for a case as one file, and getting it. See `cases.bundle` for what is in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from quietline.cases.bundle import bundle_key
from quietline.cases.find import find
from quietline.cases.model import Action, Event
from quietline.cases.people import Person
from quietline.cases.ports import CaseStore
from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.kernel.ids import new_ulid

MAKING = timedelta(minutes=16)
"""After that nothing makes a bundle any more: the function has a quarter of an hour."""


@dataclass(frozen=True)
class Link:
    """Where a bundle is got for so many seconds."""

    url: str
    seconds: int
    size: int


@dataclass(frozen=True)
class Export:
    """A bundle that was asked for; `link` is None while it is made."""

    id: str
    case_id: str
    asked_at: datetime
    link: Link | None


class BundleMaker(Protocol):
    """Makes bundles elsewhere."""

    def start(self, case_id: str, bundle_id: str, at: datetime) -> None:
        """Begin to make one.

        Raises:
            UnavailableError: nothing can be begun now.
        """
        ...

    def link(self, key: str, name: str, patience: float) -> Link | None:
        """Return where a bundle is got, or None while it is made; wait for it so many seconds at most."""
        ...


@dataclass(frozen=True)
class ExportService:
    """What investigators do to get a case as one file."""

    store: CaseStore
    maker: BundleMaker
    clock: Clock

    def begin(self, case_id: str, person: Person, patience: float = 0) -> Export:
        """Ask for a bundle of a case as it is now; the export is logged first, and so is in it.

        Args:
            case_id: of the case.
            person: who asks.
            patience: seconds to wait for it.

        Raises:
            NotFoundError: there is no such case.
            UnavailableError: bundles cannot be made now.
        """
        find(self.store, case_id)
        now = self.clock.now()
        bundle_id = new_ulid(now)
        self.store.record_event(case_id, Event(now, Action.EXPORTED, person.sub, bundle_id))
        self.maker.start(case_id, bundle_id, now)
        return self._export(case_id, bundle_id, now, patience)

    def get(self, case_id: str, bundle_id: str, person: Person, patience: float = 0) -> Export:
        """Return a bundle that was asked for; that another person than the one who asked gets it is logged.

        Raises:
            NotFoundError: nobody asked for such a bundle of this case.
            UnavailableError: it could not be made, or was deleted since.
        """
        asked = next((one for one in self.store.events(case_id) if _asks_for(one, bundle_id)), None)
        if asked is None:
            raise NotFoundError("There is no such bundle of this case.")
        export = self._export(case_id, bundle_id, asked.at, patience)
        if export.link is not None and asked.by != person.sub:
            self.store.record_event(case_id, Event(self.clock.now(), Action.VIEWED, person.sub, f"bundle {bundle_id}"))
        return export

    def _export(self, case_id: str, bundle_id: str, asked_at: datetime, patience: float) -> Export:
        link = self.maker.link(bundle_key(case_id, bundle_id), f"case-{case_id}.zip", patience)
        if link is None and self.clock.now() - asked_at > MAKING:
            raise UnavailableError("This bundle could not be made, or was deleted since. Ask for a new one.")
        return Export(bundle_id, case_id, asked_at, link)


def _asks_for(event: Event, bundle_id: str) -> bool:
    return event.action is Action.EXPORTED and event.detail == bundle_id
