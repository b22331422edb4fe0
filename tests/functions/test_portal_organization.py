"""The portal's pages of an organization's record: caller numbers."""

from quietline.kernel.settings import PortalSettings

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
