"""What a seller does: read its feed, and acknowledge that it has stopped.

A seller must not call a person who asked it to stop (16 CFR 310.4(b)(1)(iii)(A)), at the latest from the end of the
profile's time on (47 CFR 64.1200(d)(3)). The request beats every exemption that the seller may have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import FieldError, InvalidInputError, UnavailableError
from quietline.profiles.profile import Profile
from quietline.stops.model import Answer, Entry, FeedPage, OpenRequest
from quietline.stops.ports import ChangedMeanwhileError, StopStore

ATTEMPTS = 5
PAGE = 1000
"""Entries of a page."""
AT_ONCE = 100
"""Requests that one call acknowledges."""
COLUMNS = ("number", "change", "requested_at", "due_on", "id", "sequence")


@dataclass(frozen=True)
class StopFeed:
    """The feed of stop requests, and their acknowledgement."""

    store: StopStore
    clock: Clock
    profile: Profile

    def page(self, organization_id: str, since: int = 0, limit: int = PAGE) -> FeedPage:
        """Return what changed after a sequence; `0` begins with the first entry.

        Raises:
            InvalidInputError: `/since` or `/limit` is out of range.
        """
        wrong = []
        if since < 0:
            wrong.append(FieldError("/since", "Use `next` of the page before, or 0.", "since"))
        if not 1 <= limit <= PAGE:
            wrong.append(FieldError("/limit", f"Use 1 to {PAGE}.", "limit"))
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        return self.store.feed(organization_id, since, limit)

    def acknowledge(self, organization_id: str, by: str, request_ids: Sequence[str]) -> list[tuple[str, Answer]]:
        """Keep that the organization has stopped, and tell the consumers; a second time changes nothing.

        Returns:
            What became of each id, in the order given.

        Raises:
            InvalidInputError: `/ids`: none, or more than `AT_ONCE`.
            UnavailableError: too many changes at once; what was acknowledged stays so, ask again.
        """
        if not 1 <= len(request_ids) <= AT_ONCE:
            raise InvalidInputError("See `errors`.", (FieldError("/ids", f"Give 1 to {AT_ONCE} ids.", "ids"),))
        return [(one, self._acknowledge(organization_id, by, one)) for one in dict.fromkeys(request_ids)]

    def unacknowledged(self, organization_id: str, limit: int = AT_ONCE) -> tuple[OpenRequest, ...]:
        """Return what the organization has not acknowledged yet, the most urgent first."""
        return self.store.unacknowledged(organization_id, limit)

    def tell(self, request_id: str) -> int:
        """Tell the seller of a confirmed request by mail (one a day at most) and webhooks; return how many are new."""
        return self.store.tell(request_id, self.profile.local_date(self.clock.now()))

    def _acknowledge(self, organization_id: str, by: str, request_id: str) -> Answer:
        for _ in range(ATTEMPTS):
            try:
                return self.store.acknowledge(organization_id, request_id, by, self.clock.now())
            except ChangedMeanwhileError:
                continue
        raise UnavailableError("Too many changes at the same moment. Please try again.")


def as_csv(entries: Sequence[Entry]) -> str:
    """Return entries as CSV with a header; numbers in E.164."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        row = (entry.number.e164, entry.change, to_text(entry.requested_at), entry.due_on, entry.request_id)
        writer.writerow((*row, entry.sequence))
    return out.getvalue()
