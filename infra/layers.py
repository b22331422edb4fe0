"""Build the third-party layers without Docker: `python -m infra.layers`.

uv fetches wheels of the target platform, pinned by hash; what no function needs is pruned; the rest is compiled to
unchecked hash-based bytecode, which does not depend on time. Same input, same bytes: a second run finds its stamp and
does nothing.
"""

import argparse
import compileall
import hashlib
import os
import platform
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "build" / "layers"
LAYERS = ("deps", "lists", "columns", "tokens", "payments")
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
PYTHON = "3.13"

PRUNED = (
    "bin",
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "**/*.pyx",
    "**/*.pxd",
    "**/*.c",
    "**/*.h",
    "**/*.md",
    "numpy/f2py",
    "numpy/doc",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/random/_examples",
    "numpy/random/lib",
    "numpy/distutils",
)
"""What lies in wheels and no function imports; `tests/infra/test_layers.py` imports what is left."""
KEPT_METADATA = ("METADATA", "entry_points.txt")
"""Of each `*.dist-info`: `importlib.metadata.version` and entry points must still answer."""


class LayerError(Exception):
    """A layer cannot be built; the sentence says what to do."""


def host_architecture() -> str:
    """Name of this machine's architecture, as Lambda spells it."""
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def folder_of(name: str, architecture: str, built: Path = BUILT) -> Path:
    """Where a built layer lies; it holds `python/`."""
    return built / f"{name}-{architecture}"


def find_uv() -> str:
    """Return the path of uv.

    Raises:
        LayerError: there is none.
    """
    for place in (ROOT / ".local/tools/bin/uv", ROOT / ".venv/bin/uv"):
        if place.is_file():
            return str(place)
    found = shutil.which("uv")
    if not found:
        raise LayerError("uv is missing: run `make setup`, which installs it below .local/tools.")
    return found


def fingerprint(name: str, architecture: str) -> str:
    """Hash of everything that a layer is made of: its pins, this file, the platform, the compiler's bytecode format."""
    digest = hashlib.sha256(f"{name} {architecture} {PYTHON} {sys.implementation.cache_tag}\n".encode())
    digest.update((ROOT / "requirements" / f"layer-{name}.txt").read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()


def build(name: str, architecture: str, built: Path = BUILT) -> bool:
    """Build one layer, unless it is as its pins ask for; return whether there was something to do.

    Raises:
        LayerError: uv is missing or failed, or this Python writes another bytecode than the functions'.
    """
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise LayerError(f"Layers hold bytecode of Python {PYTHON}: run with .venv/bin/python.")
    target = folder_of(name, architecture, built)
    stamp = built / f"{name}-{architecture}.stamp"
    wanted = fingerprint(name, architecture)
    if target.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return False
    # in a folder of its own, so that two builds at once or a broken one never leave half a layer
    fresh = built / f".{name}-{architecture}-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        _install(name, architecture, fresh / "python")
        _prune(fresh / "python")
        _compile(fresh / "python")
        stamp.unlink(missing_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        stamp.write_text(wanted)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def _install(name: str, architecture: str, target: Path) -> None:
    target.mkdir(parents=True)
    command = [
        *(find_uv(), "pip", "install", "--quiet", "--no-config", "--no-installer-metadata", "--require-hashes"),
        *("--target", str(target), "--only-binary", ":all:", "--no-deps", "--link-mode", "copy"),
        *("--python", sys.executable, "--python-version", PYTHON, "--python-platform", PLATFORMS[architecture]),
        *("-r", str(ROOT / "requirements" / f"layer-{name}.txt")),
    ]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode:
        raise LayerError(f"uv could not install the layer {name}:\n{ended.stderr.strip()}")


def _prune(folder: Path) -> None:
    for pattern in PRUNED:
        for path in sorted(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()
    (folder / ".lock").unlink(missing_ok=True)
    for metadata in folder.glob("*.dist-info"):
        for path in sorted(metadata.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir() if not any(path.iterdir()) else None
            elif path.name not in KEPT_METADATA:
                path.unlink()


def _compile(folder: Path) -> None:
    done = compileall.compile_dir(
        folder,
        quiet=1,
        force=True,
        # paths as they are in Lambda, so that tracebacks are right and the bytes do not depend on this machine
        stripdir=str(folder),
        prependdir="/opt/python",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise LayerError(f"A file of {folder.parent.name} does not compile.")


def files_of(folder: Path) -> Iterator[Path]:
    """Every file of a layer, in a fixed order."""
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def size_of(folder: Path) -> int:
    """Bytes of a layer, unpacked."""
    return sum(path.stat().st_size for path in files_of(folder))


def digest_of(folder: Path) -> str:
    """Hash over names and bytes of a layer: equal for equal layers."""
    digest = hashlib.sha256()
    for path in files_of(folder):
        digest.update(f"{path.relative_to(folder)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main() -> int:
    """Build the layers of arm64 (AWS) and of this machine (local cloud), and print their sizes."""
    parser = argparse.ArgumentParser(prog="python -m infra.layers", description="Build the Lambda layers.")
    parser.add_argument("--arch", choices=PLATFORMS, action="append", help="only this architecture (repeatable)")
    chosen = parser.parse_args().arch or sorted({"arm64", host_architecture()})
    try:
        for architecture in chosen:
            for name in LAYERS:
                made = build(name, architecture)
                size = size_of(folder_of(name, architecture)) / 1_000_000
                print(f"{name:9}{architecture:7}{size:7.1f} MB  {'built' if made else 'unchanged'}")
    except LayerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
