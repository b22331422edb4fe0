"""Notices: preferences, the daily reminders, and what follows from a publication."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched

from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.notices.model import Freshness, MailNotice, Preferences, PublishedList
from quietline.notices.ports import NoticeStore, PublishedLists
from quietline.profiles.profile import Profile
from quietline.webhooks.model import Delivery, Endpoint, Event, EventType

TELLERS = 8
"""Told side by side: below botocore's ten connections."""
AT_ONCE = 400
"""Read ahead of those who are told, so that an audience of any size takes no memory."""


@dataclass(frozen=True)
class PreferenceService:
    """Which mails an organization wants."""

    store: NoticeStore

    def get(self, organization_id: str) -> Preferences:
        """Return the preferences."""
        return self.store.preferences(organization_id)

    def change(self, organization_id: str, preferences: Preferences) -> Preferences:
        """Store the preferences."""
        self.store.prefer(organization_id, preferences)
        return preferences


@dataclass(frozen=True)
class Notifier:
    """Tells organizations. Whatever it does may be done again: each notice has an id of its own."""

    store: NoticeStore
    lists: PublishedLists
    clock: Clock
    profile: Profile

    def published(self, day: date) -> int:
        """Tell everybody who wants to know that the list of a date exists; return how many notices are new.

        Raises:
            NotFoundError: there is no such list.
            UnavailableError: some could not be told; called again, it tells only those.
        """
        found = self.lists.of(day)
        if found is None:
            raise NotFoundError("There is no list of this date.")
        data = _published_data(found)

        def tell(one: tuple[str, Endpoint | None]) -> bool:
            organization_id, endpoint = one
            if endpoint is None:
                facts = {"date": day.isoformat(), "max_age_days": str(self.profile.lists.max_age_days)}
                return self.store.mail(
                    organization_id,
                    MailNotice(f"list-published-{day.isoformat()}-{organization_id}", "list-published", facts),
                )
            kind = EventType.LIST_PUBLISHED
            event = Event.of(kind, organization_id, found.cutoff, data, day.isoformat())
            return self.store.deliver(Delivery.of(event, endpoint))

        return each(self.store.audience(), tell)

    def daily(self) -> int:
        """Remind everybody whose last pull's list has reached one of the profile's ages; return how many were.

        Raises:
            UnavailableError: some could not be reminded; called again, it reminds only those.
        """
        today = self.profile.local_date(self.clock.now())
        return each(self.store.due(today), lambda freshness: self._remind(freshness, today))

    def _remind(self, freshness: Freshness, today: date) -> bool:
        lists, ages = self.profile.lists, self.profile.lists.reminder_ages
        age = freshness.due(today, ages)
        # who may download nothing any more has no list to renew; once subscribed again, it is due again
        if age is None or not self.store.is_entitled(freshness.organization_id, today):
            return False
        upcoming = min((one for one in ages if one > age), default=None)
        next_due = freshness.list_date + timedelta(days=upcoming) if upcoming else None
        valid_until = freshness.list_date + timedelta(days=lists.max_age_days)
        organization_id, listed = freshness.organization_id, freshness.list_date.isoformat()
        mail = None
        if self.store.preferences(organization_id).mail_reminders:
            facts = {"list_date": listed, "valid_until": valid_until.isoformat()}
            if age < lists.max_age_days:
                facts |= {"age_days": str((today - freshness.list_date).days), "ages": ", ".join(map(str, ages))}
            template = "list-aging" if age < lists.max_age_days else "list-expiring"
            mail = MailNotice(f"{template}-{listed}-{age}-{organization_id}", template, facts)
        data = {"list_date": listed, "age_days": age, "valid_until": valid_until.isoformat()}
        reached = self.profile.end_of(freshness.list_date + timedelta(days=age - 1))
        event = Event.of(EventType.LIST_STALE, organization_id, reached, data, listed, str(age))
        told = [
            Delivery.of(event, endpoint)
            for endpoint in self.store.endpoints(organization_id)
            if endpoint.enabled and event.type in endpoint.events
        ]
        return self.store.remind(freshness, age, next_due, mail, told)


def each[T](all_of: Iterable[T], tell: Callable[[T], int]) -> int:
    """Do it for each and return how many times it did something; one that fails keeps nobody else from being told.

    Several are told side by side (docs/adr/0018 counts how many a function has time for), in no order.

    Raises:
        UnavailableError: some failed.
    """

    def attempt(one: T) -> int | Exception:
        try:
            return tell(one)
        except Exception as error:
            return error

    done, failed = 0, list[Exception]()
    with ThreadPoolExecutor(TELLERS) as pool:
        for some in batched(all_of, AT_ONCE, strict=False):
            for made in pool.map(attempt, some):
                if isinstance(made, Exception):
                    failed.append(made)
                else:
                    done += made
    if failed:
        raise UnavailableError(f"{len(failed)} notices could not be written; {done} were.") from failed[-1]
    return done


def _published_data(found: PublishedList) -> dict[str, object]:
    return {
        "list_date": found.date.isoformat(),
        "cutoff": to_text(found.cutoff),
        "areas": found.areas,
        "numbers": found.numbers,
        "added": found.added,
        "removed": found.removed,
        "manifest": {"path": f"/v1/manifests/{found.date.isoformat()}", "sha256": found.sha256},
    }
