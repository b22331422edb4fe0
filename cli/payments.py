"""`quietline ops refund`, `ops credit`, `ops payments …` and `ops webhooks …`: operators and the payment server.

`quietline webhooks` is another thing: what an organization does with the webhooks that *we* send.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import NotVerifiedError, RefusedError, UnreachableError, UsageError
from cli.ops import connect
from cli.organizations import operator

if TYPE_CHECKING:
    from quietline.orders.check import CheckRun
    from quietline.orders.model import PaymentCommand
    from quietline.orders.ports import Orders
    from quietline.payments.replay import EventReplay

PATIENCE_SECONDS = 120
payments = typer.Typer(help="Orders and the payment server.", no_args_is_help=True)
webhooks = typer.Typer(help="Events that the payment server sent us.", no_args_is_help=True)
ops.add_typer(payments, name="payments")
ops.add_typer(webhooks, name="webhooks")

Since = Annotated[str, typer.Option("--since", help="YYYY-MM-DD or an instant such as 2026-11-24T15:00Z.")]


@command(ops, "refund")
def refund(
    order: Annotated[str, typer.Argument(help="Id of the order.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the refund. No names.")],
    *,
    amount: Annotated[str, typer.Option(help="In the order's currency, e.g. 85.00; left out, all that is left.")] = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Send the money of an order back. A refund of all of it ends the order's downloads; receipts stay valid."""
    registry = _connected(api)
    from quietline import bootstrap
    from quietline.kernel.money import Money

    desk = bootstrap.refunds(registry.sellers_table)
    with _refusals():
        found = desk.orders.get(order)
        asked = desk.request(order, _minor(amount, found.total.currency if found else ""), operator(), reason)

    done = _carried_out(desk.orders, asked.id, "refund")
    after = desk.orders.get(order)
    shown = {"command": done.id, "order": order, "amount": done.amount, "outcome": done.state}
    shown |= {"state": str(after.state) if after else "", "by": done.by, "reason": done.reason}
    if json_output:
        output.emit(shown)
    if done.state == "refused":
        raise RefusedError("The payment server did not send it back; look at the invoice there.")
    if not json_output:
        money = Money(done.amount, after.total.currency if after else "")
        output.say(f"{money.text()} went back; the order is {shown['state']}.", "green")


@command(ops, "credit")
def credit(
    organization: Annotated[str, typer.Argument(help="Id of the organization.")],
    amount: Annotated[str, typer.Option(help="In the registry's currency, e.g. 85.00.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the credit. No names.")],
    *,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Grant an organization credit. Its next invoice uses it by itself; the statement and the ledger show it."""
    registry = _connected(api)
    from quietline import bootstrap
    from quietline.kernel.money import Money
    from quietline.profiles.profile import load_profile

    grants = bootstrap.credit_grants(registry.sellers_table)
    currency = load_profile(registry.profile).currency
    with _refusals():
        asked = grants.request(organization, _minor(amount, currency) or 0, operator(), reason)
    done = _carried_out(grants.orders, asked.id, "credit")
    if json_output:
        shown = {"command": done.id, "organization": organization, "amount": done.amount, "currency": currency}
        output.emit(shown | {"outcome": done.state, "by": done.by, "reason": done.reason})
        return
    output.say(f"{Money(done.amount, currency).text()} of credit, {done.id}; the next invoice uses it.", "green")


@command(ops, "withdraw-credit")
def withdraw_credit(
    credit_id: Annotated[str, typer.Argument(metavar="CREDIT", help="Its id, as `ops credit` said it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the credit. No names.")],
    *,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Take back credit that was granted by mistake, as long as no invoice has used any of it."""
    registry = _connected(api)
    from quietline import bootstrap
    from quietline.kernel.money import Money
    from quietline.orders.credits import USED
    from quietline.profiles.profile import load_profile

    grants = bootstrap.credit_grants(registry.sellers_table)
    currency = load_profile(registry.profile).currency
    with _refusals():
        asked = grants.withdraw(credit_id, operator(), reason)
    done = _carried_out(grants.orders, asked.id, "withdrawal")
    if json_output:
        shown = {"command": done.id, "credit": credit_id, "organization": done.organization_id}
        shown |= {"outcome": done.state, "by": done.by, "reason": done.reason}
        output.emit(shown | {"amount": done.amount, "currency": currency})
    if done.state == "refused":
        raise RefusedError(USED)
    if not json_output:
        money = Money(done.amount, currency)
        output.say(f"{money.text()} of credit taken back from {done.organization_id}.", "green")


@command(payments, "check")
def check(
    since: Since = "",
    *,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Compare every order with the payment server; what its webhooks missed is healed and shown. Ends with 5 if any."""
    registry = _connected(api)
    from quietline import bootstrap
    from quietline.kernel.ids import new_ulid
    from quietline.orders.check import LOOK_BACK, CheckRun

    now = datetime.now(UTC)
    checks = bootstrap.payment_checks(registry.sellers_table)
    run = checks.begin(CheckRun(new_ulid(now), _instant(since) if since else now - LOOK_BACK, now, operator()))
    _queue(registry).send({"pk": f"PAYMENT_CHECK#{run.id}", "kind": "PAYMENT_CHECK"})

    def finished() -> "CheckRun | None":
        found = checks.get(run.id)
        return found if found and not found.is_running else None

    done: CheckRun = _wait(finished, f"The comparison {run.id} goes on: quietline ops payments runs")
    if json_output:
        output.emit(_shown(done))
    else:
        compared = output.counted(done.checked, "invoice")
        output.say(f"{compared} compared; {done.found} differed, {done.fresh} changed just now.")
        rows = [
            (one.order_id, one.invoice_id, one.was, one.now, "just now" if one.fresh else one.outcome)
            for one in done.differences
        ]
        if rows:
            output.table(("order", "invoice", "was", "is now", "outcome"), rows)
    if done.found:
        raise NotVerifiedError(f"{output.counted(done.found, 'order')} had not followed the payment server.")


@command(payments, "runs")
def runs(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List the newest comparisons."""
    registry = _connected(api)
    from quietline import bootstrap

    found = bootstrap.payment_checks(registry.sellers_table).newest(20)
    if json_output:
        output.emit([_shown(one) for one in found])
        return
    rows = [(one.id, one.started_at.isoformat(), one.state, str(one.checked), str(one.found)) for one in found]
    output.table(("run", "started", "state", "compared", "differed"), rows)


@command(webhooks, "list")
def listed(
    since: Since = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """List events that nobody worked on for 15 minutes or that do not fit their order, and the dead letters."""
    replay = _replay(_connected(api))
    events = replay.listed(_instant(since) if since else datetime.now(UTC) - timedelta(days=7), every=every)
    dead = replay.queue.dead()
    if json_output:
        shown = [asdict(one) | {"received_at": one.received_at.isoformat()} for one in events]
        output.emit({"events": shown, "dead_letters": dead})
        return
    rows = [(one.id, one.type, one.object_id, one.state, one.received_at.isoformat()) for one in events]
    output.table(("event", "type", "about", "state", "received"), rows)
    if dead:
        output.table(("dead letter",), [(str(one.get("pk")),) for one in dead])


@command(webhooks, "replay")
def replayed(
    events: Annotated[list[str] | None, typer.Argument(help="Ids of events.")] = None,
    *,
    since: Since = "",
    until: Annotated[str, typer.Option(help="With --since: the end; left out, now.")] = "",
    dead_letters: Annotated[bool, typer.Option("--dead-letters", help="Put every dead letter back.")] = False,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Work on events again. What the payment server says now decides, so it never does harm."""
    if bool(events) + bool(since) + dead_letters != 1 or (until and not since):
        raise UsageError("Give ids of events, or --since (and --until), or --dead-letters.")
    replay = _replay(_connected(api))
    from quietline.kernel.errors import NotFoundError

    try:
        if dead_letters:
            count = len(replay.revive())
        elif since:
            count = replay.replay_between(_instant(since), _instant(until) if until else datetime.now(UTC))
        else:
            count = replay.replay(events or [])
    except NotFoundError as error:
        raise RefusedError(str(error)) from error
    if json_output:
        output.emit({"replayed": count})
        return
    output.say(f"{output.counted(count, 'message')} put into the payments queue.", "green")


def _connected(api: str | None) -> config.Config:
    registry = config.load(api)
    if not registry.sellers_table or not registry.payments_queue_url or not registry.payments_dead_letters_url:
        raise UsageError(
            "Set QUIETLINE_SELLERS_TABLE, QUIETLINE_PAYMENTS_QUEUE and QUIETLINE_PAYMENTS_DEAD_LETTERS "
            "to the table's name and the queues' addresses."
        )
    connect(registry)
    return registry


def _queue(registry: config.Config) -> Any:
    from quietline import bootstrap

    return bootstrap.payments_queue(registry.payments_queue_url, registry.payments_dead_letters_url)


def _replay(registry: config.Config) -> "EventReplay":
    from quietline import bootstrap

    return bootstrap.event_replay(registry.sellers_table, _queue(registry))


@contextmanager
def _refusals() -> Iterator[None]:
    """Say why a command was not taken, as the command line says it."""
    from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError

    try:
        yield
    except (NotFoundError, ConflictError) as error:
        raise RefusedError(str(error)) from error
    except InvalidInputError as error:
        raise UsageError(error.fields[0].detail) from error


def _carried_out(orders: "Orders", command_id: str, what: str) -> "PaymentCommand":
    def read() -> "PaymentCommand | None":
        stored = orders.command(command_id)
        return stored if stored and stored.state != "requested" else None

    done: PaymentCommand = _wait(
        read, f"The {what} {command_id} waits for the payment server and is made as soon as it can."
    )
    return done


def _wait(read: Any, otherwise: str) -> Any:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = read()
        if found is not None:
            return found
        time.sleep(0.5)
    raise UnreachableError(otherwise)


def _minor(text: str, currency: str) -> int | None:
    from quietline.kernel.money import DECIMALS

    if not text:
        return None
    try:
        minor = Decimal(text).scaleb(DECIMALS.get(currency, 2))
    except InvalidOperation as error:
        raise UsageError("Give the amount as a number, e.g. 85 or 85.00.") from error
    if not minor.is_finite() or minor != int(minor):
        raise UsageError(f"{text} {currency} cannot be paid in coins.")
    return int(minor)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("Give the time as YYYY-MM-DD or YYYY-MM-DDTHH:MMZ.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown(run: "CheckRun") -> dict[str, Any]:
    return asdict(run) | {
        "since": run.since.isoformat(),
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
    }
