"""The overview: the 31-day clock at each of its steps, what is held, and what to do next."""

from datetime import UTC, datetime, timedelta

import pytest
from quietline import bootstrap
from quietline.kernel.settings.functions import PortalSettings
from quietline.orders.model import Buyer
from quietline.sellers.model import OrganizationType

from functions.portal import wiring
from tests.portal import Visitor, organization, person


def test_what_to_do_next_goes_from_certifying_to_fetching(portal: PortalSettings) -> None:
    kim = person()
    organization(kim, certified=False)
    visitor = Visitor().sign_in(kim).get("")
    assert "Certify how you use the registry" in visitor.text
    assert "Choose areas" not in visitor.text
    version = wiring.certifications().text().version
    visitor.post("certification", {"version": version, "agree": "yes"}, at="certification")
    assert "Choose areas; the first ones are free" in visitor.get("").text
    found = wiring.organizations().of(kim.caller)
    wiring.orders().order(Buyer(found.organization_id, kim.sub, exempt=False, certified=True), ["202", "212"])
    shown = visitor.get("").text
    assert "202, 212" in shown
    assert "In force" in shown
    assert "Fetch the current list" in shown
    assert "You have not fetched a list yet." in shown


def test_a_representative_without_a_second_factor_is_sent_there_first(portal: PortalSettings) -> None:
    lee = person(mfa=False)
    organization(lee, certified=False)
    visitor = Visitor().sign_in(lee).get("")
    assert visitor.plain.index("Set up a second factor") < visitor.plain.index("Certify how you use the registry")
    shown = visitor.get("certification").plain
    assert 'href="/portal/en/account/second-factor">Set it up' in shown
    assert 'name="agree"' not in shown


def test_an_exempt_organization_is_not_told_of_fees(portal: PortalSettings) -> None:
    kim = person()
    organization(kim, OrganizationType.EXEMPT)
    shown = Visitor().sign_in(kim).get("").text
    assert "an exempt organization pays nothing" in shown
    assert "the first ones are free" not in shown


@pytest.mark.parametrize(
    ("age", "words"),
    [(0, "Up to date"), (20, "Up to date"), (21, "Fetch soon"), (28, "Fetch now"), (31, "Fetch now"), (32, "Too old")],
)
def test_the_clock_says_in_words_how_old_the_list_is(portal: PortalSettings, age: int, words: str) -> None:
    kim = person()
    organization(kim)
    found = wiring.organizations().of(kim.caller)
    today = wiring.profile().local_date(datetime.now(UTC))
    listed = today - timedelta(days=age)
    receipt = {
        "type": "receipt",
        "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
        "list_date": listed.isoformat(),
        "issued_at": f"{listed.isoformat()}T15:00:00.000Z",
        "valid_until": (listed + timedelta(days=31)).isoformat(),
        "san": found.san,
        "areas": [{"area": "202", "kind": "full"}],
    }
    store = bootstrap.downloads(wiring.settings()).receipts
    store.add(found.organization_id, str(receipt["id"]), receipt, "signed")
    shown = Visitor().sign_in(kim).get("").text
    assert f"{age} of 31 days" in shown
    assert f">{words}" in shown
