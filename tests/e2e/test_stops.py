"""A person tells one seller to stop: the seller's feed has it, both are mailed, and the acknowledgement comes back."""

import re

import pytest

from tests.e2e.conftest import Cloud, wait_for
from tests.e2e.test_round_trip import ADDRESS

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(180)]


def test_a_stop_request_reaches_the_seller_and_is_acknowledged(cloud: Cloud, run_id: str) -> None:
    seller_mail, person = f"stopped-{run_id}@example.com", f"person-{run_id}@example.com"
    seller = cloud.as_user(cloud.sign_in(seller_mail))
    organization = {
        "name": f"Stopping {run_id}",
        "type": "seller",
        "address": ADDRESS,
        "contact": {"name": "Sam", "email": seller_mail},
    }
    assert seller.post("/v1/organizations", json=organization).status_code == 201
    certified = seller.post("/v1/certifications", json={"version": "2026-10", "language": "en"})
    assert certified.status_code == 201, certified.text

    # found by its name in the public directory
    form = {"number": "(202) 555-0143", "seller": f"Stopping {run_id}", "email": person}
    review = cloud.http.post("/forms/en/stop", data=form)
    assert review.status_code == 200, review.text
    [chosen] = re.findall(r'name="chosen" value="(\w+)"', review.text)
    assert cloud.http.post("/forms/en/stop/send", data=form | {"chosen": chosen}).status_code == 303
    token = cloud.link_token(person)
    assert seller.get("/v1/stop-requests").json()["changes"] == []
    assert "The seller has been told" in cloud.http.post("/forms/en/stop/confirm", data={"token": token}).text

    [change] = seller.get("/v1/stop-requests").json()["changes"]
    assert (change["number"], change["change"]) == ("+12025550143", "requested")
    wait_for(
        lambda: any("told you to stop" in one["subject"] for one in cloud.mails_to(seller_mail)), "the seller's mail"
    )
    answer = seller.post("/v1/stop-requests/acknowledgements", json={"ids": [change["id"]]}).json()
    assert answer["acknowledgements"] == [{"id": change["id"], "state": "acknowledged"}]
    wait_for(lambda: any("has acknowledged" in one["subject"] for one in cloud.mails_to(person)), "the person's mail")
