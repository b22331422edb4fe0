"""Five stories of a case from the call to the last mail, on the deployed functions, with what each person saw.

A day of the deadlines lasts seconds where the cloud was started with `QUIETLINE_DAY_SECONDS`; only the silent seller's
story needs that, as it is the one in which nobody does anything.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.e2e.cast import ZONE, Case, Cast, Consumer, Seller, fictitious, today
from tests.e2e.conftest import Cloud, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(400)]

MAXIMUM = 5_308_800
"""Cents for a call of today: 16 CFR 1.98 since 17 January 2025."""
CALLS = 50


@pytest.fixture(scope="module")
def cast(cloud: Cloud, run_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    emulator = {
        "AWS_ENDPOINT_URL": cloud.outputs["emulator_url"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in emulator.items():
            patch.setitem(os.environ, name, value)
        yield Cast(cloud, run_id, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def day_seconds(cloud: Cloud) -> int:
    """How long a day of the deadlines is on this cloud."""
    functions = cloud.aws("lambda").get_paginator("list_functions").paginate()
    every = [found for page in functions for found in page["Functions"]]
    [one] = [found for found in every if found["FunctionName"].partition("InvestigateCase")[1]]
    return int(one["Environment"]["Variables"]["QUIETLINE_DAY_SECONDS"])


@pytest.fixture(scope="module")
def stale(cast: Cast, day_seconds: int) -> tuple[Seller, Consumer, Case]:
    """The silent seller's case; its deadlines pass while the other stories are told."""
    if day_seconds > 60:
        pytest.skip("Nobody waits three weeks: start the cloud with QUIETLINE_DAY_SECONDS=4.")
    number = cast.listed(fictitious(f"stale {cast.run_id}", "701"))
    seller = cast.seller("stale", "701")
    cast.held(seller, "701", today() - timedelta(days=41))
    consumer = cast.complains("called-stale", number, caller_name=seller.name)
    return seller, consumer, cast.case_of(consumer)


@pytest.fixture(scope="module")
def honest(cast: Cast) -> tuple[Seller, datetime]:
    """Has fetched today's list; with the next full minute, which is all that a form knows of times."""
    seller = cast.seller("honest", "907")
    got = seller.api.post("/v1/downloads", json={"areas": ["907"], "kind": "full", "format": "txt"})
    assert got.status_code == 201, got.text
    return seller, datetime.now(ZONE).replace(second=0, microsecond=0) + timedelta(minutes=1)


def checks(finding: dict[str, Any]) -> dict[str, str]:
    return {check["rule"]: check["answer"] for check in finding["checks"]}


def test_an_exempt_charity_is_not_even_asked(
    cast: Cast, stale: tuple[Seller, Consumer, Case], honest: tuple[Seller, datetime]
) -> None:
    charity = cast.seller("charity", "302", kind="exempt")
    number = cast.listed(fictitious(f"charity {cast.run_id}", "302"))
    consumer = cast.complains("called-charity", number, caller_name=charity.name, subject=16)
    case = cast.case_of(consumer)

    found = case.reaches("await_decision")
    assert (found["attribution"]["way"], found["attribution"]["exempt"]) == ("name", True)
    [finding] = found["findings"]
    assert (finding["verdict"], checks(finding)["exemption"]) == ("excused", "supported")
    assert (found["suggestion"], found["reply"]) == ("dismissal", None)
    case.decided("dismissal")

    assert case.closed()["decision"]["penalties"] == []
    wait_for(lambda: consumer.decisions, "the consumer's mail")
    assert consumer.status["decision"] == "dismissal"
    assert charity.api.get("/v1/accusations").json()["accusations"] == []
    assert charity.mails("Complaints about calls") == charity.mails("Decision") == []


def test_a_spoofed_number_is_traced_from_carrier_to_carrier(cast: Cast) -> None:
    codes = [f"{cast.run_id[:5]}{end}".upper() for end in "AB"]
    near, far = (cast.carrier(code) for code in codes)
    number = fictitious(f"spoofed {cast.run_id}", "406")
    seller = cast.seller("hidden", "406")
    # a number of the consumer's own exchange, which nobody has declared
    consumer = cast.complains(
        "called-hidden", number, caller_number=fictitious(f"spoofed {cast.run_id}", "406", 1), robocall=True
    )
    case = cast.case_of(consumer)
    assert case.reaches("await_decision")["suggestion"] == "referral"

    asked = case.desk.post(f"/v1/cases/{case.id}/tracebacks", json={"carrier": codes[0]})
    assert asked.status_code == 200, asked.text

    def answer(asked: httpx.Client, **said: str) -> None:
        def waiting() -> list[dict[str, Any]]:
            tracebacks = asked.get("/v1/carriers/tracebacks").json()["tracebacks"]
            return [one for one in tracebacks if one["state"] == "asked"]

        [one] = wait_for(waiting, "the traceback")
        assert [call["called_number"] for call in one["calls"]] == [number]
        told = asked.post(f"/v1/carriers/tracebacks/{one['id']}", json=said)
        assert told.status_code == 200, told.text

    answer(near, carrier=codes[1])
    answer(far, origin=seller.san)

    seller.accusation()
    assert case.decide("warning").status_code == 409
    seller.answer(case.id, statement="An agent of ours called; it has been dismissed.")
    found = case.reaches("await_decision")
    assert [(hop["carrier"], hop["state"]) for hop in found["hops"]] == [(codes[0], "forwarded"), (codes[1], "origin")]
    assert (found["attribution"]["way"], found["attribution"]["spoofed"]) == ("traced", True)
    [finding] = found["findings"]
    assert {factor["code"] for factor in finding["factors"]} >= {"robocall", "spoofed"}
    case.decided("warning")
    case.closed()

    [mail] = wait_for(lambda: consumer.decisions, "the consumer's mail")
    assert seller.name not in mail
    assert consumer.status["decision"] == "warning"
    assert seller.api.get("/v1/accusations").json()["accusations"][0]["decision"] == "warning"


def test_fifty_robocalls_into_an_area_not_paid_for_are_cited_by_two_people(cast: Cast, cloud: Cloud) -> None:
    caller = fictitious(f"robocalls {cast.run_id}", "802")
    seller = cast.seller("robocalls", "802", declares=caller)
    call = {"call_date": today().isoformat(), "call_time": "00:00", "robocall": True, "caller_number": caller}
    numbers = [fictitious(cast.run_id, "605", step) for step in range(CALLS)]
    first = cast.complains("called-robocalls", numbers[0], **call)
    form = {"called_number": numbers[1], "email": f"form-{cast.run_id}@example.com", "robocall": "yes", "kind": "call"}
    sent = cloud.http.post("/forms/en/complain/send", data=call | form | {"subject": "12"})
    assert sent.status_code == 200 and "QL-" in sent.text, sent.text
    made = cloud.command("ops", "reporters", "add", f"R{cast.run_id[:6]}".upper(), "Line", "--json", home=cast.home)
    client = json.loads(made.stdout)
    token = httpx.post(
        f"{cloud.outputs['emulator_url']}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "quietline/reporters"},
        auth=(client["client_id"], client["client_secret"]),
        timeout=30,
    ).json()["access_token"]
    rows = [call | {"called_number": number, "client_reference": number[-4:]} for number in numbers[2:]]
    taken = cloud.as_user(token).post("/v1/complaints/batch", json={"complaints": rows})
    assert (taken.status_code, taken.json()["accepted"]) == (200, CALLS - 2), taken.text
    case = cast.case_of(first)
    wait_for(lambda: case.file["case"]["complaints"] == CALLS, "all complaints to be in one case", 150)

    def asked() -> int:
        told = seller.api.get("/v1/accusations").json()["accusations"]
        return sum(int(accusation["calls"]) for accusation in told if accusation["state"] == "asked")

    # of the calls that joined after the first notice it is told when it has answered that
    heard = 0
    while heard < CALLS:
        heard = wait_for(asked, "the next notice")
        assert case.decide("citation").status_code == 409
        seller.answer(case.id, statement="A machine dialled by mistake; it has been taken away.")

    found = case.reaches("await_decision")
    assert {(one["verdict"], checks(one)["entitled"], checks(one)["robocall"]) for one in found["findings"]} == {
        ("violation", "no", "yes")
    }
    assert found["total"]["maximum"]["minor"] == CALLS * MAXIMUM
    assert found["suggestion"] == "citation"
    case.decided("citation")
    case.reaches("await_confirmation")
    own = case.desk.post(f"/v1/cases/{case.id}/confirmation", json={"confirmed": True})
    assert own.status_code == 403, own.text
    assert first.decisions == seller.mails("Decision") == []
    place, seen = f"/v1/cases/{case.id}/confirmation", {"confirmed": True}
    # refused while the calls are examined again
    wait_for(lambda: cast.second.post(place, json=seen).status_code == 200, "the confirmation")

    [line] = case.closed()["decision"]["penalties"]
    assert (line["calls"], line["maximum"]["minor"]) == (CALLS, MAXIMUM)
    assert line["total"]["minor"] == CALLS * MAXIMUM
    assert case.actions.count("decided") == case.actions.count("closed") == 1
    wait_for(lambda: first.decisions, "the consumer's mail")
    wait_for(lambda: seller.mails("Decision"), "the seller's mail")
    assert len(first.decisions) == len(seller.mails("Decision")) == 1
    assert first.status["decision"] == "citation"


PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n"


def test_an_honest_seller_with_a_fresh_list_is_heard_and_cleared(cast: Cast, honest: tuple[Seller, datetime]) -> None:
    seller, called = honest
    number = cast.listed(fictitious(f"honest {cast.run_id}", "907"))
    wait_for(lambda: datetime.now(ZONE) > called, "the minute after the download")
    when = {"call_date": called.date().isoformat(), "call_time": f"{called:%H:%M}"}
    consumer = cast.complains("called-honest", number, caller_name=seller.name, done_business=True, **when)
    case = cast.case_of(consumer)

    accusation = seller.accusation()
    [call] = seller.api.get(f"/v1/accusations/{case.id}").json()["calls"]
    # other tests may have published lists of later days
    assert re.fullmatch(r"held list of \d{4}-\d\d-\d\d, contained the number: yes", call["finding"])
    assert number[-4:] in seller.portal(f"accusations/{case.id}")
    bought = (today() - timedelta(days=100)).isoformat()
    said = {"call": call["call"], "claim": "relationship", "on": bought, "text": "A roof, paid in August."}
    said["evidence"] = [seller.uploads(case.id, PNG), seller.sends(case.id, PDF)]
    seller.answer(accusation["case_id"], answers=[said])

    found = case.reaches("await_decision")
    [finding] = found["findings"]
    assert {"entitled": "yes", "fresh": "yes", "contained": "yes", "exemption": "supported"}.items() <= checks(
        finding
    ).items()
    assert (finding["verdict"], found["suggestion"]) == ("excused", "dismissal")
    case.decided("dismissal")
    case.closed()

    wait_for(lambda: consumer.decisions, "the consumer's mail")
    [mail] = wait_for(lambda: seller.mails("Decision"), "the seller's mail")
    assert case.id in mail and "no violation was found" in mail
    shown = seller.portal(f"accusations/{case.id}")
    assert "Dismissed" in shown and "A roof, paid in August." in shown
    assert "Supported by: 1. Picture or screenshot" in shown and "; 2. Document (PDF)" in shown
    assert "No violation was found" in consumer.page
    assert consumer.email not in json.dumps(seller.api.get(f"/v1/accusations/{case.id}").json())


def test_a_seller_with_a_stale_list_is_reminded_and_its_silence_recorded(
    stale: tuple[Seller, Consumer, Case],
) -> None:
    seller, consumer, case = stale
    found = case.reaches("await_decision")

    # on a busy machine a day of seconds may pass between two looks; a reminder is never sent after the deadline
    reminded = found["reply"]["reminded"]
    assert found["reply"]["state"] == "silent" and reminded in (1, 2)
    [finding] = found["findings"]
    assert (finding["verdict"], finding["list_age_days"], checks(finding)["fresh"]) == ("violation", 40, "no")
    assert {factor["code"] for factor in finding["factors"]} == {"base", "stale_list"}
    late = seller.api.post(f"/v1/accusations/{case.id}/answers", json={"statement": "We were away."})
    assert (late.status_code, "deadline" in late.json()["detail"]) == (409, True)
    assert (len(seller.mails("right of reply")), len(seller.mails("answer is due"))) == (1, reminded)
    case.decided("warning")
    case.closed()

    actions = case.actions
    assert [actions.count(one) for one in ("seller_asked", "seller_reminded", "silence", "decided")] == [
        1,
        reminded,
        1,
        1,
    ]
    wait_for(lambda: consumer.decisions, "the consumer's mail")
    wait_for(lambda: seller.mails("Decision"), "the seller's mail")
    assert (len(consumer.decisions), consumer.status["decision"]) == (1, "warning")
