"""The desk's routes, from the API event to the table and back, for both agencies."""

from typing import Any

import pytest
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings.functions import CaseApiSettings
from quietline.profiles.profile import Profile

from tests.conftest import Cloud
from tests.fakes.complaints import Desk
from tests.fakes.staff import Staff
from tests.functions.test_cases import cases
from tests.helpers import Tripwire

ANA = {"sub": "user-ana", "client_id": "console", "groups": "investigator agency-trade"}
TOM = {"sub": "user-tom", "client_id": "console", "groups": "investigator agency-telecom"}
BOSS = {"sub": "user-boss", "client_id": "console", "groups": "supervisor agency-telecom"}


@pytest.fixture
def desk(cloud: Cloud, profile: Profile, tripwire: Tripwire, staff: Staff) -> Desk:
    cloud.use(CaseApiSettings)
    tripwire.watch("+12025550143", "+13055550187", "alex@example.com")
    return Desk(cloud, SystemClock(), profile)


def test_a_case_goes_from_one_agency_to_the_other(desk: Desk) -> None:
    case_id = desk.accuse()
    path = f"/v1/cases/{case_id}"

    assert cases("POST", f"{path}/assignee", {"assignee": "me"}, **ANA)[1]["assignee"] == "user-ana"
    assert cases("POST", f"{path}/assignee", {"assignee": "me"}, **TOM)[0] == 403
    offer = {"to": "telecom", "reason": "Spoofed."}
    assert cases("POST", f"{path}/referral", offer, **ANA)[1]["referral"]["to"] == "telecom"
    queue = cases("GET", "/v1/cases", query={"referred_to": "telecom"}, **BOSS)[1]["cases"]
    assert [case["id"] for case in queue] == [case_id]
    answer = {"accept": True}
    assert cases("POST", f"{path}/referral/answer", answer, **TOM)[0] == 403
    code, taken = cases("POST", f"{path}/referral/answer", answer, **BOSS)
    assert (code, taken["agency"], taken["assignee"]) == (200, "telecom", "")
    assert cases("GET", path, **ANA)[1]["may_change"] is False
    actions = [
        (e["action"], e["by"]) for e in cases("GET", f"{path}/events", **TOM)[1]["events"] if e["by"] != "system"
    ]
    assert actions[:3] == [
        ("assigned", "user-ana"),
        ("referred", "user-ana"),
        ("referral_accepted", "user-boss"),
    ]
    log = cases("GET", "/v1/audit", **BOSS)[1]["entries"]
    assert {entry["action"] for entry in log} == {"assigned", "referred", "referral_accepted", "viewed", "listed"}


def test_cases_are_opened_held_linked_merged_and_split(desk: Desk) -> None:
    first = desk.accuse()
    desk.accuse(called_number="(202) 555-0144")
    made = desk.complain(robocall=True, caller_number="", caller_name="Sunny Ltd")
    desk.screening.screen(made.id)

    code, case = cases("POST", "/v1/cases", {"complaints": [made.reference], "reason": "Same script."}, **ANA)
    assert (code, case["trigger"], case["complaints"]) == (201, "investigator", 1)
    second = case["id"]
    link = {"case_id": first, "reason": "Same script."}
    assert cases("POST", f"/v1/cases/{second}/links", link, **ANA)[0] == 201
    assert cases("POST", f"/v1/cases/{second}/notes", {"text": "Heard it."}, **TOM)[0] == 201
    file = cases("GET", f"/v1/cases/{second}", **ANA)[1]
    assert [note["text"] for note in file["notes"]] == ["Same script.", "Heard it."]
    assert [one["case_id"] for one in file["links"]] == [first]
    hold = {"reason": "Court.", "until": "2020-01-01"}
    assert cases("POST", f"/v1/cases/{second}/hold", hold, **ANA)[1]["errors"][0]["pointer"] == "/until"
    assert cases("DELETE", f"/v1/cases/{second}/hold", **ANA)[1]["hold"] is None

    code, whole = cases("POST", f"/v1/cases/{second}/merge", {"into": first}, **ANA)
    assert (code, whole["id"], whole["complaints"], whole["moving"]) == (200, first, 3, "")
    assert cases("GET", f"/v1/cases/{second}", **ANA)[1]["case"]["merged_into"] == first
    assert cases("POST", f"/v1/cases/{second}/hold", hold | {"until": "2027-01-01"}, **ANA)[0] in (400, 409)
    code, part = cases("POST", f"/v1/cases/{first}/split", {"complaints": [made.id]}, **ANA)
    assert (code, part["complaints"], part["trigger"]) == (200, 1, "split")
    found = cases("POST", "/v1/cases/search", {"reference": made.reference}, **TOM)[1]
    assert [case["id"] for case in found["cases"]] == [part["id"]]
    assert found["complaint"]["case_id"] == part["id"]


def test_views_and_names_are_kept(desk: Desk) -> None:
    view = {"name": "Mine, late", "filter": {"assignee": "me", "overdue": True}}
    code, saved = cases("POST", "/v1/views", view, **ANA)
    assert (code, saved["filter"]["overdue"]) == (201, True)
    assert [one["name"] for one in cases("GET", "/v1/views", **ANA)[1]["views"]] == ["Mine, late"]
    assert cases("GET", "/v1/views", **TOM)[1]["views"] == []

    assert cases("PUT", "/v1/investigators/me", {"name": "Ana Sample"}, **ANA)[1]["name"] == "Ana Sample"
    people = cases("GET", "/v1/investigators", **TOM)[1]["investigators"]
    assert [(one["id"], one["agency"], one["name"]) for one in people] == [
        ("user-tom", "telecom", ""),
        ("user-ana", "trade", "Ana Sample"),
    ]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/cases", {"sort": "luck"}),
        ("/v1/cases", {"state": "Atlantis"}),
        ("/v1/cases/statistics", {"priority": "x"}),
    ],
)
def test_a_filter_that_cannot_be_is_a_problem(path: str, query: dict[str, Any], desk: Desk) -> None:
    assert cases("GET", path, query=query, **ANA)[0] == 400


def test_statistics_are_for_pictures(desk: Desk) -> None:
    case_id = desk.accuse()

    counted = cases("GET", "/v1/cases/statistics", query={"robocalls": "true"}, **TOM)[1]
    assert (counted["cases"], counted["states"]) == (1, {"District of Columbia": 1})
    assert cases("GET", f"/v1/cases/{case_id}/statistics", **TOM)[1]["areas"] == {"202": 1}
