"""An organization that may get no lists gets none on the pages either, and is told why."""

from datetime import UTC, datetime

import pytest
from quietline import bootstrap
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import PortalSettings

from functions.portal import wiring
from tests.portal import Person, Visitor, organization, person

LISTS = [
    ("downloads", {"which": "all", "kind": "full"}),
    ("lookups", {"numbers": "(202) 555-0143"}),
    ("washes", {"reference": "leads-1"}),
]


@pytest.fixture
def kim(portal: PortalSettings) -> Person:
    return person()


@pytest.mark.parametrize(("path", "fields"), LISTS)
def test_a_suspended_organization_is_told_why_it_gets_no_lists(kim: Person, path: str, fields: dict[str, str]) -> None:
    san = organization(kim)
    visitor = Visitor().sign_in(kim)
    suspension = bootstrap.suspension(wiring.settings().sellers_table)
    suspension.suspend(san, "It called listed numbers.", "operator")

    visitor.post(path, fields, at=path)

    assert (visitor.status, "Your organization is suspended" in visitor.plain) == (403, True)
    assert visitor.get("orders").status == 200
    for where in ("", "organization"):
        assert "It called listed numbers." in visitor.get(where).plain
    suspension.reinstate(san, "They trained their staff.", "operator")
    visitor.post(path, fields, at=path)
    assert "suspended" not in visitor.plain


@pytest.mark.parametrize(("path", "fields"), LISTS)
def test_who_has_not_certified_is_sent_to_the_text(kim: Person, path: str, fields: dict[str, str]) -> None:
    organization(kim, certified=False)
    visitor = Visitor().sign_in(kim)

    visitor.post(path, fields, at=path)

    assert (visitor.status, "Certify first" in visitor.plain) == (403, True)
    assert "Read the text and certify" in visitor.plain


def test_an_overdue_certification_gets_no_lists_until_it_is_renewed(kim: Person) -> None:
    organization(kim)
    visitor = Visitor().sign_in(kim)
    acts = wiring.organizations().of(kim.caller)
    long_ago = datetime(2024, 1, 15, tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    table = Table(wiring.settings().sellers_table)
    table.write(
        table.update(keys.organization(acts.organization_id), "SET certified_at = :at", values={":at": long_ago})
    )

    assert visitor.post("lookups", {"numbers": "(202) 555-0143"}, at="lookups").status == 403
    assert "Certify first" in visitor.plain
    assert "Overdue" in visitor.get("certification").plain
    version = wiring.certifications().text().version
    visitor.post("certification", {"agree": "yes", "version": version}).follow()
    assert ("In force" in visitor.plain, "kim@example.com" in visitor.plain) == (True, True)
    assert visitor.plain.count(f'<div class="ql-rows__value">{version}</div>') == 2
