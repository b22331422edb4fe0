"""`quietline status`: where one is signed in, the newest list, and how old the lists of a folder are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import age, config, output, tokens
from cli.app import ApiOption, JsonOption, app, command
from cli.errors import CliError, NotVerifiedError, RefusedError, StaleError, UnreachableError, UsageError
from cli.folder import Folder, State
from cli.trust import KeySet, payload_of


@command(app, "status")
def status(
    folder: Annotated[Path | None, typer.Argument(help="A pulled folder.")] = None,
    api: ApiOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show the sign-in and the newest list; with a folder, each list's age and the days it may still be used.

    Ages come from the signed receipts. With a folder the registry need not be reachable, and the command ends with
    code 7 when a list in it is too old, so that a script can stop dialling.
    """
    report = _registry(api, required=folder is None)
    report["areas"] = _areas(folder) if folder else []
    if json_output:
        output.emit(report)
    else:
        _show(report, folder)
    expired = [row["area"] for row in report["areas"] if row["freshness"] == age.Freshness.EXPIRED]
    if expired:
        raise StaleError(f"Too old to be used: {', '.join(expired)}. Run quietline pull {folder}.")


def _registry(api: str | None, *, required: bool) -> dict[str, Any]:
    try:
        registry = config.load(api)
        session = tokens.TokenStore().get(registry.api)
        found = {"api": registry.api, "signed_in_as": session and session.kind, "newest_list": None, "trouble": None}
    except UsageError:
        if required:
            raise
        return {"api": None, "signed_in_as": None, "newest_list": None, "trouble": "No registry is known."}
    try:
        return found | {"newest_list": _newest(registry)}
    except (UnreachableError, RefusedError) as error:
        if required:
            raise
        return found | {"trouble": str(error)}


def _newest(registry: config.Config) -> str | None:
    from cli.api import Api

    client = Api(registry)
    try:
        signed = client.text("/v1/manifests/latest").decode("ascii", "replace")
    except RefusedError as error:
        if error.problem.get("type") == "/problems/not-published":
            return None
        raise
    keys = KeySet(client.get("/.well-known/jwks.json", signed_in=False))
    return str(payload_of(keys, signed, "manifest")["date"])


@dataclass(frozen=True)
class Receipts:
    """The receipts of a folder, each verified once."""

    folder: Folder
    keys: KeySet
    read: dict[str, Mapping[str, Any]]

    def of(self, state: State, area: str) -> Mapping[str, Any]:
        """Return the receipt for an area's list.

        Raises:
            NotVerifiedError: there is none, or it does not verify or is for another list.
        """
        held = state.areas[area]
        if held.receipt not in self.read:
            path = self.folder.receipts / f"{held.receipt}.jws"
            if not path.is_file():
                raise NotVerifiedError(f"The receipt for the list of area {area} is missing.", ("Pull again.",))
            signed = path.read_text(encoding="ascii", errors="replace")
            self.read[held.receipt] = payload_of(self.keys, signed, "receipt")
        receipt = self.read[held.receipt]
        if not any(entry["area"] == area and entry["sha256"] == held.sha256 for entry in receipt["areas"]):
            raise NotVerifiedError(f"The receipt does not name the list of area {area}.", ("Pull again.",))
        return receipt


def _areas(path: Path) -> list[dict[str, Any]]:
    folder = Folder(path)
    state = folder.state()
    if not state.areas:
        raise CliError(f"Nothing was pulled into {path} yet.", (f"Pull: quietline pull {path}",))
    receipts = Receipts(folder, folder.keys(), {})
    rows = []
    for area, held in state.areas.items():
        receipt = receipts.of(state, area)
        dates = {"list_date": receipt["list_date"], "valid_until": receipt["valid_until"]}
        old = age.of(**dates, profile=state.profile)
        row = {"area": area, **dates, "age_days": old.days, "days_left": old.days_left, "freshness": old.freshness}
        rows.append(row | {"count": held.count, "receipt": held.receipt})
    return rows


def _show(report: dict[str, Any], folder: Path | None) -> None:
    who = {"user": "signed in as a person", "machine": "signed in as a machine client"}.get(
        str(report["signed_in_as"]), "not signed in"
    )
    newest = f"Newest list: {report['newest_list']}" if report["newest_list"] else "No list has been published yet."
    if report["trouble"]:
        newest = f"Newest list: unknown. {report['trouble']}"
    if report["api"]:
        output.say(f"{report['api']}: {who}")
    output.say(newest)
    if folder is None:
        return
    rows = [
        [
            row["area"],
            row["list_date"],
            f"{max(0, row['age_days'])} days",
            str(max(0, row["days_left"])),
            row["valid_until"],
            f"{row['count']:,}",
        ]
        for row in report["areas"]
    ]
    styles = [age.STYLES[row["freshness"]] for row in report["areas"]]
    output.table(("area", "list of", "age", "days left", "until", "numbers"), rows, styles)
    ageing = [row["area"] for row in report["areas"] if row["freshness"] == age.Freshness.AGEING]
    if ageing:
        output.say(f"Ageing, pull soon: {', '.join(ageing)}.", "yellow")
