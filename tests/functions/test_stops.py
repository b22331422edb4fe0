"""Stop requests from the form to the seller's feed, its acknowledgement and the mails."""

import json
import re

import pytest
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import (
    MailerSettings,
    NotifySettings,
    PortalSettings,
    RelaySettings,
    SiteFormsSettings,
)

from functions.notify import handler as notify
from tests.conftest import Cloud
from tests.functions.test_registrations import drain
from tests.functions.test_site_forms import call as page
from tests.functions.test_team import Town
from tests.helpers import LambdaContext, Tripwire
from tests.portal import Visitor, organization, person

NUMBER, EMAIL = "(202) 555-0143", "alex@example.com"


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, tripwire: Tripwire) -> None:
    for model in (SiteFormsSettings, RelaySettings, MailerSettings, NotifySettings):
        cloud.use(model)
    tripwire.watch(EMAIL)


def token_in(mail: str, path: str, tripwire: Tripwire) -> str:
    found = re.search(rf"https://registry\.example\.test{path}\?lang=es&(?:amp;)?token=([\w.-]+)", mail)
    assert found, mail
    tripwire.watch(found[1])
    return found[1]


class Post:
    """What was mailed since one looked last, after the sellers were told."""

    def __init__(self, cloud: Cloud) -> None:
        self.table, self.cloud, self.seen, self.count = Table(cloud.sellers_table), cloud, set[str](), 0

    def new(self) -> dict[str, str]:
        """Return subject → text."""
        for item in list(self.table.scan("STOP_TOLD#")):
            body = json.dumps({"table": self.table.name, "pk": item["pk"], "kind": "STOP_TOLD"})
            event = {"Records": [{"messageId": "1", "body": body}]}
            assert notify.lambda_handler(event, LambdaContext()) == {"batchItemFailures": []}
        sent = drain(self.cloud, self.seen, self.table.name)
        new, self.count = sent[self.count :], len(sent)
        return {mail["subject"]: mail["body"] for mail in new}


def asked(san: str, tripwire: Tripwire, post: Post) -> str:
    """Ask for a stop on the Spanish page and confirm it; return the mail that takes it back."""
    form = {"number": NUMBER, "seller": san, "email": EMAIL}
    review = page("POST", "/forms/es/stop", form)
    assert review["statusCode"] == 200
    [chosen] = re.findall(r'name="chosen" value="(\w+)"', review["body"])
    assert page("POST", "/forms/es/stop/send", form | {"chosen": chosen})["statusCode"] == 303
    [(_, body)] = post.new().items()
    token = token_in(body, "/forms/stop/confirm", tripwire)
    done = page("POST", "/forms/es/stop/confirm", {"token": token})
    assert done["statusCode"] == 200 and "El vendedor está avisado" in done["body"]
    assert page("POST", "/forms/es/stop/confirm", {"token": token})["statusCode"] == 400
    mails = post.new()
    assert "A person told you to stop calling" in mails
    [body] = [text for subject, text in mails.items() if "está avisado" in subject]
    return body


def test_a_stop_request_reaches_the_seller_and_its_acknowledgement_the_consumer(
    cloud: Cloud, tripwire: Tripwire
) -> None:
    town = Town(cloud, mfa="optional")
    ana, zoe = town.person("ana"), town.person("zoe")
    san = town.organization(ana)
    town.organization(zoe)
    post = Post(cloud)
    post.new()
    mail = asked(san, tripwire, post)

    status, feed = town(ana, "GET", "/v1/stop-requests")
    assert (status, feed["next"], feed["more"]) == (200, 1, False)
    [change] = feed["changes"]
    assert (change["change"], change["number"]) == ("requested", "+12025550143")
    assert town(ana, "GET", "/v1/stop-requests/csv?since=0&limit=5")[1]["text"].count("+12025550143,requested,") == 1
    assert town(ana, "GET", "/v1/stop-requests?since=-1")[0] == 400
    assert town(zoe, "GET", "/v1/stop-requests")[1]["changes"] == []
    assert town(zoe, "POST", "/v1/stop-requests/acknowledgements", {"ids": [change["id"]]})[1] == {
        "acknowledgements": [{"id": change["id"], "state": "unknown"}]
    }
    status, answer = town(ana, "POST", "/v1/stop-requests/acknowledgements", {"ids": [change["id"]]})
    assert (status, answer["acknowledgements"]) == (200, [{"id": change["id"], "state": "acknowledged"}])
    assert any("ha aceptado" in subject for subject in post.new())

    token = token_in(mail, "/forms/stop/withdraw", tripwire)
    assert "Retirarla" in page("GET", "/forms/stop/withdraw", query=f"lang=es&token={token}")["body"]
    assert page("POST", "/forms/es/stop/withdraw", {"token": token})["statusCode"] == 200
    status, feed = town(ana, "GET", "/v1/stop-requests?since=1")
    assert [(entry["sequence"], entry["change"]) for entry in feed["changes"]] == [(2, "withdrawn")]


def test_the_page_names_what_is_wrong_and_carries_what_was_typed() -> None:
    answer = page("POST", "/forms/en/stop", {"number": "12", "seller": "Nobody <b>", "email": EMAIL})

    assert answer["statusCode"] == 400
    assert "No registered seller has this name" in answer["body"] and "Nobody &lt;b&gt;" in answer["body"]
    changed = page("POST", "/forms/en/stop", {"number": NUMBER, "seller": "x", "email": EMAIL, "action": "change"})
    assert changed["statusCode"] == 200 and NUMBER in changed["body"]
    assert page("POST", "/forms/en/stop/send", {"number": NUMBER, "seller": "x", "email": EMAIL})["statusCode"] == 400


def test_the_portal_shows_and_acknowledges(portal: PortalSettings, cloud: Cloud, tripwire: Tripwire) -> None:
    kim = person()
    organization(kim)
    visitor = Visitor().sign_in(kim)
    visitor.get("stop-requests")
    assert "no stop request" in visitor.plain
    [item] = Table(cloud.sellers_table).scan("SAN#")
    post = Post(cloud)
    post.new()
    asked(item["pk"].removeprefix("SAN#"), tripwire, post)

    visitor.get("stop-requests")
    assert NUMBER in visitor.plain
    [request_id] = re.findall(r'name="id" value="(\w{26})"', visitor.plain)
    visitor.post("stop-requests", {}, at="stop-requests")
    assert (visitor.status, "Check at least one number" in visitor.plain) == (400, True)
    visitor.get("stop-requests/csv")
    assert visitor.plain.splitlines()[1].startswith("+12025550143,requested,")
    visitor.post("stop-requests", {"id": [request_id]}, at="stop-requests")
    assert visitor.status == 303
    visitor.get("stop-requests")
    assert "no stop request" in visitor.plain
