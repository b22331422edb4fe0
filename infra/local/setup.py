"""Tools of a fresh clone: `python3 infra/local/setup.py`; with `bench`, those of the benchmarks too.

Runs with any Python 3, needs nothing but the standard library, and does nothing when its stamps are current. The
environments go to `.venv` (development) and `.local/{emulator,payments,client,fuzz}`; every package is checked by hash.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
WANTED = (3, 13)
ENVIRONMENTS = {
    ".venv": "dev.txt",
    ".local/emulator": "emulator.txt",
    ".local/payments": "payments.txt",
    ".local/client": "client.txt",
    ".local/fuzz": "fuzz.txt",
}
BENCH = {".local/bench": "bench.txt"}
CONSOLE = """#!{python}
import sys
from cli.main import app
sys.exit(app())
"""


class SetupError(Exception):
    """One sentence for the person at the terminal."""


def main() -> int:
    """Make every tool that is missing or out of date."""
    try:
        python = find_python()
        LOCAL.mkdir(exist_ok=True)
        wanted = ENVIRONMENTS | BENCH if "bench" in sys.argv[1:] else ENVIRONMENTS
        for folder, requirements in wanted.items():
            environment(python, ROOT / folder, ROOT / "requirements" / requirements)
        entry_points(ROOT / ".venv")
        node()
    except SetupError as error:
        print(f"make setup: {error}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    """Show progress."""
    print(f"  {text}", flush=True)


def run(*command: str | Path, what: str) -> None:
    """Run a command quietly; show its output only when it fails."""
    done = subprocess.run([str(c) for c in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-3000:] + done.stderr[-3000:], file=sys.stderr)
        raise SetupError(f"{what} failed; the output is above.")


def version_of(python: str) -> tuple[int, ...]:
    """Version of an interpreter; empty when it does not run."""
    program = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ()
    return tuple(int(x) for x in done.stdout.split()) if done.returncode == 0 else ()


def find_python() -> str:
    """An interpreter of Python 3.13, the version of the functions' runtime.

    Raises:
        SetupError: there is none.

    """
    given = os.environ.get("QUIETLINE_PYTHON")
    if given:
        if version_of(given) == WANTED:
            return given
        raise SetupError(f"QUIETLINE_PYTHON={given} is not Python 3.13: name one that is, or unset it.")
    candidates = [sys.executable, "python3.13", "python3"]
    for shelf in (Path.home() / ".pyenv/versions", Path.home() / ".local/share/uv/python"):
        candidates += [str(p / "bin/python3.13") for p in sorted(shelf.glob("*3.13*"))] if shelf.is_dir() else []
    for candidate in candidates:
        if candidate and version_of(candidate) == WANTED:
            return candidate
    raise SetupError(
        "Python 3.13 was not found: install it (for example `apt-get install python3.13-venv` or `pyenv install 3.13`) "
        "or name it with QUIETLINE_PYTHON=/path/to/python3.13."
    )


def uv(python: str) -> Path:
    """The installer, in an environment of its own."""
    program = LOCAL / "tools/bin/uv"
    if not program.exists():
        say("uv, the package installer")
        run(python, "-m", "venv", LOCAL / "tools", what="Making a virtual environment")
        run(program.parent / "python", "-m", "pip", "install", "-q", "uv==0.13.9", what="Installing uv")
    return program


def environment(python: str, folder: Path, requirements: Path) -> None:
    """One environment that holds exactly the pinned packages."""
    digest = hashlib.sha256(requirements.read_bytes() + python.encode()).hexdigest()
    stamp = folder / ".quietline-stamp"
    if stamp.exists() and stamp.read_text() == digest:
        return
    say(f"{folder.relative_to(ROOT)} from requirements/{requirements.name}")
    installer = uv(python)
    if version_of(str(folder / "bin/python")) != WANTED:
        shutil.rmtree(folder, ignore_errors=True)
        run(installer, "venv", "-q", "--python", python, folder, what="Making a virtual environment")
    target = folder / "bin/python"
    run(
        *(installer, "pip", "sync", "-q", "--require-hashes", "--python", target, requirements),
        what=f"Installing {requirements.name}",
    )
    stamp.write_text(digest)


def entry_points(folder: Path) -> None:
    """Our own packages and the `quietline` command, as they lie in this checkout."""
    site = next(folder.glob("lib/python3*/site-packages"))
    (site / "quietline-checkout.pth").write_text(f"{ROOT / 'layers/core/python'}\n{ROOT}\n")
    script = folder / "bin/quietline"
    script.write_text(CONSOLE.format(python=folder / "bin/python"))
    script.chmod(0o755)


def node() -> None:
    """The Node tools of package-lock.json."""
    lock = ROOT / "package-lock.json"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = ROOT / "node_modules/.quietline-stamp"
    if stamp.exists() and stamp.read_text() == digest:
        return
    npm, program = shutil.which("npm"), shutil.which("node")
    if not npm or not program:
        raise SetupError(
            "Node is missing: install Node 20 or later with npm, for example `apt-get install nodejs npm`."
        )
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(version.lstrip("v").split(".")[0] or 0) < 20:
        raise SetupError(f"Node {version} is too old: install Node 20 or later.")
    say("node_modules from package-lock.json")
    run(npm, "ci", "--ignore-scripts", "--no-progress", what="npm ci")
    stamp.write_text(digest)


if __name__ == "__main__":
    sys.exit(main())
