"""Least privilege, readable: a changed permission shows as a changed line in a review."""

from pathlib import Path

from tests.infra.conftest import Synthesized
from tools import iam

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


def statements(made: Synthesized) -> list[iam.Statement]:
    """Role, action, resource of every statement of the service stack."""
    return list(iam.statements(made.templates["Service"]["Resources"].values()))


def test_the_committed_table_of_permissions_is_what_is_deployed(production: Synthesized) -> None:
    committed = (Path(__file__).parents[2] / "docs/reference/iam.md").read_text(encoding="utf-8")

    assert iam.page(production.templates["Service"]) == committed, "run `make docs`"


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
    def roles(action: str, key: str = "") -> set[str]:
        return {role for role, granted, on in statements(production) if granted == action and key in on}

    own = "kms:EncryptionContext:quietline:purpose = organization"
    others = {role for role in roles("kms:Decrypt", "PiiKey") if not role.startswith(("<Mailer", "<PaymentWorker"))}
    # S3 names the bucket as the context of its objects, so no address can be decrypted with it
    objects = roles("kms:Decrypt", "kms:EncryptionContext:aws:s3:arn")
    assert others == roles("kms:Decrypt", own) | objects, "what an organization may read again, and no mailbox"
    assert [role.startswith("<WebhookSender") for role in roles("kms:Decrypt", "WebhookKey")] == [True]
    assert roles("kms:Decrypt") == roles("kms:Decrypt", "PiiKey") | roles("kms:Decrypt", "WebhookKey")
    assert all(role.startswith("<Mailer") for role in roles("ses:SendEmail"))
    assert roles("ses:SendEmail")
