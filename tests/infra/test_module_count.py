"""How much a function imports is what its cold start costs: `bench/coldstart` measures it, this gates it."""

from pathlib import Path

import pytest

from bench import coldstart

BUDGET = {
    "public_api": 560,
    "site_forms": 530,
    "seller_api": 580,  # what only an accusation needs is loaded with it
    "portal": 590,
    "case_api": 545,  # who holds a number is asked as its carrier is
    "console": 535,
    "carrier_api": 540,  # the feed of reported callers came to it
    "open_data_api": 540,
    "stripe_webhook": 450,
    "authorizer": 225,
    "relay": 390,
    "mailer": 410,
}
"""Modules loaded with handler and client; boto3's client alone takes about 330. A heavy import shows here first."""


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return coldstart.runtime_folder(tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="module")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one function's interpreter has compiled, the next one's reads; which modules it loads stays its own."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.mark.parametrize("name", sorted(BUDGET))
def test_a_function_imports_no_more_than_its_budget(
    name: str, runtime: Path, bytecode: Path, built_layers: None
) -> None:
    assert coldstart.module_count(name, runtime, bytecode) <= BUDGET[name]
