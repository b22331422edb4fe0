"""`quietline organization show|edit|history`: the organization's record."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console

from cli import output
from cli.app import JsonOption, command
from cli.errors import UsageError

ADDRESS = ("line1", "line2", "city", "region", "postal_code", "country")


class Api(Protocol):
    """A signed-in client of the API; it ends the program with the problem's sentence when a call is refused."""

    def get(self, path: str) -> dict[str, Any]:
        """Return the answer of a GET."""
        ...

    def post(self, path: str, body: dict[str, Any], idempotency_key: str = "") -> dict[str, Any]:
        """Return the answer of a POST."""
        ...

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of a PATCH."""
        ...


def add_record(group: typer.Typer, api: Callable[[], Api], console: Console) -> None:
    """Add the commands of the record to `quietline organization`."""

    @command(group, "show")
    def show(json_output: JsonOption = False) -> None:
        """Show your organization and what it may download."""
        signed_in = api()
        found, held = signed_in.get("/v1/organizations/mine"), signed_in.get("/v1/entitlements")
        if json_output:
            output.emit(found | {"areas": held["areas"]})
            return
        console.print(f"{found['name']} ({found['type']}), {found['id']}, {found['status']}")
        if found["status_reason"]:
            console.print(f"Why: {found['status_reason']}")
        address = found["address"]
        places = [address["line1"], address["line2"], address["city"]]
        places += [f"{address['region']} {address['postal_code']}", address["country"]]
        console.print(f"Address: {', '.join(place for place in places if place)}")
        console.print(f"Contact: {found['contact_name']}; phone: {found['phone'] or 'none'}", highlight=False)
        tax_id = found["tax_id"]
        console.print(f"Tax id: {tax_id['number'] + ' (' + tax_id['kind'] + ')' if tax_id else 'none'}")
        console.print(f"SAN: {found['san'] or 'none yet; run: quietline certify'}")
        none = "none" if found["status"] == "closed" else "none yet; run: quietline order"
        console.print(f"Areas: {', '.join(held['areas']) or none}")

    @command(group, "edit")
    def edit(
        *,
        name: Annotated[str | None, typer.Option(help="Legal name.")] = None,
        kind: Annotated[str | None, typer.Option("--type", help="seller, telemarketer or exempt.")] = None,
        exempt_reason: Annotated[str | None, typer.Option(help="Why it is exempt, of an exempt one.")] = None,
        line1: Annotated[str | None, typer.Option(help="Street and house number.")] = None,
        line2: Annotated[str | None, typer.Option(help="Suite, floor.")] = None,
        city: Annotated[str | None, typer.Option()] = None,
        region: Annotated[str | None, typer.Option(help="State.")] = None,
        postal_code: Annotated[str | None, typer.Option()] = None,
        country: Annotated[str | None, typer.Option(help="ISO 3166 code.")] = None,
        phone: Annotated[str | None, typer.Option(help="With its area code; empty for none.")] = None,
        tax_id: Annotated[str | None, typer.Option(help="As ein:12-3456789; `ein:` clears it.")] = None,
        contact: Annotated[str | None, typer.Option(help="Name of the contact person.")] = None,
        email: Annotated[str | None, typer.Option(help="Where invoices and notices go.")] = None,
        language: Annotated[str | None, typer.Option(help="en or es.")] = None,
    ) -> None:
        """Change your organization; what is left out stays."""
        signed_in = api()
        found = signed_in.get("/v1/organizations/mine")
        plain = {"name": name, "type": kind, "exempt_reason": exempt_reason, "phone": phone, "language": language}
        given: dict[str, Any] = {key: value for key, value in plain.items() if value is not None}
        moved = dict(zip(ADDRESS, (line1, line2, city, region, postal_code, country), strict=True))
        if any(value is not None for value in moved.values()):
            given["address"] = found["address"] | {key: value for key, value in moved.items() if value is not None}
        if tax_id is not None:
            which, separator, number = tax_id.partition(":")
            if not separator:
                raise UsageError("Give the tax id with its kind, as ein:12-3456789.")
            given["tax_id"] = {"kind": which, "number": number}
        person = {key: value for key, value in (("name", contact), ("email", email)) if value is not None}
        given |= {"contact": person} if person else {}
        if not given:
            raise UsageError("Say what is to be changed; see --help.")
        made = signed_in.patch(f"/v1/organizations/{found['id']}", given | {"version": found["version"]})
        console.print("Nothing was different." if made["version"] == found["version"] else "Changed.")

    @command(group, "history")
    def history(json_output: JsonOption = False) -> None:
        """Show what happened to your organization, newest first."""
        signed_in = api()
        own = signed_in.get("/v1/organizations/mine")["id"]
        found = signed_in.get(f"/v1/organizations/{own}/events")["events"]
        if json_output:
            output.emit(found)
            return
        rows = [
            [one["at"], one["action"], one["by"], "; ".join(f"{k}: {v}" for k, v in one["detail"].items())]
            for one in found
        ]
        output.table(("at", "what", "by", ""), rows)


def add_closing(group: typer.Typer, api: Callable[[], Api], console: Console) -> None:
    """Add `quietline organization close`."""

    @command(group, "close")
    def close(
        name: Annotated[str | None, typer.Option(help="The name, to confirm; else it is asked for.")] = None,
    ) -> None:
        """Close your organization, for good. It gets no lists any more; its records stay; nothing is refunded."""
        signed_in = api()
        found = signed_in.get("/v1/organizations/mine")
        typed = name or typer.prompt(f"This cannot be undone. Type the name of the organization ({found['name']})")
        body = {"name": typed, "version": found["version"]}
        made = signed_in.post(f"/v1/organizations/{found['id']}/close", body)
        console.print(f"{made['name']} is {made['status']}. You can create or join another organization.")
