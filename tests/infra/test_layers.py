"""The layers: sizes, reproducible bytes, importable with nothing else on the path."""

import subprocess
import sys
from pathlib import Path

import botocore
import pytest

from infra.layers import BUILT, LAYERS, build, digest_of, folder_of, host_architecture, size_of

BUDGET_MB = {"deps": 22, "lists": 60, "columns": 36, "tokens": 19, "payments": 28}
"""Unpacked; Lambda's limit for a function and its layers is 250 MB. A growth shows here first."""
IMPORTS = {
    "deps": "aws_lambda_powertools.event_handler, pydantic, phonenumbers, minijinja, "
    "aws_lambda_powertools.utilities.idempotency",
    "lists": "pyroaring, numpy, isal.isal_zlib",
    "columns": "quietline.adapters.parquet",
    "tokens": "jwt, cryptography.hazmat.primitives.asymmetric.rsa",
    "payments": "stripe",
}
CORE = Path("layers/core/python").resolve()


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("architecture", sorted({"arm64", host_architecture()}))
def test_layers_stay_in_their_budget(name: str, architecture: str) -> None:
    folder = folder_of(name, architecture)
    assert folder.is_dir(), "run `python -m infra.layers`"

    assert size_of(folder) / 1_000_000 <= BUDGET_MB[name]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    assert build("tokens", "arm64", tmp_path)

    assert digest_of(folder_of("tokens", "arm64", tmp_path)) == digest_of(folder_of("tokens", "arm64"))
    assert not build("tokens", "arm64", tmp_path)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_whole(name: str, tmp_path: Path) -> None:
    # the Lambda runtime brings botocore and what botocore needs; nothing else of this environment may be seen
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    site = Path(botocore.__file__).parents[1]
    for package in ("botocore", "boto3", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py"):
        if (site / package).exists():
            (runtime / package).symlink_to(site / package)
    paths = [str(folder_of(name, host_architecture()) / "python"), str(runtime), str(CORE)]
    script = f"import sys; sys.path += {paths!r}; import {IMPORTS[name]}"

    ended = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr


def test_bytecode_does_not_depend_on_time() -> None:
    compiled = list((BUILT / f"deps-{host_architecture()}").rglob("*.pyc"))

    assert compiled
    # PEP 552: bit 0 says "hash-based", bit 1 "check the source"; ours are hash-based and unchecked
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} == {1}
