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
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        # of an empty label or a long one, before anybody is asked
        raise OSError("not a name") from error
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
    # not `connection.sock`: that is none any more once an answer says that it is the last
    opened: socket.socket | None = None

    def stop() -> None:
        late.set()
        if opened is not None:
            _shut(opened)

    timer = threading.Timer(TIMEOUT_SECONDS, stop)
    timer.daemon = True
    timer.start()
    try:
        opened = socket.create_connection((ip, connection.port), TIMEOUT_SECONDS)
        if secure:
            # the handshake comes later: while it is a part of this call, the timer would have no socket to shut
            opened = _tls().wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)
        connection.sock = opened
        if late.is_set():
            # rung before there was a socket, the timer has shut none
            raise TimeoutError
        if isinstance(opened, ssl.SSLSocket):
            opened.do_handshake()
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
        if opened is not None:
            opened.close()


def _shut(open_socket: socket.socket) -> None:
    """Wake who reads, which closing does not; TLS is left as it is, because its reader would find none any more."""
    try:
        socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
    except OSError:
        return


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
