"""Commands of sellers: organization, certification, orders, payment.

`register` adds them to the app; the API client comes from there, so that sign-in and problems are handled in one place.
"""

import time
import uuid
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.console import Console
from rich.table import Table

from cli import output
from cli.app import command
from cli.errors import RefusedError, UsageError
from cli.quote import named_areas
from cli.record import Api, add_closing, add_record

WHY = {
    "free": "free",
    "full": "at the year's fee",
    "late": "at the fee of the term's later part",
    "band": "in the price of this many",
    "paid": "paid before",
    "cap": "above the most that a term costs",
    "exempt": "exempt",
    "held": "held already",
}
"""What `LineKind` says to people; `quietline quote` explains each line in a sentence."""
WAIT_SECONDS = 60


def register(app: typer.Typer, api: Callable[[], Api]) -> None:
    """Add the sellers' commands to `app`.

    Args:
        app: the `quietline` command.
        api: makes the signed-in client, called by each command.
    """
    console = Console()
    _add_organization(app, api, console)
    _add_orders(app, api, console)


def _add_organization(app: typer.Typer, api: Callable[[], Api], console: Console) -> None:
    organization = typer.Typer(help="Your organization.", no_args_is_help=True)
    app.add_typer(organization, name="organization")

    @command(organization, "create")
    def create(
        *,
        name: Annotated[str, typer.Option(help="Legal name.")],
        line1: Annotated[str, typer.Option(help="Street and house number.")],
        city: Annotated[str, typer.Option()],
        region: Annotated[str, typer.Option(help="State.")],
        postal_code: Annotated[str, typer.Option()],
        contact: Annotated[str, typer.Option(help="Name of the contact person.")],
        email: Annotated[str, typer.Option(help="Where invoices and notices go.")],
        kind: Annotated[str, typer.Option("--type", help="seller, telemarketer, exempt or sandbox.")] = "seller",
        exempt_reason: Annotated[str, typer.Option(help="Why it is exempt, of an exempt one.")] = "",
        country: Annotated[str, typer.Option(help="ISO 3166 code.")] = "US",
        language: Annotated[str, typer.Option(help="en or es.")] = "en",
    ) -> None:
        """Create your organization; you become its authorized representative."""
        address = {"line1": line1, "city": city, "region": region, "postal_code": postal_code, "country": country}
        body = {"name": name, "type": kind, "address": address, "language": language}
        body |= {"exempt_reason": exempt_reason} if exempt_reason else {}
        made = api().post("/v1/organizations", body | {"contact": {"name": contact, "email": email}})
        output.say(f"Created {made['name']} ({made['id']}).")
        output.say("Next: quietline mfa enroll, if you have no second factor yet; then quietline certify")

    add_record(organization, api, console)
    add_closing(organization, api, console)

    @command(app, "certify")
    def certify(
        version: Annotated[
            str, typer.Option(help="Version of the text that you have read, for scripts; else it is shown and asked.")
        ] = "",
        language: Annotated[str, typer.Option(help="en or es.")] = "en",
    ) -> None:
        """Certify how the registry will be used; the first time issues your SAN."""
        signed_in = api()
        if not version:
            current = signed_in.get(f"/v1/certifications/current?{urlencode({'language': language})}")
            console.print(f"{current['text']} (version {current['version']})")
            typer.confirm("Do you certify this for your organization?", abort=True)
            version = current["version"]
        made = signed_in.post("/v1/certifications", {"version": version, "language": language})
        console.print(f"Certified version {made['version']}. SAN: {made['san']}")


def _add_orders(app: typer.Typer, api: Callable[[], Api], console: Console) -> None:
    @command(app, "order")
    def order(
        areas: Annotated[list[str], typer.Argument(help="Area codes, by spaces or commas.")],
        *,
        renew: Annotated[bool, typer.Option("--renew", help="For the term after the running one.")] = False,
    ) -> None:
        """Order areas; free ones are active at once."""
        body = {"areas": named_areas(areas)} | ({"renew": True} if renew else {})
        made = api().post("/v1/orders", body, idempotency_key=uuid.uuid4().hex)
        _show_price(console, made)
        next_step = "" if made["state"] == "active" else f" Next: quietline pay {made['id']}"
        output.say(f"Order {made['id']}: {made['state']}.{next_step}")

    @command(app, "pay")
    def pay(
        order_id: Annotated[str, typer.Argument(help="Id of the order.")],
        payment_method: Annotated[
            str, typer.Option(help="The payment server's id, e.g. pm_card_visa; left out, where to pay is told.")
        ] = "",
    ) -> None:
        """Tell where an order is paid; or pay it with a payment method and wait until it is active."""
        signed_in = api()
        with console.status("Waiting for the invoice"):
            _wait(signed_in, order_id, {"awaiting_invoice"})
        if not payment_method:
            _tell_where(signed_in.get(f"/v1/orders/{order_id}"))
            return
        signed_in.post(
            f"/v1/orders/{order_id}/payments", {"payment_method": payment_method}, idempotency_key=uuid.uuid4().hex
        )
        with console.status("Paying"):
            state = _wait(signed_in, order_id, {"awaiting_payment"})
        if state != "active":
            output.say(f"Order {order_id}: {state}. Try again with: quietline pay {order_id}")
            raise typer.Exit(1)
        output.say(f"Order {order_id} is paid and active.")


def _tell_where(order: dict[str, Any]) -> None:
    if order["state"] not in ("awaiting_payment", "payment_failed"):
        raise RefusedError(f"There is nothing to pay: the order is {order['state']}.")
    if not order["invoice_url"]:
        raise UsageError("The payment server has no page for it: give --payment-method.")
    output.say(f"Pay {output.money(order['total'])} at {order['invoice_url']}")
    output.say("The areas are yours as soon as it is paid.")


def _wait(api: Api, order_id: str, while_in: set[str]) -> str:
    deadline = time.monotonic() + WAIT_SECONDS
    while (state := str(api.get(f"/v1/orders/{order_id}")["state"])) in while_in:
        if time.monotonic() > deadline:
            break
        time.sleep(1)
    return state


def _show_price(console: Console, priced: dict[str, Any]) -> None:
    table = Table("Areas", "", "Each", "Amount")
    for line in priced["lines"]:
        why = WHY.get(line["kind"], line["kind"])
        table.add_row(str(line["count"]), why, output.money(line["unit"]), output.money(line["amount"]))
    table.add_row("", "total", "", output.money(priced["total"]))
    console.print(table)
    console.print(f"Term: {priced['term_start']} until before {priced['term_end']}")
