"""Least privilege, readable: a changed permission shows as a changed line in a review."""

import json
from collections.abc import Iterator
from typing import Any

from syrupy.assertion import SnapshotAssertion

from tests.infra.conftest import Synthesized

WITHOUT_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "dynamodb:ListStreams",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}
"""Actions for which AWS defines no resource (Service Authorization Reference)."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def readable(value: Any) -> str:
    """A resource as text: `Fn::GetAtt` and friends shortened."""
    if isinstance(value, str):
        return value
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::ImportValue" in value:
        return f"<{value['Fn::ImportValue'].split('ExportsOutput')[-1]}>"
    if "Ref" in value:
        return f"<{value['Ref'].removeprefix('AWS::')}>"
    if "Fn::Join" in value:
        return "".join(readable(part) for part in value["Fn::Join"][1])
    return json.dumps(value)


def statements(made: Synthesized) -> Iterator[tuple[str, str, str]]:
    """Role, action, resource of every statement of the service stack."""
    for _, policy in made.of_type("AWS::IAM::Policy", "Service"):
        roles = ",".join(readable(role) for role in policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    yield roles, action, readable(resource)


def test_table_of_roles_actions_and_resources(production: Synthesized, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(" | ".join(row) for row in sorted(set(statements(production)))) == snapshot


def test_no_action_is_a_pattern(production: Synthesized) -> None:
    found = list(statements(production))

    assert found
    assert [row for row in found if "*" in row[1]] == []


def test_only_actions_without_a_resource_are_granted_on_everything(production: Synthesized) -> None:
    assert {action for _, action, resource in statements(production) if resource == "*"} <= WITHOUT_RESOURCE


def test_functions_have_no_managed_policies(production: Synthesized) -> None:
    for name, role in production.of_type("AWS::IAM::Role", "Service"):
        assert "ManagedPolicyArns" not in role["Properties"], name


def test_nobody_but_the_mailer_reads_addresses_and_only_it_sends(production: Synthesized) -> None:
    def roles(action: str) -> set[str]:
        return {role for role, granted, _ in statements(production) if granted == action}

    assert all(role.startswith(("<Mailer", "<PaymentWorker")) for role in roles("kms:Decrypt"))
    assert all(role.startswith("<Mailer") for role in roles("ses:SendEmail"))
    assert roles("ses:SendEmail")
