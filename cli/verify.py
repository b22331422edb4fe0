"""`quietline verify`: a file, a signed text or a pulled folder against the registry's keys, without any network."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import age, bundle, output, whole
from cli.app import JsonOption, app, command
from cli.errors import NotVerifiedError, UsageError
from cli.evidence import CHANGES, SANDBOX, Evidence, Finding
from cli.folder import is_file_with
from cli.trust import KeySet, find_keys

STYLES = {"ok": "green", "note": "yellow", "wrong": "red"}
ANSWERS = ("lookup", "wash")
"""Kinds of signed answers: they say who asked, of which list, and until when they hold."""


@command(app, "verify")
def verify(
    file: Annotated[
        Path,
        typer.Argument(
            help="A pulled folder, a list file (zipped or not), a bundle, or a .jws or .json: "
            "receipt, manifest, signed answer."
        ),
    ],
    jwks: Annotated[Path | None, typer.Option(help="The registry's keys; else jwks.json beside the file.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Verify a pulled folder, a list file, a receipt, a manifest, a signed answer or a case's bundle. Works offline.

    Each thing checked is one sentence; the command ends with code 5 when one of them is wrong. That a list is too old
    to call by is said, but it is not wrong: it is still what was on the list that day.
    """
    if not file.exists():
        raise UsageError(f"There is no file {file}.")
    if file.is_file() and bundle.is_bundle(file):
        facts, findings = bundle.check(file, jwks)
    else:
        facts, findings = _found(file, find_keys(file, jwks), quiet=json_output)
    wrong = [finding.sentence for finding in findings if finding.result == "wrong"]
    if json_output:
        told = [{"result": finding.result, "sentence": finding.sentence} for finding in findings]
        output.emit({"verified": not wrong, **facts, "findings": told})
    else:
        _show(file, facts, findings, verified=not wrong)
    if wrong:
        raise NotVerifiedError(wrong[0], tuple(wrong[1:]))


def _found(file: Path, keys: KeySet, *, quiet: bool) -> tuple[dict[str, Any], list[Finding]]:
    if file.is_dir():
        return whole.check(file, keys, quiet=quiet)
    if file.suffix in (".jws", ".json"):
        return _signed(file, keys)
    return _list_file(file, keys)


def _show(file: Path, facts: dict[str, Any], findings: list[Finding], *, verified: bool) -> None:
    if verified:
        output.say(f"{file.resolve().name} verifies.", "green")
    tables = [value for value in facts.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    for name, value in facts.items():
        if value not in (None, [], {}) and value not in tables:
            output.say(f"  {name.replace('_', ' ')}: {_plain(value)}")
    for finding in findings:
        output.say(f"{finding.result:5} {finding.sentence}", STYLES[finding.result])
    for rows in tables:
        shown = list(rows[0])
        output.table(shown, [["" if row.get(name) is None else str(row[name]) for name in shown] for row in rows])


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _signed(file: Path, keys: KeySet) -> tuple[dict[str, Any], list[Finding]]:
    """Verify a compact JWS, or a JSON answer that holds one under `signed` or `receipt`, or several as `parts`."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if not text.lstrip().startswith("{"):
        return _one(file, text, {}, keys)
    answer = _answer(text)
    if not answer.get("parts"):
        return _one(file, str(answer.get("signed") or answer.get("receipt") or ""), answer, keys)
    if not isinstance(answer["parts"], list) or not all(isinstance(part, dict) for part in answer["parts"]):
        raise NotVerifiedError("Its parts are no answers that hold signed texts.")
    parts = [_one(file, str(part.get("signed")), part, keys) for part in answer["parts"]]
    facts = {"type": parts[0][0]["type"], "parts": len(parts), "list_date": parts[0][0].get("list_date")}
    return facts, [finding for _, findings in parts for finding in findings]


def _one(file: Path, signed: str, answer: dict[str, Any], keys: KeySet) -> tuple[dict[str, Any], list[Finding]]:
    """Verify a signed text; what the answer around it says must be what was signed."""
    payload = keys.verify(signed)
    findings = [Finding("ok", "The registry signed it, and nothing in it was changed since.")]
    kind = payload.get("type")
    if kind == "receipt":
        facts, more = _receipt(file, payload, keys)
    elif kind == "manifest":
        facts, more = _manifest(file, payload, keys)
    elif kind == "certificate":
        facts, more = dict(payload), [_certified(payload)]
    elif kind in ANSWERS:
        facts, more = (
            _answered(payload),
            [*_files_of_wash(file, payload), _validity(payload, "answer", Evidence.around(file, keys))],
        )
    else:
        raise NotVerifiedError("It is signed by the registry, but of a kind that this command does not know.")
    alike = [
        name for name in answer.keys() & payload.keys() if name == "answers" or isinstance(answer[name], str | int)
    ]
    if payload.get("sandbox"):
        more.insert(0, Finding("note", SANDBOX))
    differs = sorted(name for name in alike if answer[name] != payload[name])
    if differs:
        more.append(Finding("wrong", f"The file says other than was signed: {', '.join(differs)}."))
    return facts, findings + more


def _answer(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise NotVerifiedError("This is neither a signed text nor an answer that holds one.") from error
    return dict(found)


def _receipt(file: Path, payload: dict[str, Any], keys: KeySet) -> tuple[dict[str, Any], list[Finding]]:
    evidence = Evidence.around(file, keys)
    here = whole.files_by_hash(file)
    areas = [
        {name: entry[name] for name in ("area", "kind", "format", "count", "sha256")}
        | {"file": here.get(entry["sha256"], "not in this folder")}
        for entry in payload["areas"]
    ]
    facts = {name: payload[name] for name in ("type", "id", "san", "organization", "list_date", "issued_at")}
    findings = [*whole.receipt(payload, evidence), _validity(payload, "list", evidence)]
    days_left = age.days_left(payload["valid_until"], evidence.profile)
    facts |= {"valid_until": payload["valid_until"], "valid_today": days_left >= 0, "areas": areas}
    return facts, findings


def _manifest(file: Path, payload: dict[str, Any], keys: KeySet) -> tuple[dict[str, Any], list[Finding]]:
    entries = payload["areas"]
    facts = {name: payload[name] for name in ("type", "profile", "date", "cutoff")}
    previous = payload["previous"] and payload["previous"]["date"]
    facts |= {"previous": previous, "numbers": sum(entry["count"] for entry in entries)}
    facts["areas"] = [
        {name: entry[name] for name in ("area", "date", "count", "added", "removed")} for entry in entries
    ]
    evidence = Evidence.around(file, keys)
    if payload["date"] not in evidence.manifests:  # it does not end in .jws
        return facts, []
    return facts, [evidence.link(payload["date"])]


def _answered(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what a signed answer says, with the answers counted by status."""
    facts = dict(payload)
    rows = facts.pop("answers", None)
    if isinstance(rows, list):
        statuses = [str(row.get("status")) for row in rows if isinstance(row, dict)]
        facts |= {status: statuses.count(status) for status in ("listed", "clear", "unknown")}
        facts["answers"] = rows
    return facts


def _files_of_wash(file: Path, payload: Mapping[str, Any]) -> list[Finding]:
    """Return which of the files that a wash was of lie beside its receipt: the call list, and the answer to it."""
    findings = []
    for name, what in (("input", "call list"), ("answer", "answer file")):
        named = payload.get(name)
        if not isinstance(named, dict):
            continue
        near = (path for path in sorted(file.resolve().parent.iterdir()) if path.is_file())
        same = [path.name for path in near if is_file_with(path, named["bytes"], named["sha256"])]
        if same:
            findings.append(Finding("ok", f"{same[0]} is the {what} of this wash."))
        else:
            findings.append(Finding("note", f"The {what} of this wash is not in this folder."))
    return findings


def _certified(payload: Mapping[str, Any]) -> Finding:
    """Return what a certificate of registration proves, and that it tells of one day."""
    count = len(payload["numbers"])
    numbers = "1 number was" if count == 1 else f"{count} numbers were"
    return Finding("ok", f"On {payload['as_of']} {numbers} registered; what changed since, it cannot tell.")


def _validity(payload: Mapping[str, Any], what: str, evidence: Evidence) -> Finding:
    left = age.days_left(payload["valid_until"], evidence.profile)
    if left < 0:
        return Finding("note", f"This {what} could be relied on until {payload['valid_until']}; it is too old today.")
    return Finding("ok", f"Calls may rely on this {what} until {payload['valid_until']}, {left} days from today.")


def _list_file(file: Path, keys: KeySet) -> tuple[dict[str, Any], list[Finding]]:
    """Verify a list file by the manifests and receipts beside it."""
    evidence = Evidence.around(file, keys)
    facts, hashes = evidence.list_file(file)
    findings = [*evidence.broken, Finding("ok", _is(facts))]
    receipts = evidence.receipts_for(facts["area"], hashes)
    if receipts:
        newest = receipts[-1]
        own = any(entry["sha256"] == facts["sha256"] for entry in newest["areas"])
        got = "it" if own else "a file with the same numbers"
        sentence = f"Receipt {newest['id']} of {newest['issued_at'][:10]} says that {newest['san']} got {got}."
        findings += [Finding("ok", sentence), _validity(newest, "list", evidence)]
    else:
        findings.append(Finding("note", "No receipt beside the file names it: who got it, and when, is not proven."))
    return facts, findings


def _is(facts: Mapping[str, Any]) -> str:
    """Return what a list file is, in one sentence."""
    area, last = facts["area"], facts["list_date"]
    if "added" in facts:
        told = f"{output.counted(facts['added'], 'number')} added, {facts['removed']:,} removed"
        return f"It is the change list of area {area} of {facts['date']}: {told}."
    if facts["kind"] == CHANGES:
        start = f"since the list of {facts['since']}" if facts["since"] else "since the list before"
        told = f"{output.counted(facts['count'], 'number')} changed {start}"
        return f"A receipt names it as the change list of area {area} up to the list of {last}: {told}."
    span = last if facts["first_list"] == last else f"{facts['first_list']} to {last}"
    return f"It holds exactly the {facts['count']:,} numbers of area {area} in the list of {span}."
