"""Deploy the real stacks to the emulator."""

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.place import ACCOUNT, REGION, ROOT, LocalCloudError, Place

_INPUTS = ("infra", "functions", "layers", "web", "requirements", "cdk.json", "package-lock.json")
_EXTRA_INPUTS = ("docs/reference/openapi.json",)
_IGNORED = {"__pycache__", "local", "node_modules"}


def fingerprint(place: Place) -> str:
    """Hash of everything that a deployment is made of."""
    digest = hashlib.sha256(f"{place.port}\n{sys.version_info[:2]}\n{place.day_seconds}\n".encode())
    for path in sorted(_input_files()):
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _input_files() -> Iterator[Path]:
    for name in (*_INPUTS, *_EXTRA_INPUTS):
        top = ROOT / name
        if top.is_file():
            yield top
        elif top.is_dir():
            for path in top.rglob("*"):
                parts = path.relative_to(ROOT).parts
                if path.is_file() and not _IGNORED.intersection(parts) and path.suffix != ".pyc":
                    yield path


def is_current(place: Place) -> bool:
    """Whether what is deployed was made of the files as they are now."""
    try:
        deployed = json.loads(_record(place).read_text())["fingerprint"]
    except (OSError, ValueError, KeyError):
        return False
    return bool(deployed == fingerprint(place)) and place.outputs_file.exists()


def _record(place: Place) -> Path:
    return place.state / "deployed.json"


@contextmanager
def building() -> Iterator[None]:
    """Wait until no other local cloud of this checkout builds: they share the folder `build`."""
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build() -> None:
    """Build the layers and the pages."""
    _run([sys.executable, "-m", "infra.layers"], None, "Building the layers")
    _run([sys.executable, "-m", "web.build"], None, "Building the pages")


def synth(place: Place) -> None:
    """Write the templates of the local target."""
    manifest = ROOT / "cdk.json"
    context = json.loads(manifest.read_text()).get("context", {}) if manifest.exists() else {}
    context |= {
        "target": "local",
        "site_url": place.site_url,
        "payments_url": place.payments_url,
        "emulator_url": place.emulator_url,
        "day_seconds": str(place.day_seconds),
    }
    shutil.rmtree(place.assembly, ignore_errors=True)
    environment = place.client_environment() | {
        "CDK_OUTDIR": str(place.assembly),
        "CDK_CONTEXT_JSON": json.dumps(context),
    }
    _run([sys.executable, "-m", "infra.app"], environment, "Writing the templates", place.run / "synth.log")


def bootstrap(place: Place) -> None:
    """Make CDK's staging bucket and roles, outside the checkout so that the app is not synthesized for it."""
    home = _cdk_home(place)
    environment = place.client_environment() | {"HOME": str(home)}
    command = [_cdk(), "bootstrap", f"aws://{ACCOUNT}/{REGION}"]
    _run(command, environment, "Bootstrapping CDK", place.run / "bootstrap.log", cwd=home)


def deploy(place: Place, made_of: str) -> None:
    """Run `cdk deploy --all`, write `outputs.json` and remember what it was made of.

    Args:
        place: the local cloud.
        made_of: `fingerprint` from before the build, so that a file changed meanwhile is deployed the next time.

    """
    home = _cdk_home(place)
    raw = place.state / "cdk-outputs.json"
    command = [
        *(_cdk(), "deploy", "--all", "--app", str(place.assembly), "--output", str(place.assembly)),
        *("--require-approval", "never", "--no-validation", "--concurrency", "3", "--outputs-file", str(raw)),
    ]
    environment = place.client_environment() | {"HOME": str(home)}
    _run(command, environment, "cdk deploy", place.run / "deploy.log", cwd=home, echo=re.compile(r"^\s*[✅❌] .+"))
    write_outputs(place, json.loads(raw.read_text()))
    _record(place).write_text(json.dumps({"fingerprint": made_of}))


def write_outputs(place: Place, stacks: dict[str, dict[str, str]]) -> None:
    """Write names and addresses where the CLI, the front door and the tests look for them."""
    outputs: dict[str, str] = {}
    for values in stacks.values():
        outputs |= {snake(key): value for key, value in values.items() if not key.startswith("ExportsOutput")}
    outputs |= {
        "site_url": place.site_url,
        "api_url": place.site_url,
        "mail_url": place.mail_url,
        "payments_url": place.payments_url,
        "emulator_url": place.emulator_url,
        "webhook_url": place.webhook_url,
    }
    fresh = place.outputs_file.with_suffix(".new")
    fresh.write_text(json.dumps(dict(sorted(outputs.items())), indent=2) + "\n")
    fresh.replace(place.outputs_file)


def snake(name: str) -> str:
    """`UserPoolId` → `user_pool_id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _cdk() -> str:
    return str(ROOT / "node_modules/.bin/cdk")


def _cdk_home(place: Place) -> Path:
    """A home directory of its own: CDK remembers there which account an access key belongs to."""
    home = place.state / "cdk-home"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _run(
    command: list[str],
    environment: dict[str, str] | None,
    what: str,
    log: Path | None = None,
    *,
    cwd: Path = ROOT,
    echo: re.Pattern[str] | None = None,
) -> None:
    lines: list[str] = []
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    for line in process.stdout or ():
        lines.append(line)
        if echo and echo.match(line):
            print(f"      {line.strip()}", flush=True)
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(lines))
    if process.wait():
        print("".join(lines[-40:]), file=sys.stderr)
        raise LocalCloudError(f"{what} failed; its last words are above{f', all of them in {log}' if log else ''}.")
