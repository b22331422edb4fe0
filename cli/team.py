"""Your organization's people, agents and machine clients: `me`, `members`, `invitations`, `agents`, `clients`."""

from typing import Annotated, Any

import typer

from cli import output
from cli.api import Api
from cli.app import ApiOption, JsonOption, app, command
from cli.config import load

members = typer.Typer(help="The people of your organization.", no_args_is_help=True)
invitations = typer.Typer(help="Invitations into your organization.", no_args_is_help=True)
agents = typer.Typer(help="Telemarketers that act for your SAN.", no_args_is_help=True)
clients = typer.Typer(help="Machine clients.", no_args_is_help=True)
for group, name in ((members, "members"), (invitations, "invitations"), (agents, "agents"), (clients, "clients")):
    app.add_typer(group, name=name)

SubArgument = Annotated[str, typer.Argument(help="User id: quietline members list.")]
SanArgument = Annotated[str, typer.Argument(help="Subscription account number.")]
ClientArgument = Annotated[str, typer.Argument(help="Client id: quietline clients list.")]


def _show(json_output: bool, found: Any, headers: tuple[str, ...], rows: list[list[str]], none: str) -> None:
    if json_output:
        output.emit(found)
    elif rows:
        output.table(headers, rows)
    else:
        output.say(none)


@command(app, "me")
def me(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Show who you are, where you belong, and the SANs that you may act for."""
    found = Api(load(api)).get("/v1/me")
    if json_output:
        output.emit(found)
        return
    output.say(f"{found['email']} ({found['sub']}), second factor: {'yes' if found['mfa'] else 'no'}")
    if found["organization_id"]:
        output.say(f"{found['role']} of {found['organization_name']} ({found['organization_id']}), {found['status']}")
        output.say(f"Acts for: {', '.join(found['acts_for']) or 'no SAN yet; run: quietline certify'}")
    else:
        output.say("No organization yet; run: quietline organization create, or follow the link of an invitation.")


@command(members, "list")
def list_members(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List the members, the oldest first."""
    found = Api(load(api)).get("/v1/members")["members"]
    rows = [[one["sub"], one["email"], one["role"], "yes" if one["mfa"] else "no", one["since"][:10]] for one in found]
    _show(json_output, found, ("user", "e-mail", "role", "second factor", "since"), rows, "Nobody.")


@command(members, "role")
def change_role(
    sub: SubArgument,
    role: Annotated[str, typer.Argument(help="representative or downloader.")],
    api: ApiOption = None,
) -> None:
    """Give a member another role."""
    Api(load(api)).put(f"/v1/members/{sub}", {"role": role})
    output.say(f"Changed to {role}.", "green")


@command(members, "remove")
def remove_member(sub: SubArgument, api: ApiOption = None) -> None:
    """Take a member out, at once; with your own id you leave."""
    Api(load(api)).delete(f"/v1/members/{sub}")
    output.say("Removed.", "green")


@command(members, "history")
def history(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Show the newest changes of the team."""
    found = Api(load(api)).get("/v1/members/changes")["changes"]
    rows = [[one["at"], one["what"], one["by"], one["subject"], one["detail"]] for one in found]
    _show(json_output, found, ("at", "what", "by", "whom or what", ""), rows, "Nothing yet.")


@command(invitations, "send")
def invite(
    email: Annotated[str, typer.Argument(help="Whom to invite.")],
    role: Annotated[str, typer.Option(help="representative or downloader.")] = "downloader",
    language: Annotated[str, typer.Option(help="Language of the mail: en or es.")] = "en",
    api: ApiOption = None,
) -> None:
    """Invite a person by mail; the link in it works once."""
    made = Api(load(api)).post("/v1/invitations", {"email": email, "role": role, "language": language})
    output.say(f"Invited {made['email']} as {role}, until {made['expires_at']}.", "green")


@command(invitations, "list")
def list_invitations(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List open invitations."""
    found = Api(load(api)).get("/v1/invitations")["invitations"]
    rows = [
        [one["id"], one["email"], one["role"], one["expires_at"] + (" (expired)" if one["expired"] else "")]
        for one in found
    ]
    _show(json_output, found, ("invitation", "e-mail", "role", "until"), rows, "No open invitations.")


@command(invitations, "resend")
def resend(invitation_id: str, api: ApiOption = None) -> None:
    """Send an invitation again; the link before works no more."""
    Api(load(api)).send(f"/v1/invitations/{invitation_id}/mails")
    output.say("Sent.", "green")


@command(invitations, "withdraw")
def withdraw(invitation_id: str, api: ApiOption = None) -> None:
    """Withdraw an invitation."""
    Api(load(api)).delete(f"/v1/invitations/{invitation_id}")
    output.say("Withdrawn.", "green")


@command(invitations, "accept")
def accept(
    token: Annotated[str, typer.Argument(help="The link in the mail, or its part behind token=.")],
    api: ApiOption = None,
) -> None:
    """Accept an invitation, signed in with the address that was invited."""
    made = Api(load(api)).post("/v1/invitations/accept", {"token": token.rpartition("token=")[2]})
    output.say(f"You are {made['role']} of {made['organization_id']} now.", "green")


@command(agents, "add")
def add_agent(san: SanArgument, api: ApiOption = None) -> None:
    """Let a telemarketer act for your SAN; name it by its own."""
    made = Api(load(api)).post("/v1/agents", {"san": san})
    output.say(f"{made['name']} may act for your SAN.", "green")


@command(agents, "list")
def list_agents(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List who may act for your SAN."""
    found = Api(load(api)).get("/v1/agents")["agents"]
    rows = [[one["san"], one["name"], one["since"][:10]] for one in found]
    _show(json_output, found, ("SAN", "name", "since"), rows, "Nobody acts for your SAN.")


@command(agents, "remove")
def remove_agent(san: SanArgument, api: ApiOption = None) -> None:
    """Take an agent's authorization back, at once."""
    Api(load(api)).delete(f"/v1/agents/{san}")
    output.say("Taken back.", "green")


@command(agents, "for")
def agencies(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List the sellers that your organization may act for; then: quietline --san <SAN> pull lists/."""
    found = Api(load(api)).get("/v1/agencies")["agencies"]
    rows = [[one["san"], one["name"], one["since"][:10]] for one in found]
    _show(json_output, found, ("SAN", "name", "since"), rows, "Your organization may act for nobody else.")


@command(clients, "create")
def create_client(
    name: Annotated[str, typer.Argument(help="A name for your own use.")],
    bound_to: Annotated[str, typer.Option("--for-san", help="The one SAN that it acts for.")] = "",
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Create a machine client; its secret is shown this once."""
    body = {"name": name, **({"san": bound_to} if bound_to else {})}
    _secret(Api(load(api)).post("/v1/clients", body), json_output)


@command(clients, "list")
def list_clients(api: ApiOption = None, json_output: JsonOption = False) -> None:
    """List machine clients and when each was last seen."""
    found = Api(load(api)).get("/v1/clients")["clients"]
    rows = [
        [one["client_id"], one["name"], one["san"] or "", one["last_used_at"] or "never", one["ends_at"] or ""]
        for one in found
    ]
    _show(json_output, found, ("client", "name", "SAN", "last used", "ends"), rows, "No machine clients.")


@command(clients, "rotate")
def rotate_client(client_id: ClientArgument, api: ApiOption = None, json_output: JsonOption = False) -> None:
    """Make a client in another's place; the old one works on for two days, or until you delete it."""
    _secret(Api(load(api)).post(f"/v1/clients/{client_id}/rotation"), json_output)


@command(clients, "delete")
def delete_client(client_id: ClientArgument, api: ApiOption = None) -> None:
    """Delete a machine client, at once."""
    Api(load(api)).delete(f"/v1/clients/{client_id}")
    output.say("Deleted.", "green")


def _secret(made: dict[str, Any], json_output: bool) -> None:
    if json_output:
        output.emit(made)
        return
    for label in ("client_id", "client_secret", "token_url", "scope"):
        typer.echo(f"{label}: {made[label]}")
    output.say("Keep the secret now: it cannot be shown again.")
