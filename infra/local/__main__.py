"""`python -m infra.local up | down | clean | status | logs | invoke FUNCTION EVENT | seed`."""

import argparse
import shutil
import sys

from infra.local.place import LocalCloudError, Place
from infra.local.servers import all_servers


def main(arguments: list[str] | None = None) -> int:
    """Do one command; a failure that people can put right is one sentence."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="The local cloud")
    parser.add_argument("command", choices=["up", "down", "clean", "status", "logs", "invoke", "seed"])
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args(arguments)
    try:
        place = Place.from_environment()
        if options.command == "up":
            from infra.local.up import up

            up(place)
        elif options.command == "invoke":
            from infra.local.invoke import invoke

            return invoke(place, options.rest)
        elif options.command == "seed":
            from infra.local.seed import seed

            seed(place)
        else:
            {"down": down, "clean": clean, "status": status, "logs": logs}[options.command](place)
    except LocalCloudError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; `make up` goes on from here.", file=sys.stderr)
        return 130
    return 0


def down(place: Place) -> None:
    """Stop the servers and keep the state."""
    stopped = [server.name for server in reversed(all_servers(place)) if server.stop()]
    print(f"Stopped: {', '.join(stopped)}. `make up` brings it back as it was." if stopped else "Nothing was running.")


def clean(place: Place) -> None:
    """Stop the servers and forget the state; the tools stay installed."""
    for server in reversed(all_servers(place)):
        server.stop()
    for path in place.forgettable():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    print("The local cloud is stopped and forgotten.")


def status(place: Place) -> None:
    """Print which servers run."""
    for server in all_servers(place):
        pid = server.pid()
        print(f"{server.name:<12} {'running, pid ' + str(pid) if pid else 'stopped'}")


def logs(place: Place) -> None:
    """Print the last lines of every log."""
    for server in all_servers(place):
        lines = server.log.read_text(errors="replace").splitlines()[-40:] if server.log.exists() else []
        print(f"== {server.log}", *lines, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
