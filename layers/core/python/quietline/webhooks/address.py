"""Where a webhook may be sent: the guard against requests to places that only we can reach (SSRF).

A URL is checked when it is given, and its addresses each time it is called: a name may point elsewhere tomorrow. The
connection then goes to the very address that was checked.
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from quietline.kernel.errors import FieldError, InvalidInputError

MAX_URL = 500
PORTS = (443, 8443)
"""Ports of TLS services; any other would let us knock at strangers' doors."""
LOOPBACK = "127.0.0.1"
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_TUNNELS = tuple(ipaddress.ip_network(text) for text in ("2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20"))
"""Parts of 2000::/3 that are special or carry an IPv4 address inside (RFC 6890, 3056, 4380, 3849, 9637)."""


def check_url(url: str, *, allow_loopback: bool, pointer: str = "/url") -> None:
    """Refuse an address that no webhook may be sent to.

    Args:
        url: as the customer gave it.
        allow_loopback: whether `http://127.0.0.1:<port>` is taken, for a local cloud.
        pointer: JSON pointer of the field.

    Raises:
        InvalidInputError: `url_not_valid`, `url_not_https`, `url_with_user`, `url_port` or `url_host`.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused("url_not_valid", "This is not a web address.", pointer) from error
    if len(url) > MAX_URL or not host or not url.isascii() or any(c.isspace() or ord(c) < 32 for c in url):
        raise _refused("url_not_valid", f"Give a web address of at most {MAX_URL} ASCII characters.", pointer)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("url_with_user", "The address must have no user name and no fragment.", pointer)
    if allow_loopback and parts.scheme == "http" and host == LOOPBACK:
        return
    if parts.scheme != "https":
        raise _refused("url_not_https", "The address must begin with https://.", pointer)
    if (port or 443) not in PORTS:
        raise _refused("url_port", "The port must be 443 or 8443.", pointer)
    if "." not in host or ":" in host or host.rsplit(".", 1)[-1].isdigit() or not _is_name(host):
        raise _refused("url_host", "The host must be a public name, not a number and not a local name.", pointer)


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    >>> is_public("169.254.169.254"), is_public("::ffff:10.0.0.1"), is_public("93.184.215.14")
    (False, False, True)
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 6:
        # also refuses ::ffff:0:0/96 and 64:ff9b::/96, which carry an IPv4 address
        return ip in _GLOBAL_V6 and ip.is_global and not any(ip in network for network in _TUNNELS)
    return ip.is_global and not ip.is_multicast


def allowed(addresses: Sequence[str], *, loopback: bool) -> str | None:
    """Return the address to connect to, or None: one forbidden address among a name's refuses them all."""
    if loopback and addresses and all(address == LOOPBACK for address in addresses):
        return LOOPBACK
    if not addresses or not all(is_public(address) for address in addresses):
        return None
    return addresses[0]


def _is_name(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return all(label and len(label) < 64 and label.replace("-", "").replace("_", "").isalnum() for label in labels)


def _refused(code: str, sentence: str, pointer: str) -> InvalidInputError:
    return InvalidInputError(sentence, (FieldError(pointer, sentence, code),))
