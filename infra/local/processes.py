"""Start and stop the servers of the local cloud: each has a pid file, a log and a check that it answers."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.place import HOST, ROOT, LocalCloudError

_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started; they outlive it, but while it lives it has to collect their exit."""


@dataclass(frozen=True)
class Server:
    """One server process.

    Attributes:
        name: name of its pid file and log.
        command: program and arguments.
        ports: ports it listens on; they must be free before it starts.
        ready_url: address that answers (with any status) as soon as the server is ready.
        environment: its whole environment.
        marker: a word of its command line, so that a recycled pid is never mistaken for it.
        patience: seconds it may take to start.
        farewell: seconds it may take to stop (the emulator saves its state on SIGTERM).

    """

    name: str
    command: tuple[str, ...]
    ports: tuple[int, ...]
    ready_url: str
    environment: dict[str, str]
    marker: str
    run: Path
    patience: float = 40
    farewell: float = field(default=30)

    @property
    def _pid_file(self) -> Path:
        return self.run / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        """File with everything the server printed."""
        return self.run / f"{self.name}.log"

    def pid(self) -> int | None:
        """Process id while the server runs, else None."""
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if self.marker in _command_line(pid) else None

    def start(self) -> bool:
        """Start the server unless it runs, and wait until it answers.

        Returns:
            Whether it had to be started.

        Raises:
            LocalCloudError: a port is taken, or the server did not come up.

        """
        if self.pid() is not None:
            return False
        for port in self.ports:
            _require_free(port)
        self.run.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _CHILDREN[process.pid] = process
        self._pid_file.write_text(str(process.pid))
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            if process.poll() is not None:
                raise LocalCloudError(f"The {self.name} stopped at once; its last words are in {self.log}.")
            if _answers(self.ready_url):
                return True
            time.sleep(0.1)
        self.stop()
        raise LocalCloudError(f"The {self.name} did not answer within {self.patience:.0f} s; see {self.log}.")

    def stop(self) -> bool:
        """Stop the server and whatever it started; returns whether it ran."""
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + self.farewell
            child = _CHILDREN.pop(pid, None)
            while time.monotonic() < end and self.pid() is not None:
                if child:
                    child.poll()
                time.sleep(0.05)
            # Its own session: what is left of the group (Lambda workers) is ours as well.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            if child:
                child.wait(5)
        self._pid_file.unlink(missing_ok=True)
        return pid is not None


def _command_line(pid: int) -> str:
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    answer = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return answer.stdout


def _require_free(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise LocalCloudError(
                f"Port {port} is taken by another program: stop that one, or choose another row of ports "
                f"with QUIETLINE_PORT, for example `QUIETLINE_PORT=5566 make up`."
            ) from error


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
