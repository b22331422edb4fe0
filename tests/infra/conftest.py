"""Templates of production and of the local cloud, synthesized once in a session (15 to 30 s each).

The processes of `make fast` share them: the first one that needs a template writes it, the others wait and read it.
"""

import fcntl
import json
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.layers import LAYERS, folder_of, host_architecture
from tools.iam import PRODUCTION


@dataclass(frozen=True)
class Synthesized:
    """Templates by the last part of the stack's name, and what cdk-nag found."""

    templates: dict[str, dict[str, Any]]
    folder: Path

    def of_type(self, kind: str, stack: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """Logical id and resource of every resource of a type."""
        for name, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                if resource["Type"] == kind and stack in ("", name):
                    yield logical_id, resource


def synthesize(folder: Path, context: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from aws_cdk import App

        from infra.app import build, settings

        app = App(outdir=str(folder), context=settings() | context)
        build(app)
        app.synth()


def synthesized(name: str, context: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    base = tmp_path_factory.getbasetemp()
    # each process of pytest-xdist has its folder in the session's
    session = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, whole = session / f"synthesized-{name}", session / f"synthesized-{name}.whole"
    with (session / f"synthesized-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            synthesize(folder, context)
            whole.touch()
    templates = {
        path.name.split(".")[0].split("-")[-1]: json.loads(path.read_text())
        for path in folder.glob("Quietline-*.template.json")
    }
    return Synthesized(templates, folder)


@pytest.fixture(scope="session")
def built_layers() -> None:
    for name in LAYERS:
        for architecture in {"arm64", host_architecture()}:
            if not folder_of(name, architecture).is_dir():
                pytest.fail("The layers are not built: run `python -m infra.layers`.")


@pytest.fixture(scope="session")
def production(tmp_path_factory: pytest.TempPathFactory, built_layers: None) -> Synthesized:
    return synthesized("production", PRODUCTION, tmp_path_factory)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory, built_layers: None) -> Synthesized:
    return synthesized("local", {"target": "local"}, tmp_path_factory)
