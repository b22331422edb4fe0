"""ClamAV's daemon as a second opinion: clamd's INSTREAM command over TCP (clamd(8))."""

import socket
import struct
from dataclasses import dataclass

from quietline.evidence.model import Verdict
from quietline.evidence.ports import Scanner
from quietline.evidence.scan import Reason
from quietline.kernel.errors import UnavailableError

CHUNK = 1 << 16
SECONDS = 60
ANSWER = 4096


@dataclass(frozen=True)
class ClamdScanner:
    """Implements `evidence.ports.Scanner`: what `first` takes is shown to clamd.

    Attributes:
        address: `host:port`.
    """

    first: Scanner
    address: str

    def scan(self, data: bytes, types: frozenset[str]) -> Verdict:
        """Say what the bytes are, or why they are refused.

        Raises:
            UnavailableError: clamd does not answer, or cannot say; nothing is clean that it has not seen.
        """
        verdict = self.first.scan(data, types)
        if not verdict.is_clean:
            return verdict
        answer = self._ask(data)
        if answer.endswith("FOUND"):
            return Verdict(verdict.content_type, Reason.MALWARE)
        if not answer.endswith("OK"):
            raise UnavailableError("The virus scanner could not say what the file is.")
        return verdict

    def _ask(self, data: bytes) -> str:
        host, _, port = self.address.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=SECONDS) as line:
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), CHUNK):
                    chunk = data[start : start + CHUNK]
                    line.sendall(struct.pack("!I", len(chunk)) + chunk)
                line.sendall(struct.pack("!I", 0))
                answer = b""
                while not answer.endswith(b"\0") and len(answer) < ANSWER and (more := line.recv(ANSWER)):
                    answer += more
        except OSError as error:
            raise UnavailableError("The virus scanner does not answer.") from error
        return answer.rstrip(b"\0\n").decode("utf-8", "replace")
