"""Evidence in the console: listed in its case, shown by a link of minutes, every view logged."""

from quietline.kernel.settings.functions import ConsoleSettings
from quietline.profiles.profile import Profile

from tests.conftest import Cloud
from tests.console import PNG, Visitor, case, evidence, person


def test_a_picture_is_shown_with_a_policy_for_its_page_alone(
    console: ConsoleSettings, cloud: Cloud, profile: Profile
) -> None:
    case_id = case(cloud, profile)
    path = evidence(cloud, profile, case_id, PNG)
    visitor = Visitor().sign_in(person("lee@example.com", "investigator")).get(f"cases/{case_id}")
    assert f'href="/console/en/{path}"' in visitor.text
    assert "content-security-policy" not in visitor.answer["headers"]
    visitor.get(path)
    policy = visitor.answer["headers"]["content-security-policy"]
    assert '<img class="ql-exhibit" src="https://' in visitor.text
    assert "img-src 'self' data: https://" in policy
    assert "script-src" not in policy
    log = visitor.get(f"cases/{case_id}").text
    assert f"evidence {path.rpartition('/')[2]}" in log


def test_evidence_of_another_case_or_before_its_scan_is_not_shown(
    console: ConsoleSettings, cloud: Cloud, profile: Profile
) -> None:
    case_id = case(cloud, profile)
    path = evidence(cloud, profile, case_id, b"no picture at all")
    visitor = Visitor().sign_in(person("lee@example.com", "investigator")).get(f"cases/{case_id}")
    assert "Refused by the scan" in visitor.text
    assert visitor.get(path).status == 409
    assert visitor.get(path.replace(case_id, "01KB3Q6W5N8Y2C4D6E8F0G1H2J")).status == 404
    other = case(cloud, profile, caller_number="(407) 555-0166")
    assert visitor.get(path.replace(case_id, other)).status == 404
