"""`quietline status`: where one is signed in, the newest list, and how old the lists of a folder are."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import config, output, tokens
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import CliError, RefusedError, StaleError
from cli.folder import Folder

WARN_DAYS = 10
"""From so many days left on, a list is shown as ageing; the law's own limit comes with each receipt."""


@command(app, "status")
def status(
    folder: Annotated[Path | None, typer.Argument(help="A pulled folder.")] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show the sign-in and the newest list; with a folder, each list's age and the days it may still be used.

    With a folder it ends with code 7 when a list in it is too old, so that a script can stop dialling.
    """
    registry = config.load(api)
    session = tokens.TokenStore().get(registry.api)
    report: dict[str, Any] = {
        "api": registry.api,
        "signed_in_as": session and session.kind,
        "newest_list": _newest(registry),
        "files": _files(folder) if folder else [],
    }
    expired = [file["area"] for file in report["files"] if file["days_left"] < 0]
    if json_output:
        output.emit(report)
    else:
        _show(report, folder)
    if expired:
        raise StaleError(f"Too old to be used: {', '.join(expired)}. Run quietline pull {folder}.")


def _newest(registry: config.Config) -> str | None:
    from cli.api import Api
    from cli.trust import KeySet, payload_of

    client = Api(registry)
    try:
        signed = client.text("/v1/manifests/latest").decode("ascii", "replace")
    except RefusedError as error:
        if error.problem.get("type") == "/problems/not-published":
            return None
        raise
    keys = KeySet(client.get("/.well-known/jwks.json", signed_in=False))
    return str(payload_of(keys, signed, "manifest")["date"])


def _files(folder: Path) -> list[dict[str, Any]]:
    held = Folder(folder).state().get("files", {})
    if not held:
        raise CliError(f"Nothing was pulled into {folder} yet.", (f"Pull: quietline pull {folder}",))
    today = datetime.now(UTC).date()
    rows = []
    for key, file in sorted(held.items()):
        area, kind, format_ = key.split(" ")
        left = (date.fromisoformat(file["valid_until"]) - today).days
        age = (today - date.fromisoformat(file["list_date"])).days
        rows.append({"area": area, "kind": kind, "format": format_, "age_days": age, "days_left": left} | file)
    return rows


def _show(report: dict[str, Any], folder: Path | None) -> None:
    who = {"user": "signed in as a person", "machine": "signed in as a machine client"}.get(
        str(report["signed_in_as"]), "not signed in"
    )
    output.say(f"{report['api']}: {who}")
    newest = report["newest_list"]
    output.say(f"Newest list: {newest}" if newest else "No list has been published yet.")
    if folder is None:
        return
    styles = [_style(file["days_left"]) for file in report["files"]]
    rows = [
        [file["area"], file["kind"], file["list_date"], f"{file['age_days']} days", str(max(0, file["days_left"]))]
        for file in report["files"]
    ]
    output.table(("area", "kind", "list of", "age", "days left"), rows, styles)


def _style(days_left: int) -> str:
    if days_left < 0:
        return "red"
    return "yellow" if days_left <= WARN_DAYS else "green"
