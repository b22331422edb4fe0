"""`quietline ops ledger …`: the proof that the books are right, and the books themselves."""

import csv
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import config, output
from cli.app import ApiOption, JsonOption, command, ops
from cli.errors import NotVerifiedError, RefusedError, UsageError
from cli.ops import connect

if TYPE_CHECKING:
    from quietline.ledger.model import Entry
    from quietline.orders.audit import Finding

group = typer.Typer(help="The ledger of orders, payments, refunds and disputes.", no_args_is_help=True)
ops.add_typer(group, name="ledger")

COLUMNS = ("at", "entry", "kind", "organization", "order", "invoice", "account", "debit", "credit", "currency")


@command(group, "check")
def check(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Prove the books: entries balance, and states and entitlements follow from them. Ends with 5 if not.

    Each order's stored history is replayed, and what it must be is computed once more from the ledger alone.
    """
    registry = _connected(api)
    from quietline import bootstrap

    report = bootstrap.audit(registry.sellers_table, registry.profile).check()
    held = [
        {"currency": currency, "account": account, "minor": amount}
        for (currency, account), amount in report.balances.items()
    ]
    if json_output:
        output.emit(
            {
                "orders": report.orders,
                "entries": report.entries,
                "entitlements": report.entitlements,
                "balances": held,
                "differences": [asdict(one) for one in report.differences],
                "problems": [asdict(one) for one in report.problems],
            }
        )
    else:
        output.table(
            ("account", "debit", "credit", "currency"),
            [(str(one["account"]), *_sides(int(str(one["minor"]))), str(one["currency"])) for one in held],
        )
        _list("does not fit", report.differences)
        _list("waits for a person", report.problems)
        parts = (
            output.counted(report.orders, "order"),
            output.counted(report.entries, "ledger entry").replace("entrys", "entries"),
            output.counted(report.entitlements, "entitlement"),
        )
        output.say(f"Replayed: {', '.join(parts)}.")
    if report.differences:
        raise NotVerifiedError(f"{output.counted(len(report.differences), 'difference')} in the books.")
    if not json_output:
        output.say("The books balance, and states and entitlements follow from them.", "green")


@command(group, "export")
def export(
    path: Annotated[Path | None, typer.Option("--csv", help="The file to write; left out, standard output.")] = None,
    api: ApiOption = None,
) -> None:
    """Write the whole ledger as CSV, a row for each posting, oldest first; amounts in minor units."""
    registry = _connected(api)
    from quietline import bootstrap

    entries = bootstrap.ledger(registry.sellers_table).whole().entries
    if path is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows(_rows(entries))
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(_rows(entries))
    output.say(f"{len(entries):,} entries are in {path}.", "green")


@command(group, "order")
def order(
    order_id: Annotated[str, typer.Argument(metavar="ORDER", help="Id of the order.")],
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show why an order is what it is: every event of its history, oldest first, and its entries in the ledger."""
    registry = _connected(api)
    from quietline import bootstrap
    from quietline.kernel.clock import to_text

    store = bootstrap.order_store(registry.sellers_table)
    found = store.get(order_id)
    if found is None:
        raise RefusedError("There is no such order.")
    events = list(store.history(order_id))
    statement = bootstrap.ledger(registry.sellers_table).statement(found.organization_id)
    entries = [one for one in statement.entries if one.order_id == order_id]
    if json_output:
        output.emit(
            {
                "order": order_id,
                "organization": found.organization_id,
                "state": found.state,
                "history": [json.loads(json.dumps(asdict(one), default=to_text)) for one in events],
                "entries": [json.loads(json.dumps(asdict(one), default=to_text)) for one in entries],
            }
        )
        return
    output.say(f"Order {order_id} of {found.organization_id}, {found.total.text()}: {found.state}.")
    output.table(
        ("", "at", "was", "is", "cause", "by"),
        [(str(one.number), to_text(one.at), str(one.was or ""), str(one.state), one.cause, one.by) for one in events],
    )
    rows = [
        (to_text(entry.at), entry.id, one.account, *_sides(one.amount)) for entry in entries for one in entry.postings
    ]
    output.table(("at", "entry", "account", "debit", "credit"), rows)


def _rows(entries: "Iterable[Entry]") -> "Iterable[tuple[str, ...]]":
    from quietline.kernel.clock import to_text

    yield COLUMNS
    for entry in entries:
        for one in entry.postings:
            yield (
                to_text(entry.at),
                entry.id,
                entry.kind,
                entry.organization_id,
                entry.order_id,
                entry.invoice_id,
                one.account,
                *_sides(one.amount),
                entry.currency,
            )


def _sides(amount: int) -> tuple[str, str]:
    return (str(amount), "") if amount > 0 else ("", str(-amount))


def _list(title: str, found: "tuple[Finding, ...]") -> None:
    if found:
        output.table(
            ("organization", "order", title), [(one.organization_id, one.order_id, one.sentence) for one in found]
        )


def _connected(api: str | None) -> config.Config:
    registry = config.load(api)
    if not registry.sellers_table:
        raise UsageError("Set QUIETLINE_SELLERS_TABLE to the table's name.")
    connect(registry)
    return registry
