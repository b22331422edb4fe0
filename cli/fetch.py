"""Fetching files by presigned links: several at a time, from where a broken fetch stopped, checked by their hash."""

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from cli import output
from cli.errors import NotVerifiedError, UnreachableError
from cli.folder import Folder
from cli.trust import sha256_of

if TYPE_CHECKING:
    import httpx

TRIES = 5
"""How often a file is asked for in a row without a byte more."""


@dataclass(frozen=True)
class Wanted:
    """One file to fetch and what it must be: `size` in bytes, `sha256` in hex."""

    area: str
    size: int
    sha256: str


class Links:
    """The links of an answer by (area, SHA-256). They live for minutes; asked for anew once for all that wait."""

    def __init__(self, urls: Mapping[tuple[str, str], str], renew: Callable[[], Mapping[tuple[str, str], str]]) -> None:
        self._urls, self._renew, self._lock = urls, renew, Lock()

    def url(self, file: Wanted, expired: str = "") -> str:
        """Return a file's link; another than the one that has expired.

        Raises:
            UnreachableError: the registry no longer offers this file.
        """
        with self._lock:
            if expired and self._urls.get((file.area, file.sha256)) == expired:
                self._urls = self._renew()
            found = self._urls.get((file.area, file.sha256))
        if not found:
            raise UnreachableError("A newer list was published meanwhile; run the command again.")
        return found


def fetch_all(
    http: "httpx.Client", folder: Folder, wanted: Sequence[Wanted], links: Links, jobs: int, *, quiet: bool
) -> int:
    """Fetch files to `folder.staged(…)`, several at a time; return how many bytes came over the wire.

    Files that an unfinished pull has left there whole are not fetched again.

    Raises:
        NotVerifiedError: a file has other bytes than were signed.
        UnreachableError: a file cannot be fetched.
    """
    missing = [file for file in wanted if not folder.staged(file.area, file.sha256).is_file()]
    if not missing:
        return 0
    folder.unfinished.mkdir(parents=True, exist_ok=True)
    with output.progress(quiet=quiet) as bars, ThreadPoolExecutor(jobs) as pool:
        total = bars.add_task("all", total=sum(file.size for file in missing))

        def one(file: Wanted) -> int:
            bar = bars.add_task(file.area, total=file.size)

            def advance(size: int) -> None:
                bars.advance(bar, size)
                bars.advance(total, size)

            try:
                return _Fetch(http, folder.staged(file.area, file.sha256), file, links, advance).run()
            finally:
                bars.remove_task(bar)

        running = [pool.submit(one, file) for file in missing]
        try:
            return sum(future.result() for future in running)
        except BaseException:
            for future in running:
                future.cancel()
            raise


@dataclass
class _Fetch:
    """One file on its way; `received` counts what came over the wire."""

    http: "httpx.Client"
    target: Path
    file: Wanted
    links: Links
    advance: Callable[[int], None]
    received: int = 0

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    def run(self) -> int:
        """Return the bytes received once the file is whole under its name."""
        if self._have() > self.file.size:
            self.part.unlink()
        resumed = self._have() > 0
        self.advance(self._have())
        self._complete()
        if sha256_of(self.part) != self.file.sha256 and resumed:  # what was left of an older fetch may be damaged
            self.part.unlink()
            self._complete()
        if sha256_of(self.part) != self.file.sha256:
            self.part.unlink()
            raise NotVerifiedError(f"The file of area {self.file.area} has other bytes than were signed.")
        self.part.replace(self.target)
        return self.received

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def _complete(self) -> None:
        """Add to the part until it has the file's size."""
        failures, url = 0, self.links.url(self.file)
        while self._have() < self.file.size or not self.part.is_file():
            before = self._have()
            trouble = self._ask(url)
            if trouble == "expired":
                url = self.links.url(self.file, expired=url)
            failures = failures + 1 if self._have() <= before else 0
            if failures >= TRIES:
                raise UnreachableError(f"The file of area {self.file.area} cannot be fetched: {trouble}.")
            if failures > 1:
                time.sleep(random.uniform(0.5, 1) * 0.2 * 2**failures)  # noqa: S311  only spreads the load
        if self._have() > self.file.size:
            self.part.unlink()
            raise NotVerifiedError(f"The file of area {self.file.area} has other bytes than were signed.")

    def _ask(self, url: str) -> str:
        """Ask for what is missing once; return what went wrong, if anything."""
        import httpx

        have = self._have()
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
            with self.http.stream("GET", url, headers=headers) as answer:
                if answer.status_code == 403:
                    return "expired"
                if answer.status_code == 416:
                    self.part.unlink(missing_ok=True)
                if answer.status_code not in (200, 206):
                    return self._refused(answer.status_code)
                continued = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(
                    f"bytes {have}-"
                )
                if answer.status_code == 206 and not continued:
                    return "the server sent another part than was asked for"
                self._append(answer, have if continued else 0)
        except httpx.HTTPError as error:
            return type(error).__name__
        return "it ends too early"

    def _refused(self, status: int) -> str:
        if status < 500 and status not in (408, 416, 429):
            raise UnreachableError(f"The file of area {self.file.area} cannot be had (HTTP status {status}).")
        return f"HTTP status {status}"

    def _append(self, answer: "httpx.Response", have: int) -> None:
        with self.part.open("r+b" if have else "wb") as out:
            out.seek(have)
            try:
                for chunk in answer.iter_bytes():
                    out.write(chunk)
                    have += len(chunk)
                    self.received += len(chunk)
                    self.advance(len(chunk))
                    if have > self.file.size:
                        break
            finally:
                out.flush()
                with suppress(OSError):
                    os.fsync(out.fileno())
