"""Run the payment server bound to 127.0.0.1, with its memory in a file of ours.

    python payments.py PORT STATE_FILE

The server has no options for either: it binds every interface and keeps its data in a fixed file of /tmp. This
launcher changes the two calls of the standard library through which it does so, for this process only, and then
runs the server as `python -m` would. It imports nothing of the server.
"""

import builtins
import runpy
import socket
import sys
from pathlib import Path
from typing import Any

_FIXED_FILE = "/tmp/localstripe.pickle"


class LoopbackSocket(socket.socket):
    """A socket that listens on 127.0.0.1 wherever it is told to listen on all interfaces."""

    def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:
        self._was_six = family == socket.AF_INET6 and fileno is None
        super().__init__(socket.AF_INET if self._was_six else family, type, proto, fileno)

    def bind(self, address: Any) -> None:
        """Bind, with the wildcard address replaced."""
        wildcard = isinstance(address, tuple) and address[0] in ("::", "0.0.0.0", "")
        super().bind(("127.0.0.1", address[1]) if wildcard else address)


def main() -> None:
    """Patch, then run."""
    port, state = sys.argv[1], Path(sys.argv[2])
    state.parent.mkdir(parents=True, exist_ok=True)
    plain_open = builtins.open

    def opened(file: Any, *args: Any, **kwargs: Any) -> Any:
        return plain_open(state if file == _FIXED_FILE else file, *args, **kwargs)

    builtins.open = opened
    socket.socket = LoopbackSocket  # type: ignore[misc]
    sys.argv = ["localstripe", "--port", port]
    runpy.run_module("localstripe", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
