"""The three servers of the local cloud."""

import os

from infra.local.place import HOST, ROOT, TOOLS, Place
from infra.local.processes import Server


def emulator(place: Place) -> Server:
    """Ministack with our fixes: every AWS service on one port."""
    node = ROOT / "node_modules"
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "LC_ALL", "TERM")}
    tmp = place.state / "tmp"
    tmp.mkdir(parents=True, exist_ok=True)
    return Server(
        name="emulator",
        command=(str(TOOLS / "emulator/bin/python"), "-m", "infra.local.emulator"),
        ports=(place.port,),
        ready_url=f"{place.emulator_url}/_ministack/ready",
        environment=inherited
        | {
            "GATEWAY_PORT": str(place.port),
            "BIND_HOST": HOST,
            "NODE_PATH": str(node),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(place.state / "emulator-state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(place.state / "s3"),
            "TMPDIR": str(tmp),
            "AUTH": "true" if place.enforce_iam else "false",
            "QUIETLINE_CHECKPOINT_SECONDS": "20",
            "QUIETLINE_LAMBDA_WORKERS": "4",
            "QUIETLINE_LAMBDA_CACHE": str(place.state / "lambda-cache"),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        },
        marker="infra.local.emulator",
        run=place.run,
    )


def payments(place: Place) -> Server:
    """The payment server, which plays Stripe. Its own process and environment: it is never imported by our code."""
    return Server(
        name="payments",
        command=(
            str(TOOLS / "payments/bin/python"),
            str(ROOT / "infra/local/payments.py"),
            str(place.payments_port),
            str(place.state / "payments.pickle"),
        ),
        ports=(place.payments_port,),
        ready_url=f"{place.payments_url}/v1/customers",
        environment={k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "LC_ALL")},
        marker="infra/local/payments.py",
        run=place.run,
    )


def front_door(place: Place) -> Server:
    """The site and the mail page under addresses of this machine."""
    return Server(
        name="front-door",
        command=(str(TOOLS / "emulator/bin/python"), "-m", "infra.local.frontdoor", str(place.port), str(place.state)),
        ports=(place.site_port, place.mail_port),
        ready_url=f"{place.mail_url}/ready",
        environment={k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "LC_ALL")},
        marker="infra.local.frontdoor",
        run=place.run,
    )


def all_servers(place: Place) -> tuple[Server, ...]:
    """In the order of their start."""
    return emulator(place), payments(place), front_door(place)
