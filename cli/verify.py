"""`quietline verify`: a file or a signed text against the registry's keys, without any network."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import output
from cli.app import JsonOption, app, command
from cli.errors import NotVerifiedError, UsageError
from cli.trust import KeySet, find_keys, sha256_of


@command(app, "verify")
def verify(
    file: Annotated[Path, typer.Argument(help="A pulled file, or a .jws: receipt, manifest or signed lookup.")],
    jwks: Annotated[Path | None, typer.Option(help="The registry's keys; else jwks.json beside the file.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Verify a receipt, a manifest, a signed lookup or a list file. Works offline."""
    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    keys = find_keys(file, jwks)
    report = _signed(file, keys) if file.suffix == ".jws" else _list_file(file, keys)
    if json_output:
        output.emit(report)
        return
    output.say(f"{file.name} verifies.", "green")
    for name, value in report.items():
        if not isinstance(value, list):
            output.say(f"  {name.replace('_', ' ')}: {value}")
    areas = report.get("areas", [])
    if areas:
        shown = [name for name in ("area", "kind", "format", "count", "sha256", "file") if name in areas[0]]
        output.table(shown, [[str(area.get(name, "")) for name in shown] for area in areas])


def _signed(file: Path, keys: KeySet) -> dict[str, Any]:
    payload = keys.verify(file.read_text(encoding="ascii", errors="replace"))
    kind = payload.get("type")
    if kind == "receipt":
        return _receipt(file, payload)
    if kind == "manifest":
        entries = payload["areas"]
        areas = [{"area": entry["area"], "count": entry["count"]} for entry in entries]
        facts = {name: payload[name] for name in ("type", "profile", "date", "cutoff")}
        previous = payload["previous"] and payload["previous"]["date"]
        return facts | {"previous": previous, "numbers": sum(entry["count"] for entry in entries), "areas": areas}
    if kind == "lookup":
        listed = sum(answer["status"] == "listed" for answer in payload["answers"])
        facts = {name: payload[name] for name in ("type", "id", "san", "list_date", "issued_at", "valid_until")}
        return facts | {"listed": listed, "answers": payload["answers"]}
    raise NotVerifiedError("It is signed by the registry, but of a kind that this command does not know.")


def _receipt(file: Path, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the receipt's facts; list files that lie in the folder must be the ones it names."""
    folder = file.resolve().parent.parent if file.resolve().parent.name == "receipts" else file.resolve().parent
    held = {sha256_of(path): path.name for path in _list_files(folder)}
    areas = [{**area, "file": held.get(area["sha256"], "not in this folder")} for area in payload["areas"]]
    facts = {name: payload[name] for name in ("type", "id", "san", "organization", "list_date", "issued_at")}
    last = date.fromisoformat(payload["valid_until"])
    return facts | {
        "valid_until": payload["valid_until"],
        "valid_today": datetime.now(UTC).date() <= last,
        "areas": areas,
    }


def _list_file(file: Path, keys: KeySet) -> dict[str, Any]:
    """Find the manifest that names the file's hash: the newest of those kept beside it."""
    digest = sha256_of(file)
    manifests = sorted((file.resolve().parent / "manifests").glob("*.jws"), reverse=True)
    if not manifests:
        raise NotVerifiedError("There is no manifest beside the file.", ("Pulled folders keep them in manifests/.",))
    for path in manifests:
        payload = keys.verify(path.read_text(encoding="ascii", errors="replace"))
        if payload.get("type") != "manifest":
            raise NotVerifiedError(f"{path.name} is signed, but it is no manifest.")
        for entry in payload["areas"]:
            for named in entry["files"]:
                if named["sha256"] == digest:
                    facts = {name: named[name] for name in ("kind", "format", "bytes", "sha256")}
                    return {"area": entry["area"], "date": entry["date"], "list_date": payload["date"]} | facts
    raise NotVerifiedError("No manifest names a file with these bytes: it was changed, or it is not from here.")


def _list_files(folder: Path) -> list[Path]:
    return [path for suffix in ("*.zip", "*.roar") for path in sorted(folder.glob(suffix))]
