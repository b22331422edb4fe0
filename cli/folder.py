"""The folder a seller pulls into: the list of each area, and everything that proves it.

DIR/bitmaps/818.roar                the list of an area: its numbers as a portable roaring bitmap
DIR/2026-11-23_818_<GUID>.txt.zip   the same in the format asked for, made here from the bitmap
DIR/pull.json                       which of these count: the one switch between the pull before and this one
DIR/jwks.json                       the registry's keys
DIR/manifests/2026-11-23.jws        every manifest since the first pull
DIR/receipts/<id>.jws               a receipt for every pull
DIR/.pull/818-<sha256>[.part]       what an unfinished pull has fetched so far, named by what it must be
DIR/.pull/2026-…txt.zip-<sha256>    what it has made, so that no list stands in the folder before it counts
DIR/.pull/manifest-<sha256>         and the manifests that it has proven on the way back to the one that is held
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cli.errors import NotVerifiedError, UnreachableError
from cli.trust import KeySet, sha256_of

STATE = "pull.json"
VERSION = 2


@dataclass(frozen=True)
class RenderedFile:
    """An area's list in the format asked for: `size` in bytes, `sha256` in hex."""

    name: str
    format: str
    size: int
    sha256: str


@dataclass(frozen=True)
class HeldArea:
    """What is held of an area.

    Attributes:
        list_date: date of the newest list that this copy is known to be; the area itself may have last changed earlier.
        valid_until: the last day on which calls may rely on it.
        receipt: id of the receipt that names the bitmap.
        count: how many numbers are on it.
        size: of the bitmap, in bytes.
        sha256: of the bitmap, as manifest and receipt name it.
        file: the same list in the format asked for, if another than the bitmap.

    """

    list_date: str
    valid_until: str
    receipt: str
    count: int
    size: int
    sha256: str
    file: RenderedFile | None = None


@dataclass(frozen=True)
class State:
    """What the last pull left; `superseded` names files of the pulls before it that may still lie there."""

    list_date: str = ""
    san: str = ""
    profile: str = ""
    format: str = ""
    areas: Mapping[str, HeldArea] = field(default_factory=dict)
    superseded: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the state as `pull.json` spells it."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "State":
        """Read what `to_json` made; an older version counts as nothing held.

        Raises:
            KeyError, TypeError, ValueError: it is not that.
        """
        if kept["version"] != VERSION:
            return cls()
        areas = {
            area: HeldArea(**entry | {"file": entry["file"] and RenderedFile(**entry["file"])})
            for area, entry in kept["areas"].items()
        }
        names = [*areas, *kept["superseded"], *(held.file.name for held in areas.values() if held.file)]
        for name in names:
            safe_name(name)
        facts = {name: str(kept[name]) for name in ("list_date", "san", "profile", "format")}
        return cls(**facts, areas=areas, superseded=tuple(kept["superseded"]))


@dataclass(frozen=True)
class Folder:
    """One such folder."""

    path: Path

    @property
    def manifests(self) -> Path:
        """Where manifests lie."""
        return self.path / "manifests"

    @property
    def receipts(self) -> Path:
        """Where receipts lie."""
        return self.path / "receipts"

    @property
    def unfinished(self) -> Path:
        """Where a pull gathers what it fetches; nothing in it counts yet."""
        return self.path / ".pull"

    def bitmap(self, area: str) -> Path:
        """Return where the bitmap of an area lies."""
        return self.path / "bitmaps" / f"{area}.roar"

    def areas_with_bitmap(self) -> set[str]:
        """Return the areas whose bitmaps lie here, also those of a pull that was stopped before it cleared away."""
        return {path.stem for path in (self.path / "bitmaps").glob("*.roar")}

    def state(self) -> State:
        """Return what the last pull left, an empty state when there was none.

        A pull that was killed after it had switched is finished first: its lists move to their places.

        Raises:
            NotVerifiedError: `pull.json` is damaged.
        """
        path = self.path / STATE
        try:
            state = State.from_json(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return State()
        except (ValueError, KeyError, TypeError, AttributeError, NotVerifiedError) as error:
            raise NotVerifiedError(f"{path} is damaged; delete it and pull again.") from error
        self._settle(state)
        return state

    def _settle(self, state: State) -> None:
        for area, held in state.areas.items():
            self._place(self.staged(area, held.sha256), self.bitmap(area))
            if held.file:
                self._place(self.staged(held.file.name, held.file.sha256), self.path / held.file.name)

    def _place(self, waiting: Path, target: Path) -> None:
        if waiting.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # another command was quicker
                waiting.replace(target)

    def switch(self, state: State) -> None:
        """Make this state the one that counts, in one step, and clear away what it supersedes."""
        for folder in (self.unfinished, self.path):
            sync(folder)
        self.write_json(STATE, state.to_json())
        sync(self.path)
        self._settle(state)
        for area in self.areas_with_bitmap() - state.areas.keys():
            self.bitmap(area).unlink(missing_ok=True)
        for name in state.superseded:
            (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def keys(self) -> KeySet:
        """Return the keys kept so far.

        Raises:
            NotVerifiedError: the file is damaged.
        """
        try:
            return KeySet(json.loads((self.path / "jwks.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return KeySet({})
        except (ValueError, KeyError, AttributeError) as error:
            raise NotVerifiedError(f"{self.path / 'jwks.json'} is damaged; delete it and pull again.") from error

    def held_manifest(self) -> bytes | None:
        """Return the newest manifest that was ever accepted here, as signed."""
        kept = sorted(self.manifests.glob("*.jws"))
        return kept[-1].read_bytes() if kept else None

    def bitmap_is_intact(self, area: str, held: HeldArea) -> bool:
        """Return whether the area's bitmap still has the bytes that were verified."""
        return is_file_with(self.bitmap(area), held.size, held.sha256)

    def staged(self, name: str, sha256: str) -> Path:
        """Return where an area's bitmap, or a file, waits for the switch; what is there is whole and has that hash."""
        return self.unfinished / f"{name}-{sha256}"

    def stage(self, name: str, data: bytes) -> str:
        """Let bytes wait for the switch; return their SHA-256 in hex."""
        digest = hashlib.sha256(data).hexdigest()
        if not self.staged(name, digest).is_file():
            self.write(f".pull/{name}-{digest}", data)
        return digest

    def write(self, relative: str, data: bytes) -> None:
        """Write a file so that it is there whole or not at all."""
        path = self.path / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def write_json(self, relative: str, value: Any) -> None:
        """Write JSON likewise."""
        self.write(relative, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one pull; it is made when it does not exist, and goes again when nothing came into it.

        Raises:
            UnreachableError: another pull runs into it now.
        """
        new = not self.path.exists()
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as file:
            try:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except ImportError:  # Windows: two pulls at once only spoil each other's parts, and those are checked
                pass
            except OSError as error:
                raise UnreachableError(f"Another pull into {self.path} is running; wait for it.") from error
            try:
                yield
            finally:
                if new and [path.name for path in self.path.iterdir()] == [".lock"]:
                    shutil.rmtree(self.path)


def sync(folder: Path) -> None:
    """Make the names in a folder outlive a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_file_with(path: Path, size: int, sha256: str) -> bool:
    """Return whether a file has these bytes."""
    return path.is_file() and path.stat().st_size == size and sha256_of(path) == sha256


def safe_name(name: str) -> str:
    """Return a file name that the server chose, if it is only a name.

    Raises:
        NotVerifiedError: it would lead out of the folder.
    """
    if not name or name.startswith(".") or any(character in name for character in "/\\\0:"):
        raise NotVerifiedError("The registry names a file in a way that is not a plain name.")
    return name
