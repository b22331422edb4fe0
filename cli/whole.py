"""A pulled folder as a whole: every list, manifest and receipt in it, checked against each other."""

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cli import age, output, renders
from cli.errors import NotVerifiedError, UnreachableError
from cli.evidence import SANDBOX, Evidence, Finding, root_of
from cli.folder import Folder, HeldArea
from cli.trust import KeySet, sha256_of


def check(path: Path, keys: KeySet, *, quiet: bool) -> tuple[dict[str, Any], list[Finding]]:
    """Check a pulled folder; return its facts and a sentence for everything checked.

    Raises:
        NotVerifiedError: nothing was pulled into it, or its state is damaged.
        UnreachableError: a pull changed it meanwhile.
    """
    folder = Folder(path)
    state = folder.state()
    if not state.areas:
        raise NotVerifiedError(f"Nothing was pulled into {path} yet.")
    evidence = Evidence.around(path, keys)
    findings = [*evidence.broken, *evidence.chain()]
    known = [one for _, one in sorted(evidence.receipts.items()) if one["list_date"] not in evidence.harmed]
    findings += _receipts(known, evidence)
    with output.steps(quiet=quiet) as bars, ThreadPoolExecutor() as pool:
        sound = {
            area: held for area, held in state.areas.items() if not {held.list_date, held.receipt} & evidence.harmed
        }
        work = pool.map(lambda one: _area(folder, one[0], one[1], evidence), sound.items())
        lists = list(bars.track(work, total=len(sound), description="checking"))
    if any(manifest.sandbox for manifest in evidence.manifests.values()):
        findings.insert(0, Finding("note", SANDBOX))
    count = sum(held.count for held in sound.values())
    if len(sound) < len(state.areas):
        unproven = f"{len(state.areas) - len(sound)} lists cannot be checked without what is damaged."
        findings.append(Finding("wrong", unproven))
    if any(one.result == "wrong" for one in lists) and folder.state() != state:
        raise UnreachableError("A pull changed the copy meanwhile.", ("Run the same command again.",))
    findings += _summed(
        lists, f"Lists: {len(lists)}, holding exactly the numbers that manifest and receipt name: {count:,}."
    )
    findings += [
        _age(area, held, state.profile)
        for area, held in state.areas.items()
        if age.days_left(held.valid_until, state.profile) < 0
    ]
    count = sum(held.count for held in state.areas.values())
    facts = {"list_date": state.list_date, "san": state.san, "profile": state.profile, "format": state.format}
    return facts | {"areas": len(state.areas), "numbers": count}, findings


def receipt(payload: Mapping[str, Any], evidence: Evidence) -> list[Finding]:
    """Return whether a receipt names the files that the manifest of its list names, and which it cannot be told of."""
    manifest = evidence.manifests.get(payload["list_date"])
    if manifest is None:
        sentence = f"The manifest of {payload['list_date']}, which receipt {payload['id']} is for, is not here."
        return [Finding("note", sentence)]
    named = {entry["area"]: manifest.names(entry) for entry in payload["areas"]}
    others = [area for area, same in named.items() if same is False]
    if others:
        sentence = f"Receipt {payload['id']} names another list of area {others[0]} than the manifest."
        return [Finding("wrong", sentence)]
    made, told = sum(same is None for same in named.values()), []
    if made < len(named):
        files = "the lists" if not made else f"{len(named) - made} of {len(named)} files"
        told.append(Finding("ok", f"The manifest of {payload['list_date']} names {files} that this receipt is for."))
    if made:
        sentence = f"{output.counted(made, 'file')} {'was' if made == 1 else 'were'} made on request: this receipt "
        told.append(Finding("note", f"{sentence}names what was sent, and no manifest does."))
    return told


def _receipts(known: list[Mapping[str, Any]], evidence: Evidence) -> list[Finding]:
    """Return which receipts are not in order; one sentence when all are."""
    wrong = [
        Finding("wrong", finding.sentence)
        for payload in known
        for finding in receipt(payload, evidence)
        if finding.result == "wrong" or payload["list_date"] not in evidence.manifests
    ]
    if wrong:
        return wrong
    entries = ((evidence.manifests[payload["list_date"]], entry) for payload in known for entry in payload["areas"])
    made = sum(manifest.names(entry) is None for manifest, entry in entries)
    apart = f", apart from {output.counted(made, 'file')} made on request, which no manifest names" if made else ""
    sentence = f"Receipts: {len(known)}, each signed and naming the files that the manifests name{apart}."
    return [Finding("ok", sentence)]


def files_by_hash(path: Path) -> dict[str, str]:
    """Return the list files of the folder a file belongs to, by SHA-256."""
    root = root_of(path)
    found = [*sorted(root.glob("*.zip")), *sorted(root.glob("*.roar")), *sorted(root.glob("bitmaps/*.roar"))]
    return {sha256_of(file): str(file.relative_to(root)) for file in found}


def _area(folder: Folder, area: str, held: HeldArea, evidence: Evidence) -> Finding:
    """Return whether an area's bitmap and its file are what manifest and receipt name."""
    manifest, paper = evidence.manifests.get(held.list_date), evidence.receipts.get(held.receipt)
    bitmap = folder.bitmap(area)
    try:
        data = bitmap.read_bytes()
    except FileNotFoundError:
        return Finding("wrong", f"The bitmap of area {area} is missing.")
    digest = hashlib.sha256(data).hexdigest()
    if manifest is None or manifest.bitmaps().get(area) != digest:
        return Finding(
            "wrong", f"The bitmap of area {area} is not the one that the manifest of {held.list_date} names."
        )
    named = [entry["sha256"] for entry in paper["areas"] if entry["area"] == area] if paper else []
    if paper is None or digest not in named or _dates(paper) != (held.list_date, held.valid_until):
        return Finding("wrong", f"No receipt here names the list of area {area} of {held.list_date}.")
    if held.file and not _same_numbers(folder.path / held.file.name, area, data, evidence):
        return Finding("wrong", f"{held.file.name} does not hold the numbers of area {area}: it was changed.")
    return Finding("ok", f"Area {area}")


def _same_numbers(path: Path, area: str, bitmap: bytes, evidence: Evidence) -> bool:
    """Return whether a text holds the numbers of a bitmap: sets are compared, for equal ones can have other bytes."""
    from quietline.lists import build

    profile = next(iter(evidence.manifests.values())).payload["profile"]
    try:
        found, numbers = renders.numbers_of(path, profile)
    except (FileNotFoundError, NotVerifiedError):
        return False
    return found == area and numbers == build.load(bitmap)


def _age(area: str, held: HeldArea, profile: str) -> Finding:
    left = age.of(held.list_date, held.valid_until, profile).days_left
    return Finding("note", f"The list of area {area} is of {held.list_date}, {-left} days too old to call by.")


def _summed(findings: list[Finding], sentence: str) -> list[Finding]:
    """Return what is not in order one by one, and one sentence when all is; a pulled folder lacks nothing."""
    others = [Finding("wrong", finding.sentence) for finding in findings if finding.result != "ok"]
    return others or [Finding("ok", sentence)]


def _dates(paper: Mapping[str, Any]) -> tuple[str, str]:
    return paper["list_date"], paper["valid_until"]
