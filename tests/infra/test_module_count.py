"""How much a function imports is what its cold start costs: `bench/coldstart` measures it, this gates it."""

from pathlib import Path

import pytest

from bench import coldstart

BUDGET = {
    "public_api": 520,
    "site_forms": 475,
    "seller_api": 550,
    "portal": 590,
    "case_api": 500,
    "carrier_api": 510,
    "stripe_webhook": 435,
    "authorizer": 240,
    "relay": 420,
    "mailer": 430,
}
"""Modules loaded with handler and client; boto3's client alone takes about 330. A heavy import shows here first."""


@pytest.mark.parametrize("name", sorted(BUDGET))
def test_a_function_imports_no_more_than_its_budget(name: str, tmp_path: Path, built_layers: None) -> None:
    (tmp_path / "runtime").mkdir()
    runtime = coldstart.runtime_folder(tmp_path / "runtime")

    assert coldstart.module_count(name, runtime, tmp_path / "cache") <= BUDGET[name]
