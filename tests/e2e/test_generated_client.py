"""A client generated from our OpenAPI document, by somebody else's generator, does a seller's whole journey."""

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import ROOT, Cloud, wait_for
from tests.e2e.test_payments import AREAS, GOOD, Seller

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(600)]

GENERATOR = ROOT / ".local/client/bin/openapi-python-client"
OVERRIDES = "content_type_overrides:\n  application/jose: text/plain\npost_hooks: []\n"
"""The generator knows no JWS; nothing else needs telling, and a warning of it fails the test."""
NAME = "quietline_client"
CALLS = b"phone\n(207) 555-0198\nnonsense\n"


class Generated:
    """The client's package: `call` makes an operation, `model` builds a request's body."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def call(self, operation: str, *path: str, **asked: Any) -> Any:
        """Return the parsed answer of an operation such as `orders.pay_order`, with its status."""
        module = self._module(f"api.{operation}")
        return module.sync_detailed(*path, client=self.client, **asked)

    def model(self, name: str, fields: dict[str, Any]) -> Any:
        return getattr(self._module("models"), name).from_dict(fields)

    @staticmethod
    def _module(name: str) -> ModuleType:
        return importlib.import_module(f"{NAME}.{name}")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    if not GENERATOR.exists():
        pytest.fail("The generator is not installed; `make setup` installs it (requirements/client.txt).")
    folder = tmp_path_factory.mktemp("client")
    (folder / "overrides.yaml").write_text(OVERRIDES)
    arguments = ["generate", "--path", str(ROOT / "docs/reference/openapi.json"), "--meta", "none", "--fail-on-warning"]
    arguments += ["--config", str(folder / "overrides.yaml"), "--output-path", str(folder / NAME)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    made = subprocess.run(
        [str(GENERATOR), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))


def test_a_generated_client_does_the_journey(cloud: Cloud, package: ModuleType, run_id: str, tmp_path: Path) -> None:
    email = f"integrator-{run_id}@example.com"
    with package.AuthenticatedClient(
        base_url=cloud.outputs["api_url"], token=cloud.sign_in(email), timeout=httpx.Timeout(60)
    ) as client:
        journey(cloud, Generated(client), email, run_id)


def journey(cloud: Cloud, made: Generated, email: str, run_id: str) -> None:
    address = {"line1": "1 Test Street", "city": "Augusta", "region": "ME", "postal_code": "04330", "country": "US"}
    contact = {"name": "Ines", "email": email}
    fields = {"name": f"Integrator {run_id}", "type": "seller", "address": address, "contact": contact}
    organization = made.call("organizations.create_organization", body=made.model("OrganizationIn", fields))
    assert organization.status_code == 201, organization.content
    certified = made.call(
        "organizations.certify", body=made.model("CertificationIn", {"version": "2026-10", "language": "en"})
    )
    assert certified.parsed.san, certified.content

    quote = made.call("orders.quote", body=made.model("QuoteIn", {"areas": AREAS})).parsed
    assert (quote.total.minor, quote.total.currency) == (8500, "USD")
    order = made.call("orders.order", body=made.model("OrderIn", {"areas": AREAS}), idempotency_key=f"gen-{run_id}")
    again = made.call("orders.order", body=made.model("OrderIn", {"areas": AREAS}), idempotency_key=f"gen-{run_id}")
    assert order.parsed.id == again.parsed.id, order.content

    def state() -> str:
        return str(made.call("orders.read_order", order.parsed.id).parsed.state)

    wait_for(lambda: state() == "awaiting_payment", "the invoice")
    refused = made.call("lists.create_download", body=made.model("DownloadIn", {"areas": ["207"]}))
    assert (refused.status_code, refused.parsed.type_) == (403, "/problems/not-entitled")
    method = Seller(cloud, cloud.http, "", email).card(GOOD)
    paid = made.call("orders.pay_order", order.parsed.id, body=made.model("PaymentIn", {"payment_method": method}))
    assert paid.status_code == 202, paid.content
    wait_for(lambda: state() == "active", "the payment")
    [held] = made.call("orders.list_entitlements").parsed.entitlements
    assert set(held.areas) == set(AREAS)

    wanted = made.model("DownloadIn", {"areas": ["207"], "kind": "full", "format": "txt"})
    download = made.call("lists.create_download", body=wanted).parsed
    [file] = download.files
    assert hashlib.sha256(httpx.get(file.url, timeout=60).content).hexdigest() == file.sha256
    answers = made.call("lists.look_up", body=made.model("LookupIn", {"numbers": ["(207) 555-0198"]})).parsed
    assert [str(one.status) for one in answers.answers] == ["clear"]

    wash = made.call("washes.create_wash", body=made.model("WashIn", {"client_reference": "leads"})).parsed
    form = wash.upload
    stored = httpx.post(form.url, data=form.fields.to_dict(), files={"file": CALLS}, timeout=60)
    assert stored.status_code == 204, stored.text
    done = wait_for(lambda: washed(made, wash.id), "the answer")
    assert (done.result.rows, done.result.clear) == (2, 1)


def washed(made: Generated, wash_id: str) -> Any:
    found = made.call("washes.read_wash", wash_id).parsed
    assert str(found.state) != "failed"
    return found if str(found.state) == "done" else None
