"""Cold start: imports and the DynamoDB client of every function, against a bare `boto3.client("dynamodb")`.

Each measurement is a fresh interpreter that sees only what Lambda would give the function: the layers, our package
and the runtime's boto3 (from the tools' environment), with compiled bytecode. Counted is the processor's time, which
other work on the machine disturbs little; runs are interleaved, the best of each counts, and the figure is the ratio
within one run, because the machine's speed is not ours to choose.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.measure import machine, store

ROOT = Path(__file__).parents[1]
RUNTIME = ("boto3", "botocore", "jmespath", "dateutil", "urllib3", "s3transfer", "six.py")
LAYERS = {
    "authorizer": ("tokens",),
    "payment_worker": ("deps", "payments"),
    "publish_open_data": ("deps", "columns"),
    "publish_area": ("deps", "lists"),
    "render_list": ("deps", "lists"),
    "wash": ("deps", "lists"),
}
API_FUNCTIONS = (
    "public_api",
    "site_forms",
    "portal",
    "console",
    "seller_api",
    "case_api",
    "carrier_api",
    "open_data_api",
    "calendar_feed",
    "stripe_webhook",
)
TARGET = 1.3
ROUNDS = 9
CLIENT = "from quietline.adapters.aws import client; client('dynamodb')"
BASE = "import boto3; boto3.client('dynamodb')"


def functions() -> list[str]:
    """Every deployed function's folder name."""
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))


def layer_folder(name: str) -> Path:
    """The built layer for this machine's architecture, as Lambda would mount it."""
    architecture = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return ROOT / "build" / "layers" / f"{name}-{architecture}" / "python"


def runtime_folder(folder: Path) -> Path:
    """Link what Lambda's Python runtime brings (boto3 and its parts) into a folder of its own."""
    site = Path(next(path for path in sys.path if path.endswith("site-packages")))
    for name in RUNTIME:
        (folder / name).symlink_to(site / name)
    return folder


def command(function: str) -> str:
    """What a fresh interpreter runs for a function; the authorizer has no table and makes no client."""
    imports = f"import functions.{function}.handler"
    return imports if function == "authorizer" else f"{imports}; {CLIENT}"


def environment(function: str | None, runtime: Path, cache: Path) -> dict[str, str]:
    """The interpreter's environment: search path and a bytecode cache that outlives it."""
    layers = [layer_folder(name) for name in LAYERS.get(function or "", ("deps",))] if function else []
    path = [*layers, ROOT / "layers" / "core" / "python", ROOT, runtime] if function else [runtime]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(entry) for entry in path),
        "PYTHONPYCACHEPREFIX": str(cache),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }


def run_once(code: str, env: dict[str, str]) -> float:
    """Processor seconds of one fresh interpreter from start to exit.

    Raises:
        SystemExit: the interpreter failed; its own words are above.
    """
    process = os.posix_spawn(sys.executable, [sys.executable, "-s", "-S", "-c", code], env)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit("A function cannot be imported.")
    return usage.ru_utime + usage.ru_stime


def module_count(function: str, runtime: Path, cache: Path) -> int:
    """How many modules a function has loaded once its handler and its client are there."""
    code = f"{command(function)}\nimport sys; print(len(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-s", "-S", "-c", code],
        env=environment(function, runtime, cache),
        check=True,
        cwd="/",
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure all functions; `ratio` is (function - bare interpreter) / (boto3 client - bare interpreter)."""
    missing = [name for name in ("deps", "lists", "columns", "tokens", "payments") if not layer_folder(name).is_dir()]
    if missing:
        raise SystemExit(f"Build the layers first: python -m infra.layers (missing: {', '.join(missing)}).")
    with tempfile.TemporaryDirectory() as folder:
        runtime = Path(folder, "runtime")
        runtime.mkdir()
        runtime_folder(runtime)
        cache = Path(folder, "cache")
        jobs: dict[str, tuple[str, str | None]] = {"(interpreter)": ("pass", None), "(boto3 client)": (BASE, None)}
        jobs |= {name: (command(name), name) for name in functions()}
        best: dict[str, float] = {}
        for code, function in jobs.values():
            run_once(code, environment(function, runtime, cache))
        for _ in range(rounds):
            for name, (code, function) in jobs.items():
                seconds = run_once(code, environment(function, runtime, cache))
                best[name] = min(best.get(name, seconds), seconds)
        idle = best.pop("(interpreter)")
        base = best.pop("(boto3 client)") - idle
        rows = {
            name: {
                "ms": round((seconds - idle) * 1000),
                "ratio": round((seconds - idle) / base, 2),
                "modules": module_count(name, runtime, cache),
            }
            for name, seconds in best.items()
        }
    return {
        "baseline": 'boto3.client("dynamodb")',
        "baseline_ms": round(base * 1000),
        "machine": machine("boto3", "pydantic", "aws-lambda-powertools"),
        "rounds": rounds,
        "measured": "processor time",
        "target_ratio": TARGET,
        "functions": rows,
    }


def main() -> None:
    """Measure, print a table, store the JSON."""
    result = measure()
    store("coldstart", result)
    print(f"bare boto3 client: {result['baseline_ms']} ms")
    rows = result["functions"]
    for name, row in rows.items():
        mark = "" if name not in API_FUNCTIONS else ("  ok" if row["ratio"] <= TARGET else f"  over {TARGET}")
        print(f"{name:18} {row['ms']:5} ms  x{row['ratio']:<5} {row['modules']:5} modules{mark}")


if __name__ == "__main__":
    main()
