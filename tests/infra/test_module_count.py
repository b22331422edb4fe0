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


@pytest.mark.parametrize("name", sorted(BUDGET))
def test_a_function_imports_no_more_than_its_budget(name: str, tmp_path: Path, built_layers: None) -> None:
    (tmp_path / "runtime").mkdir()
    runtime = coldstart.runtime_folder(tmp_path / "runtime")

    assert coldstart.module_count(name, runtime, tmp_path / "cache") <= BUDGET[name]
