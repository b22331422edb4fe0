"""Lambda: error names, tools of layers, a bounded pool of workers, unpacked packages kept."""

import hashlib
import os
import tempfile
import threading
import time
import types
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

_ERROR_LINE = (
    '_real_stdout.write(json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()}) + "\\n")'
)
_MARK = "__quietline_error__"
PATIENCE = float(os.environ.get("QUIETLINE_LAMBDA_PATIENCE", "5"))
"""Seconds without any worker given or returned after which those that are busy may be waiting for each other."""
LONGEST_WAIT = float(os.environ.get("QUIETLINE_LAMBDA_LONGEST_WAIT", "30"))
"""Seconds; less than a task of our state machines may take."""
_NAMED_ERROR_LINE = (
    'sys.stderr.write("[ERROR] " + traceback.format_exc()); sys.stderr.flush(); '
    '_real_stdout.write(json.dumps({"status": "ok", "result": {"' + _MARK + '": {'
    '"errorMessage": str(e), "errorType": type(e).__name__, "requestId": context.aws_request_id, '
    '"stackTrace": traceback.format_tb(e.__traceback__)}}}) + "\\n")'
)

_OPT_SHIM = """
def _layers_are_opt():
    import os, subprocess, sys
    layers = [d for d in os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep) if d]
    start = subprocess.Popen.__init__
    def popen(self, args, *rest, **options):
        listed = isinstance(args, (list, tuple)) and args
        if listed and str(args[0]).startswith("/opt/") and not os.path.exists(args[0]):
            for layer in layers:
                program = os.path.join(layer, str(args[0])[5:])
                if os.path.exists(program):
                    args = [sys.executable, program, *args[1:]]
                    break
        start(self, args, *rest, **options)
    subprocess.Popen.__init__ = popen
_layers_are_opt()
"""


def error_names() -> None:
    """A handler's exception keeps its class name, and its worker lives on.

    The emulator reports every exception as `Runtime.HandlerError` and kills the worker, so Step Functions could not
    retry or catch by name, and each bad event would cost a cold start.
    """
    from ministack.core import lambda_runtime as runtime
    from ministack.services import lambda_svc as service

    if _ERROR_LINE not in runtime._PYTHON_WORKER_SCRIPT:
        raise LookupError("the worker script has changed")
    runtime._PYTHON_WORKER_SCRIPT = runtime._PYTHON_WORKER_SCRIPT.replace(_ERROR_LINE, _NAMED_ERROR_LINE)
    execute = service._execute_function_warm

    def execute_warm(func: Any, event: Any, request_id: Any) -> Any:
        answer = execute(func, event, request_id)
        body = answer.get("body") if isinstance(answer, dict) else None
        if isinstance(body, dict) and _MARK in body:
            return {"body": body[_MARK], "error": True, "log": answer.get("log", "")}
        return answer

    service._execute_function_warm = execute_warm


def api_error_is_500() -> None:
    """The HTTP API answers 500 when its function fails; the emulator answers 502 with the exception's text."""
    from ministack.services import lambda_svc as service

    convert = service.lambda_execute_result_to_api_proxy_response

    def to_response(result: Any) -> Any:
        if isinstance(result, dict) and result.get("error"):
            headers = {"content-type": "application/json"}
            return {"statusCode": 500, "headers": headers, "body": '{"message":"Internal Server Error"}'}, None
        return convert(result)

    service.lambda_execute_result_to_api_proxy_response = to_response


def layer_programs() -> None:
    """Programs that a layer puts under /opt are found: CDK's BucketDeployment runs /opt/awscli/aws."""
    from ministack.core import lambda_runtime as runtime

    runtime._PYTHON_WORKER_SCRIPT = _OPT_SHIM + runtime._PYTHON_WORKER_SCRIPT


class _Turns:
    """Those who wait for a worker of one function, and when one was last given or came back."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.moved = time.monotonic()

    def move(self) -> None:
        with self.changed:
            self.moved = time.monotonic()
            self.changed.notify()


def worker_pool() -> None:
    """A burst waits for a warm worker instead of starting one process for each concurrent request.

    A worker over the limit is given only when for `PATIENCE` seconds none came back: then the workers may be waiting
    for each other (recursion). Were it given to whoever has waited that long, a burst would start a process for each.
    Who waits for `LONGEST_WAIT` is throttled, as on AWS.
    """
    from ministack.core import lambda_runtime as runtime
    from ministack.services import lambda_svc as service

    limit = int(os.environ.get("QUIETLINE_LAMBDA_WORKERS", "4"))
    acquire, release = runtime.acquire_worker, runtime.release_worker
    turns: defaultdict[tuple[str, str], _Turns] = defaultdict(_Turns)

    def acquire_worker(
        func_name: str, config: Any, code_zip: Any, qualifier: str = "$LATEST", max_concurrency: int | None = None
    ) -> Any:
        turn = turns[func_name, qualifier]
        most, end = max_concurrency or limit, time.monotonic() + LONGEST_WAIT
        with turn.changed:
            while True:
                worker, reason = acquire(func_name, config, code_zip, qualifier=qualifier, max_concurrency=most)
                if worker is not None:
                    turn.moved = time.monotonic()
                    return worker, reason
                if time.monotonic() > end:
                    return None, "func_cap"
                if turn.changed.wait(max(0.0, turn.moved + PATIENCE - time.monotonic())):
                    continue
                most = 10**6 if time.monotonic() - turn.moved >= PATIENCE else most

    def release_worker(worker: Any) -> None:
        release(worker)
        if worker is not None:
            turns[worker.func_name, worker.config.get("Version", "$LATEST")].move()

    runtime.acquire_worker, runtime.release_worker = acquire_worker, release_worker
    service.acquire_worker, service.release_worker = acquire_worker, release_worker


def unpack_cache() -> None:
    """Each package or layer is unpacked once, by its hash, and linked into the worker's directory.

    A cold start then neither unzips nor compiles: about one second less for a function with our layers.
    """
    from ministack.core import lambda_runtime as runtime

    cache = Path(os.environ.get("QUIETLINE_LAMBDA_CACHE") or Path(tempfile.gettempdir()) / "quietline-lambda-cache")
    cache.mkdir(parents=True, exist_ok=True)
    lock = threading.Lock()

    class CachedZip(zipfile.ZipFile):
        def namelist(self) -> list[str]:
            """Return nothing where the emulator would check each name: a second for our layers, at each start."""
            return [] if self.filename else super().namelist()

        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            place = Path(path) if path else None
            if place is None or not self.filename or not place.is_dir() or any(place.iterdir()):
                super().extractall(path, members or super().namelist(), pwd)
                return
            with Path(self.filename).open("rb") as packed:
                kept = cache / hashlib.file_digest(packed, "sha256").hexdigest()
            with lock:
                if not kept.is_dir():
                    fresh = kept.with_suffix(f".{os.getpid()}.tmp")
                    super().extractall(fresh, self._checked(fresh))
                    self._restore_modes(fresh)
                    fresh.replace(kept)
            place.rmdir()
            place.symlink_to(kept)

        def _checked(self, root: Path) -> list[str]:
            names = super().namelist()
            for name in names:
                if not (root / name).resolve().is_relative_to(root.resolve()):
                    raise RuntimeError(f"Zip entry escapes target dir: {name}")
            return names

        def _restore_modes(self, root: Path) -> None:
            """Zipfile drops the permission bits; programs of layers need theirs."""
            for info in self.infolist():
                mode = info.external_attr >> 16
                if mode & 0o111 and not info.is_dir():
                    (root / info.filename).chmod(mode & 0o777)

    module = types.ModuleType("zipfile")
    module.__dict__.update(zipfile.__dict__)
    module.__dict__["ZipFile"] = CachedZip
    runtime.zipfile = module


FIXES = {
    "lambda-error-names": error_names,
    "lambda-api-error-500": api_error_is_500,
    "lambda-layer-programs": layer_programs,
    "lambda-worker-pool": worker_pool,
    "lambda-unpack-cache": unpack_cache,
}
