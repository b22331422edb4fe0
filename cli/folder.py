"""The folder a seller pulls into: lists, and everything that proves them.

DIR/2026-11-23_818_<GUID>.txt.zip   the files, named by the registry
DIR/pull.json                       which file is the current one of each area, and until when it may be used
DIR/jwks.json                       the registry's keys
DIR/manifests/2026-11-23.jws        every manifest since the first pull
DIR/receipts/<id>.jws               a receipt for every pull
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import NotVerifiedError
from cli.trust import KeySet


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

    def state(self) -> dict[str, Any]:
        """Return what the last pull left: `list_date`, `valid_until`, `files` by area, kind and format.

        Raises:
            NotVerifiedError: the file is damaged.
        """
        try:
            kept = json.loads((self.path / "pull.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise NotVerifiedError(f"{self.path / 'pull.json'} is damaged; delete it and pull again.") from error
        return dict(kept)

    def keys(self) -> KeySet:
        """Return the keys kept so far."""
        try:
            return KeySet(json.loads((self.path / "jwks.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return KeySet({})
        except (ValueError, KeyError, AttributeError) as error:
            raise NotVerifiedError(f"{self.path / 'jwks.json'} is damaged; delete it and pull again.") from error

    def held_manifest(self) -> bytes | None:
        """Return the manifest of the last pull, as signed."""
        day = self.state().get("list_date")
        path = self.manifests / f"{day}.jws"
        return path.read_bytes() if day and path.is_file() else None

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


def safe_name(name: str) -> str:
    """Return a file name that the server chose, if it is only a name.

    Raises:
        NotVerifiedError: it would lead out of the folder.
    """
    if not name or name.startswith(".") or any(character in name for character in "/\\\0:"):
        raise NotVerifiedError("The registry names a file in a way that is not a plain name.")
    return name
