"""HTTP to strangers: connects to an address that was checked, follows nothing, ends after five seconds.

The standard library's client, because it alone lets us choose the address and keep the name for TLS and `Host`; it
follows no redirect and reads no proxy from the environment.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5.0
READ_AT_MOST = 1024


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every IP address of a host, each once.

    Raises:
        OSError: the name has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def post(url: str, ip: str, headers: dict[str, str], body: bytes) -> int:
    """POST to the URL's host at `ip` and return the answer's status; five seconds in all, however slow it drips.

    Raises:
        OSError: no answer in time (`TimeoutError`), TLS failed (`ssl.SSLError`), or there was none.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    connection = http.client.HTTPConnection(host, parts.port or (443 if secure else 80), timeout=TIMEOUT_SECONDS)
    late = threading.Event()
    plain: socket.socket | None = None

    def stop() -> None:
        late.set()
        for open_socket in (plain, connection.sock):
            if open_socket is not None:
                # not close: that does not wake who reads
                _shut(open_socket)

    timer = threading.Timer(TIMEOUT_SECONDS, stop)
    timer.daemon = True
    timer.start()
    try:
        plain = socket.create_connection((ip, connection.port), TIMEOUT_SECONDS)
        connection.sock = _tls().wrap_socket(plain, server_hostname=host) if secure else plain
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read(READ_AT_MOST)
        return answer.status
    except http.client.HTTPException as error:
        if late.is_set():
            raise TimeoutError from None
        raise ConnectionError("no HTTP answer") from error
    except OSError:
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        connection.close()
        if plain is not None:
            plain.close()


def _shut(open_socket: socket.socket) -> None:
    try:
        open_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
