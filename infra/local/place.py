"""Where the local cloud lives: directories, ports, addresses and the environment of its clients."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".local"
"""Environments of the tools (uv, emulator, payment server): shared by every state directory."""

ACCOUNT = "000000000000"
REGION = "us-east-1"
HOST = "127.0.0.1"

WEBHOOK_SECRET = "whsec_local_quietline"
"""Signing secret of the local payment server's webhooks: known to everybody, worth nothing."""
PAYMENTS_KEY = "sk_test_local"


class LocalCloudError(Exception):
    """Something that the person at the terminal can put right: the message is one sentence that says how."""


@dataclass(frozen=True)
class Place:
    """One local cloud: a state directory and five ports in a row.

    Attributes:
        state: directory of everything that this cloud remembers.
        port: port of the emulator; the site is at +4, the mail page at +5, the payment server at +6.
        enforce_iam: whether the emulator checks signatures and policies (`AUTH=true`).
        day_seconds: how long a day of an investigation's deadlines is; less where somebody wants to see them pass.

    """

    state: Path
    port: int
    enforce_iam: bool
    day_seconds: int = 86_400

    @classmethod
    def from_environment(cls) -> "Place":
        """Read `QUIETLINE_LOCAL`, `QUIETLINE_PORT`, `QUIETLINE_AUTH` and `QUIETLINE_DAY_SECONDS`.

        Raises:
            LocalCloudError: the port is not a number between 1024 and 65000, or the day none of 1 to 86,400.

        """
        state = Path(os.environ.get("QUIETLINE_LOCAL") or TOOLS)
        text = os.environ.get("QUIETLINE_PORT") or "4566"
        if not text.isdecimal() or not 1024 <= int(text) <= 65000:
            raise LocalCloudError("QUIETLINE_PORT must be a number between 1024 and 65000, for example 4566.")
        day = os.environ.get("QUIETLINE_DAY_SECONDS") or "86400"
        if not day.isdecimal() or not 1 <= int(day) <= 86_400:
            raise LocalCloudError("QUIETLINE_DAY_SECONDS must be a number between 1 and 86400, for example 3.")
        return cls(
            state=state if state.is_absolute() else ROOT / state,
            port=int(text),
            enforce_iam=os.environ.get("QUIETLINE_AUTH", "") == "1",
            day_seconds=int(day),
        )

    @property
    def emulator_url(self) -> str:
        """Endpoint of every AWS service. An IP address, because the Node SDK then uses path-style S3 addresses."""
        return f"http://{HOST}:{self.port}"

    @property
    def site_port(self) -> int:
        """Port of the site and the API."""
        return self.port + 4

    @property
    def mail_port(self) -> int:
        """Port of the page with the sent mails."""
        return self.port + 5

    @property
    def payments_port(self) -> int:
        """Port of the payment server."""
        return self.port + 6

    @property
    def site_url(self) -> str:
        """Address of the hosted pages and of the API."""
        return f"http://{HOST}:{self.site_port}"

    @property
    def mail_url(self) -> str:
        """Address of the page with the sent mails."""
        return f"http://{HOST}:{self.mail_port}"

    @property
    def payments_url(self) -> str:
        """Address of the payment server."""
        return f"http://{HOST}:{self.payments_port}"

    @property
    def webhook_url(self) -> str:
        """Where the payment server sends its events."""
        return f"{self.site_url}/v1/webhooks/stripe"

    @property
    def outputs_file(self) -> Path:
        """The deployed names and addresses; the CLI and the tests read it."""
        return self.state / "outputs.json"

    @property
    def assembly(self) -> Path:
        """Directory of the synthesized templates."""
        return self.state / "cdk.out"

    @property
    def run(self) -> Path:
        """Directory of pid files and logs."""
        return self.state / "run"

    def forgettable(self) -> tuple[Path, ...]:
        """Everything that `make clean` deletes."""
        names = ("emulator-state", "s3", "lambda-cache", "tmp", "run", "cdk.out", "payments.pickle", "cdk-home")
        files = ("outputs.json", "deployed.json", "cdk-outputs.json", "seeded.json", "samples.json")
        return tuple(self.state / name for name in (*names, *files))

    def client_environment(self) -> dict[str, str]:
        """Environment in which AWS clients (CDK, boto3, Node) talk to the emulator and to nothing else."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and k != "CDK_OUTDIR"}
        return kept | {
            "AWS_ENDPOINT_URL": self.emulator_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT)]),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        }
