"""Look-ups against the published list, through the function that answers them."""

from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys

from tests.functions.test_lists import DAY, Lists, lists
from tests.helpers import Tripwire

__all__ = ["lists"]  # a fixture


def test_lookups_answer_from_the_published_list(lists: Lists, tripwire: Tripwire) -> None:
    tripwire.watch("+12025550143", "+12025550144", "+12025550145")
    lists.record("+12025550143")
    lists.record("+12025550144")
    lists.record("+12025550144", "D", days_ago=0)
    lists.record("+12025550145", days_ago=0)
    lists.publish()

    asked = ["(202) 555-0143", "202-555-0144", "+1 202 555 0145", "8005550100", "nonsense", "+44 20 7946 0018"]
    status, made = lists.post("/v1/lookups", {"numbers": asked})

    assert status == 200
    assert [(answer["status"], answer["reason"]) for answer in made["answers"]] == [
        ("listed", None),
        ("listed", None),
        ("clear", None),
        ("unknown", "toll_free"),
        ("unknown", "not_a_number"),
        ("unknown", "other_country"),
    ]
    assert made["list_date"] == DAY.isoformat()
    signed = lists.keys().verify(made["signed"])
    assert signed["answers"] == made["answers"]
    assert (signed["san"], signed["list_date"]) == ("SAN-acme", DAY.isoformat())


def test_subscribers_look_thousands_up_and_travel_in_time(lists: Lists, tripwire: Tripwire) -> None:
    tripwire.watch("+12025550143", "+12025550144")
    lists.record("+12025550143", days_ago=5)
    lists.publish(DAY - timedelta(days=1))
    lists.record("+12025550144", days_ago=0)
    lists.publish(DAY)
    lists.subscribe("acme", ["202"])
    asked = [f"202 {exchange} {number:04d}" for exchange in (222, 333, 444) for number in range(0, 2000, 2)]

    status, made = lists.post("/v1/lookups", {"numbers": ["202-555-0143", "907 555 0100", *asked]})
    first = lists.post("/v1/lookups", {"numbers": ["202-555-0143"], "as_of": str(DAY - timedelta(days=1))})[1]
    refused = lists.post("/v1/lookups", {"numbers": ["202-555-0143"], "as_of": "2003-06-27"})

    assert status == 200
    assert [(answer["status"], answer["reason"]) for answer in made["answers"][:2]] == [
        ("listed", None),
        ("unknown", "not_entitled"),
    ]
    assert made["answers"][0]["first_listed"] == str(DAY - timedelta(days=1))
    assert lists.keys().verify(made["signed"])["answers"] == made["answers"]
    assert (first["list_date"], first["answers"][0]["status"]) == (str(DAY - timedelta(days=1)), "listed")
    assert (refused[0], refused[1]["errors"][0]["code"]) == (422, "not_published")
    used = list(lists.sellers.query(keys.organization("acme")[0], prefix="USAGE#"))
    assert [item["looked_up"] for item in used] == [3002]


@pytest.mark.parametrize("numbers", [[], ["2025550143"] * 11, "2025550143", [2025550143], [None]])
def test_a_lookup_of_the_wrong_shape_is_refused(lists: Lists, numbers: Any) -> None:
    lists.publish()

    assert lists.post("/v1/lookups", {"numbers": numbers})[0] == 400


def test_a_lookup_before_the_first_list_is_not_clear(lists: Lists) -> None:
    assert lists.post("/v1/lookups", {"numbers": ["2025550143"]})[0] == 409
