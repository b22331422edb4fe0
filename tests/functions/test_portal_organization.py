"""The portal's pages of an organization's record: caller numbers."""

import re

from quietline.kernel.settings.functions import PortalSettings

from tests.helpers import Tripwire
from tests.portal import Visitor, organization, person

NUMBER = "+13055550187"


def test_caller_numbers_are_lines_of_a_field(portal: PortalSettings, tripwire: Tripwire) -> None:
    tripwire.watch(NUMBER)
    kim = person()
    organization(kim)
    visitor = Visitor().sign_in(kim).get("caller-numbers")
    assert "You have declared no numbers." in visitor.text

    visitor.post("caller-numbers", {"numbers": "(305) 555-0187\r\n\r\nno number\r\n", "version": "0"})
    assert (visitor.status, "Lines without a phone number: 3" in visitor.text) == (400, True)
    visitor.post("caller-numbers", {"numbers": "(305) 555-0187\r\n", "version": "0"})
    assert "The numbers are saved." in visitor.follow().text
    assert "+1 305-555-0187" in visitor.plain
    old = Visitor().sign_in(kim).post("caller-numbers", {"numbers": "", "version": "0"}, at="caller-numbers")
    assert (old.status, "Somebody has changed the numbers" in old.text) == (400, True)
    visitor.post("caller-numbers", {"numbers": "", "version": "1"}).follow()
    assert ("Declared before" in visitor.text, "Declared now" in visitor.text) == (True, False)


def test_the_record_is_changed_in_a_form(portal: PortalSettings, tripwire: Tripwire) -> None:
    tripwire.watch("new@example.com", "+13055550187")
    kim = person()
    organization(kim)
    visitor = Visitor().sign_in(kim).get("organization/edit")
    assert 'value="Sunny Roofs LLC"' in visitor.text
    fields = dict(re.findall(r'<input[^>]* name="([\w-]+)"[^>]* value="([^"]*)"', visitor.plain))
    fields |= {"type": "seller", "exempt_reason": "", "tax_id-kind": "ein", "language": "es"}

    visitor.post("organization/edit", fields | {"name": "", "phone": "12"})
    assert (visitor.status, "Fill this in" in visitor.text) == (400, True)
    visitor.post("organization/edit", fields | {"phone": "12", "tax_id-number": "07-1234567"})
    assert (visitor.status, "A tax id of this kind has another form" in visitor.text) == (400, True)
    changes = {"name": "Sunny <Roofs> Inc.", "phone": "(305) 555-0187", "tax_id-number": "12-3456789"}
    visitor.post("organization/edit", fields | changes | {"contact-email": "new@example.com"})
    shown = visitor.follow()
    assert "The organization is changed." in shown.text
    for text in ("Sunny <Roofs> Inc.", "+1 305-555-0187", "12-3456789", "Changed: e-mail address of the contact"):
        assert text in shown.plain, text
    now = fields | {"name": "Sunny <Roofs> Inc.", "version": "2"}
    assert 'name="tax_id-clear"' in visitor.get("organization/edit").text
    visitor.post("organization/edit", now | {"tax_id-number": ""})
    assert "12-3456789" in visitor.get("organization").plain
    visitor.post("organization/edit", now | {"version": "3", "tax_id-clear": "yes"}, at="organization/edit")
    assert "12-3456789" not in visitor.follow().plain.partition("History")[0]
    assert 'name="tax_id-clear"' not in visitor.get("organization/edit").text
    visitor.post("organization/edit", fields | {"name": "Late"}, at="organization/edit")
    assert (visitor.status, "Somebody has changed the organization" in visitor.text) == (400, True)


def test_closing_asks_for_the_name(portal: PortalSettings) -> None:
    kim = person()
    organization(kim)
    visitor = Visitor().sign_in(kim).get("organization/close")
    version = re.findall(r'name="version" value="(\d+)"', visitor.text)[0]

    visitor.post("organization/close", {"name": "Other", "version": version})
    assert (visitor.status, "This is not the name on record" in visitor.text) == (400, True)
    visitor.post("organization/close", {"name": "Sunny Roofs LLC", "version": "0"})
    assert (visitor.status, "It cannot be closed now" in visitor.text) == (400, True)
    visitor.post("organization/close", {"name": "Sunny Roofs LLC", "version": version})
    assert "The organization is closed." in visitor.follow().text
    assert visitor.get("organization/edit").status == 403
    assert organization(kim, name="Second LLC")
    assert "Second LLC" in visitor.get("organization").text
