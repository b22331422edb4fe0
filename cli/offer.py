"""What the registry offers for download, verified before any file is fetched: receipt, manifest, chain and age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cli import age
from cli.errors import NotVerifiedError, StaleError
from cli.fetch import Wanted
from cli.folder import Folder, State, safe_name
from cli.trust import KeySet, check_chain, payload_of, sha256_of

if TYPE_CHECKING:
    from cli.api import Api

RECEIPT_FACTS = ("area", "date", "kind", "format", "count", "bytes", "sha256", "since", "reason")


def _must_be_intact(keys: KeySet, held: bytes) -> None:
    try:
        payload_of(keys, held.decode("ascii", "replace"), "manifest")
    except NotVerifiedError as error:
        message = "The newest manifest that is kept in this folder is damaged, so nothing can be proven to continue it."
        raise NotVerifiedError(message, (str(error), "Find what is damaged: quietline verify FOLDER")) from error


@dataclass(frozen=True)
class Offer:
    """One verified answer of `POST /v1/downloads`: its files by area, and the receipt for them."""

    list_date: str
    valid_until: str
    receipt_id: str
    san: str
    files: Mapping[str, Mapping[str, Any]]

    def wanted(self, area: str) -> Wanted:
        """Return an area's file as it is fetched."""
        file = self.files[area]
        return Wanted(area, file["bytes"], file["sha256"])

    @property
    def urls(self) -> dict[tuple[str, str], str]:
        """The links by area and SHA-256."""
        return {(area, file["sha256"]): file["url"] for area, file in self.files.items()}


@dataclass(frozen=True)
class Listing:
    """The verified manifest: `profile`, and each area's count, date and bitmap."""

    date: str
    profile: str
    areas: Mapping[str, Mapping[str, Any]]

    def bitmap(self, area: str) -> Mapping[str, Any]:
        """Return what the manifest says of an area's bitmap.

        Raises:
            NotVerifiedError: it names none.
        """
        entry = self.areas.get(area, {"files": ()})
        for file in entry["files"]:
            if file["kind"] == "bitmap":
                return dict(file)
        raise NotVerifiedError(f"The manifest of {self.date} names no bitmap of area {area}.")


def _names(keys: KeySet, held: bytes, offer: Offer) -> bool:
    """Tell whether the manifest held is that of an offer: of its date, and names its bitmaps."""
    payload = payload_of(keys, held.decode("ascii", "replace"), "manifest")
    named = {file["sha256"] for entry in payload["areas"] for file in entry["files"]}
    return payload["date"] == offer.list_date and all(file["sha256"] in named for file in offer.files.values())


class Registry:
    """The registry as one pull sees it; remembers every proof that was accepted."""

    def __init__(self, api: "Api", folder: Folder, state: State) -> None:
        self.api, self.folder, self.state = api, folder, state
        self.known_receipts = {path.stem for path in folder.receipts.glob("*.jws")}
        self.keys = folder.keys().merged(KeySet(api.get("/.well-known/jwks.json", signed_in=False)))
        self.manifests: dict[str, bytes] = {}
        self.sandbox = False
        self.receipts: dict[str, str] = {}
        self.bytes = 0

    def ask(self, kind: str, areas: Sequence[str] | None, since: str = "") -> Offer:
        """Return links to files of some areas, None for all that are subscribed.

        Raises:
            NotVerifiedError: the receipt does not verify, was seen before, or says other than the answer.
            RefusedError: the registry says no.
        """
        body: dict[str, Any] = {"kind": kind}
        if areas is not None:
            body["areas"] = list(areas)
        if since:
            body["since"] = since
        made = self.api.post("/v1/downloads", body)
        receipt = payload_of(self.keys, made["receipt"], "receipt")
        if receipt["id"] != made["receipt_id"] or receipt["id"] in self.known_receipts | set(self.receipts):
            raise NotVerifiedError("The registry answers with the receipt of another download.")
        if (receipt["list_date"], receipt["valid_until"]) != (made["list_date"], made["valid_until"]):
            raise NotVerifiedError("Receipt and answer speak of different lists.")
        self.sandbox = receipt.get("sandbox") is True
        if self.state.san and receipt["san"] != self.state.san:
            raise NotVerifiedError(
                f"The receipt is for the subscription account number {receipt['san']}; this folder is for "
                f"{self.state.san}.",
                ("Pull into a folder of its own.",),
            )
        files = {safe_name(file["area"]): file for file in made["files"]}
        received = {entry["area"]: entry for entry in receipt["areas"]}
        if areas is not None and set(files) != set(areas):
            raise NotVerifiedError("The answer is for other areas than were asked for.")
        for area, file in files.items():
            facts = {name: file.get(name) for name in RECEIPT_FACTS}
            if facts != {name: received.get(area, {}).get(name) for name in RECEIPT_FACTS}:
                raise NotVerifiedError(f"The receipt does not name the file of area {area}.")
        self.receipts[safe_name(receipt["id"])] = made["receipt"]
        self.bytes += len(made["receipt"])
        return Offer(made["list_date"], made["valid_until"], receipt["id"], str(receipt["san"]), files)

    def listing(self, offer: Offer, held: bytes | None) -> Listing:
        """Return the manifest of an offer of bitmaps, if it continues the one held and is fresh enough.

        Raises:
            NotVerifiedError: a signature or the chain is wrong, or the manifest names other bitmaps.
            StaleError: the list is older than the one held, or too old to rely on.
        """
        if held is not None:
            _must_be_intact(self.keys, held)
            if _names(self.keys, held, offer):  # a date has one manifest, so the one that is held is not fetched again
                self.manifests[offer.list_date] = held
        signed = self._manifest(offer.list_date)
        manifest = payload_of(self.keys, signed.decode("ascii", "replace"), "manifest")
        if (manifest.get("sandbox") is True) is not self.sandbox:
            raise NotVerifiedError("One of receipt and manifest is of the sandbox, the other is not.")
        if manifest["date"] != offer.list_date:
            raise NotVerifiedError("Receipt and manifest speak of different lists.")
        listing = Listing(manifest["date"], manifest["profile"], {entry["area"]: entry for entry in manifest["areas"]})
        for area, file in offer.files.items():
            named = listing.bitmap(area)
            if (named["sha256"], named["bytes"]) != (file["sha256"], file["bytes"]):
                raise NotVerifiedError(f"The manifest does not name the file of area {area}.")
        self.manifests[offer.list_date] = signed
        if held is not None:
            check_chain(self.keys, signed, held, self._earlier, self._proven)
        last = date.fromisoformat(offer.valid_until)
        if last < age.today(listing.profile):
            raise StaleError(f"The newest list is of {offer.list_date} and could be used until {last} only.")
        return listing

    def _manifest(self, day: str) -> bytes:
        place = "sandbox/" if self.sandbox else ""
        signed = self.manifests.get(day) or self.api.text(f"/v1/manifests/{place}{date.fromisoformat(day)}")
        self.bytes += 0 if day in self.manifests else len(signed)
        return signed

    def _earlier(self, day: str, sha256: str) -> bytes:
        """Return a manifest that a later one names; one that an unfinished pull has proven is not fetched again."""
        kept = self.folder.staged("manifest", sha256)
        if kept.is_file() and sha256_of(kept) == sha256:
            return kept.read_bytes()
        kept.unlink(missing_ok=True)
        return self._manifest(day)

    def _proven(self, day: str, signed: bytes) -> None:
        self.manifests[day] = signed
        self.folder.stage("manifest", signed)
