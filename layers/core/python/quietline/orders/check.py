"""The comparison with the payment server: what its webhooks should have told us, and did not, is found and healed.

Each night, and when an operator asks, every invoice of ours is read at the payment server and its order follows, as
after a webhook; invoices there that we know nothing of are found too. What had to change is a difference: listed in
the run's record and counted. A run goes on step by step, each a message of the payments queue, so that it may be
interrupted anywhere, waits while the server is down, and takes no longer than its queue's worker has.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.orders.billing import Billing, Outcome
from quietline.orders.model import Invoice, Order
from quietline.orders.ports import Orders, PaymentServer
from quietline.profiles.profile import Profile

NIGHTLY = "nightly"
"""What the schedule calls its run; stored by its date."""
LOOK_BACK = timedelta(days=3)
"""How far back a run looks for invoices that we know nothing of: two nights may fail."""
SETTLE = timedelta(minutes=15)
"""What is younger may have its webhook still on the way: it is applied and not called missed."""
OF_A_STEP = 20
STEP_SECONDS = 60
MOST_LISTED = 200
FOLLOWED = frozenset(Outcome) - {Outcome.MISMATCH, Outcome.IGNORED}
SPAN = timedelta(days=1200)
"""After which an invoice is not looked at any more: the longest term that is sold, and a year for disputes."""


class CheckState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class Difference:
    """An order that had to follow the payment server; `fresh` when its webhook may still have been on its way."""

    invoice_id: str
    order_id: str
    organization_id: str
    outcome: str
    was: str
    now: str
    fresh: bool = False


@dataclass(frozen=True)
class CheckRun:
    """One run of the comparison.

    Attributes:
        since: from when on invoices of the server are looked for that we know nothing of.
        by: who asked; empty for the schedule.
        cursor: where among our invoices the next step begins; empty before the first step.
        checked: invoices compared.
        found: differences that a webhook should have told of.
        fresh: changes so young that their webhook may still have been on its way.
        differences: the first 200 of both.
    """

    id: str
    since: datetime
    started_at: datetime
    by: str = ""
    state: CheckState = CheckState.RUNNING
    cursor: str = ""
    checked: int = 0
    found: int = 0
    fresh: int = 0
    differences: tuple[Difference, ...] = ()
    finished_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is another step to do."""
        return self.state is CheckState.RUNNING


class Checks(Protocol):
    """Where runs are kept, and our invoices in the order of time."""

    def begin(self, run: CheckRun) -> CheckRun:
        """Store a new run; return the stored one when there is one of that id already."""
        ...

    def get(self, check_id: str) -> CheckRun | None:
        """Return a run."""
        ...

    def newest(self, limit: int) -> list[CheckRun]:
        """Return the newest runs, newest first."""
        ...

    def replace(self, before: CheckRun, after: CheckRun) -> bool:
        """Store what a step found; False when another worker did that step meanwhile."""
        ...

    def invoices(self, after: str, limit: int) -> list[tuple[str, str, str]]:
        """Return (cursor, invoice id, order id) of our invoices behind a cursor, oldest first."""
        ...

    def cursor_at(self, instant: datetime) -> str:
        """Return the cursor before the first invoice stored at or after an instant."""
        ...


@dataclass(frozen=True)
class PaymentCheck:
    """Runs the comparison."""

    checks: Checks
    orders: Orders
    server: PaymentServer
    billing: Billing
    clock: Clock
    profile: Profile

    def step(self, check_id: str) -> tuple[CheckRun, list[Difference]]:
        """Do the next step of a run; the scheduled one begins at its first.

        Returns:
            The run as it is then, and what this step found, without what is fresh.

        Raises:
            NotFoundError: there is no such run.
            UnavailableError: the payment server does not answer; the step can be done again.
        """
        run = self._run(check_id)
        if not run.is_running:
            return run, []
        found, after = self._strangers(run) if not run.cursor else self._ours(run)
        told = [one for one in found if not one.fresh]
        return (after, told) if self.checks.replace(run, after) else (self._run(run.id), [])

    def _run(self, check_id: str) -> CheckRun:
        now = self.clock.now()
        if check_id == NIGHTLY:
            day = self.profile.local_date(now).isoformat()
            return self.checks.begin(CheckRun(day, now - LOOK_BACK, now))
        found = self.checks.get(check_id)
        if found is None:
            raise NotFoundError("There is no such comparison.")
        return found

    def _strangers(self, run: CheckRun) -> tuple[list[Difference], CheckRun]:
        """Look at the server's invoices for those that no order of ours has."""
        found = []
        for invoice_id, order_id in self.server.invoices(run.since):
            order = self.orders.get(order_id) if order_id else None
            if order is None or order.invoice_id == invoice_id:
                continue
            outcome = self._reconciled(run, invoice_id)
            if outcome not in (Outcome.NOTHING, Outcome.IGNORED):
                found.append(_difference(invoice_id, order, self.orders.get(order_id), outcome))
        return found, _grown(run, found, cursor=self.checks.cursor_at(self.clock.now() - SPAN))

    def _ours(self, run: CheckRun) -> tuple[list[Difference], CheckRun]:
        """Compare some of our invoices."""
        begun, cursor, checked = self.clock.now(), run.cursor, 0
        found: list[Difference] = []
        page = self.checks.invoices(run.cursor, OF_A_STEP)
        for place, invoice_id, order_id in page:
            if (self.clock.now() - begun).total_seconds() > STEP_SECONDS:
                break
            before = self.orders.get(order_id)
            try:
                outcome = self._reconciled(run, invoice_id)
            except UnavailableError:
                if not checked:
                    raise
                break  # what was found so far is kept; the next step waits for the server
            cursor, checked = place, checked + 1
            if outcome is Outcome.NOTHING:
                continue
            after = self.orders.get(order_id)
            # one that the server says nothing of (ignored) is a difference as well
            followed = outcome in FOLLOWED
            fresh = followed and after is not None and self._is_fresh(after.invoice)
            found.append(replace(_difference(invoice_id, before, after, outcome), fresh=fresh))
        grown = _grown(run, found, cursor=cursor, checked=checked)
        if len(page) < OF_A_STEP and checked == len(page):
            grown = replace(grown, state=CheckState.DONE, finished_at=self.clock.now())
        return found, grown

    def _reconciled(self, run: CheckRun, invoice_id: str) -> str:
        try:
            return self.billing.reconcile(invoice_id, f"reconciliation:{run.id}")
        except UnavailableError:
            raise
        except Exception as error:
            # one invoice that nobody thought of must not hide what there is to find behind it
            return f"failed: {type(error).__name__}"

    def _is_fresh(self, invoice: Invoice | None) -> bool:
        if invoice is None:
            return False
        moments = [invoice.paid_at, invoice.voided_at, invoice.uncollectible_at]
        moments += [one.at for one in invoice.payments]
        moments += [one.at for one in invoice.refunds]
        moments += [one.at for one in invoice.disputes]
        young = self.clock.now() - SETTLE
        return any(moment > young for moment in moments if moment)


def _difference(invoice_id: str, before: Order | None, after: Order | None, outcome: str) -> Difference:
    known = after or before
    return Difference(
        invoice_id=invoice_id,
        order_id=known.id if known else "",
        organization_id=known.organization_id if known else "",
        outcome=outcome,
        was=before.state if before else "",
        now=after.state if after else "",
    )


def _grown(run: CheckRun, found: list[Difference], cursor: str, checked: int = 0) -> CheckRun:
    fresh = sum(one.fresh for one in found)
    return replace(
        run,
        cursor=cursor,
        checked=run.checked + checked,
        fresh=run.fresh + fresh,
        found=run.found + len(found) - fresh,
        differences=(*run.differences, *found)[:MOST_LISTED],
    )
