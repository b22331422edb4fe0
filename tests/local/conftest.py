"""Two emulators: as its makers ship it, and with our fixes. Each claim about a fix is tried on both."""

import io
import json
import os
import socket
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from infra.local.place import ROOT, TOOLS

ROLE = "arn:aws:iam::000000000000:role/any"
FAILING = "def handler(event, context):\n    raise LookupError('no such area')\n"
"""A function that always fails."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Emulator:
    """One running emulator."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(max_pool_connections=32, read_timeout=60, retries={"max_attempts": 0}),
        )

    def function(self, name: str, source: str, **options: Any) -> str:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr(zipfile.ZipInfo("app.py"), source)
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=ROLE,
            Code={"ZipFile": packed.getvalue()},
            **{"Timeout": 20, **options},
        )
        return str(made["FunctionArn"])


def start(folder: Path, *, fixed: bool, **environment: str) -> Emulator:
    python = TOOLS / "emulator/bin/python"
    if not python.exists():
        pytest.fail("The emulator is not installed: run `make setup`.")
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    module = "infra.local.emulator" if fixed else "ministack"
    log = (folder / "log").open("ab")
    process = subprocess.Popen(
        [str(python), "-m", module],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        env={
            "PATH": os.environ["PATH"],
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(folder),
            "QUIETLINE_LAMBDA_CACHE": str(folder / "cache"),
            **environment,
        },
    )
    log.close()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/ready", timeout=1).close()
            return Emulator(port, process)
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError((folder / "log").read_text()[-2000:])


def stop(emulator: Emulator) -> None:
    emulator.process.terminate()
    try:
        emulator.process.wait(10)
    except subprocess.TimeoutExpired:
        emulator.process.kill()
        emulator.process.wait(10)


def invoke(emulator: Emulator, name: str, event: dict[str, Any] | None = None) -> Any:
    answer = emulator.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}).encode())
    return json.loads(answer["Payload"].read())


def get(url: str, host: str = "") -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def http_api(emulator: Emulator, function: str) -> str:
    """An HTTP API whose every route is the function."""
    gateway = emulator.client("apigatewayv2")
    api = str(gateway.create_api(Name="api", ProtocolType="HTTP")["ApiId"])
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return api


@pytest.fixture(scope="session")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    limits = {"QUIETLINE_LAMBDA_WORKERS": "3", "QUIETLINE_LAMBDA_PATIENCE": "3"}
    emulator = start(tmp_path_factory.mktemp("fixed"), fixed=True, **limits)
    yield emulator
    stop(emulator)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = start(tmp_path_factory.mktemp("bare"), fixed=False)
    yield emulator
    stop(emulator)
