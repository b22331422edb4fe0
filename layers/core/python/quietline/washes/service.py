"""Asking for washes, and seeing how they stand; the washing itself is `washes.worker`."""

from dataclasses import dataclass
from datetime import timedelta

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, ForbiddenError, NotEntitledError, NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.profiles import Profile
from quietline.usage.model import Agent, Standing
from quietline.washes.model import Page, State, UploadForm, Wash, WashRequest
from quietline.washes.ports import ChangedMeanwhileError, Meter, UploadForms, WashStore


@dataclass(frozen=True)
class Asked:
    """The answer to a request: the wash, how to upload its call list if it needs one, and whether it is new."""

    wash: Wash
    upload: UploadForm | None
    is_new: bool


@dataclass(frozen=True)
class Washes:
    """The washes of organizations."""

    profile: Profile
    clock: Clock
    store: WashStore
    forms: UploadForms
    meter: Meter
    upload_seconds: int
    download_seconds: int

    def ask(self, standing: Standing, by: str, request: WashRequest) -> Asked:
        """Return the wash of a reference: a new one, or the one that was asked for before.

        One that waits for its call list, or has failed, comes with a form to upload it (again).

        Args:
            standing: the organization.
            by: the person or machine client that asks.
            request: what to wash.

        Raises:
            ForbiddenError: the organization has not certified.
            NotEntitledError: it holds no area now, so that every row would be unknown.
            ConflictError: the reference was used with other parameters.
            TooManyRequestsError: the account has washed too many numbers today.
        """
        if not standing.san:
            raise ForbiddenError("Your organization must certify how it uses the registry first.")
        if not standing.areas:
            raise NotEntitledError("Your organization holds no area now. Order areas; a term begins with free ones.")
        known = self.store.of_reference(standing.organization_id, request.client_reference, standing.agent)
        if known is None:
            made = self._new(standing, by, request)
            if made is not None:
                return Asked(made, self.upload_form(made), is_new=True)
            known = self.store.of_reference(standing.organization_id, request.client_reference, standing.agent)
            if known is None:
                raise ConflictError("This reference is being used by another request; please try again.")
        if known.request != request:
            raise ConflictError("This client_reference was used with another column or header; use a new one.")
        return self._again(known)

    def get(self, organization_id: str, wash_id: str, agent: Agent | None = None) -> Wash:
        """Return a wash of the organization as it stands now; an agent sees those that it asked for.

        Raises:
            NotFoundError: there is none, or it is another organization's.
        """
        found = self.store.get(organization_id, wash_id)
        if found is None or (agent is not None and found.agent != agent):
            raise NotFoundError("There is no such wash.")
        return self._seen(found)

    def page(self, organization_id: str, limit: int, cursor: str, agent: Agent | None = None) -> Page:
        """Return the organization's washes, newest first; to an agent those that it asked for."""
        found = self.store.page(organization_id, limit + 1, cursor, agent)
        washes = tuple(self._seen(wash) for wash in found[:limit])
        return Page(washes, washes[-1].id if len(found) > limit else "")

    def answer_link(self, wash: Wash) -> str:
        """Return a URL of the answer that works for minutes; empty when there is none or it has expired."""
        if wash.result is None or self.clock.now() >= wash.result.finished_at + self.kept:
            return ""
        key = wash.result.answer.key
        name = f"{wash.request.client_reference}.csv"
        return self.forms.link(key, name=name, content_type="text/csv", seconds=self.download_seconds)

    def upload_form(self, wash: Wash, back: str = "") -> UploadForm:
        """Return how to upload the call list of a wash that waits for it; a browser is then sent `back`."""
        most = self.profile.washes.max_upload_bytes
        url, fields = self.forms.form(wash.upload_key, most, self.upload_seconds, back)
        return UploadForm(url, fields, most, self.clock.now() + timedelta(seconds=self.upload_seconds))

    @property
    def kept(self) -> timedelta:
        """How long an answer can be fetched."""
        return timedelta(days=self.profile.washes.answer_days)

    def _new(self, standing: Standing, by: str, request: WashRequest) -> Wash | None:
        self.meter.allow_wash(standing.organization_id)
        now = self.clock.now()
        made = Wash(
            new_ulid(now),
            standing.organization_id,
            standing.san,
            request,
            now,
            by,
            State.AWAITING_UPLOAD,
            now,
            agent=standing.agent,
        )
        return made if self.store.add(made) else None

    def _again(self, known: Wash) -> Asked:
        seen = self._seen(known)
        if seen.state is State.FAILED:
            self.meter.allow_wash(known.organization_id)
            seen = known.moved(
                self.clock.now(),
                State.AWAITING_UPLOAD,
                attempt=known.attempt + 1,
                bytes_done=0,
                bytes_total=0,
                failure="",
                detail="",
            )
            try:
                self.store.save(seen)
            except ChangedMeanwhileError as error:
                raise ConflictError("This wash moved meanwhile; please try again.") from error
        if seen.state is State.AWAITING_UPLOAD:
            return Asked(seen, self.upload_form(seen), is_new=False)
        return Asked(seen, None, is_new=False)

    def _seen(self, wash: Wash) -> Wash:
        return wash.seen_at(self.clock.now(), timedelta(minutes=self.profile.washes.stalled_minutes))
