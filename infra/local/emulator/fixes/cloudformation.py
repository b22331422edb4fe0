"""CloudFormation: properties that the emulator ignores and resource types that it does not know."""

import logging
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

log = logging.getLogger("quietline.local")

PLACEHOLDERS = (
    "AWS::CloudWatch::AnomalyDetector",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::Budgets::Budget",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentConfig",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Logs::QueryDefinition",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
)
"""Types without anything behind them: recorded as created, with one warning each."""


def _after(resource_type: str, act: Callable[[str, dict[str, Any]], None]) -> None:
    """Call `act(physical id, properties)` after each creation and update of a resource type."""
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handler["create"], handler.get("update")

    def created(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        answer = create(logical_id, props, stack_name)
        act(answer[0], props)
        return answer

    def updated(physical_id: str, old: dict[str, Any], new: dict[str, Any], *args: Any) -> Any:
        answer = update(physical_id, old, new, *args)
        act(answer[0] if isinstance(answer, tuple) else physical_id, new)
        return answer

    def updated_with_logical_id(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None
    ) -> Any:
        return updated(physical_id, old, new, stack, logical_id)

    handler["create"] = created
    if update:
        handler["update"] = updated_with_logical_id if handler.get("update_with_logical_id") else updated


def _true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def dynamodb_settings() -> None:
    """TimeToLiveSpecification and PointInTimeRecoverySpecification of a table take effect."""
    from ministack.services import dynamodb

    def settle(name: str, props: dict[str, Any]) -> None:
        ttl = props.get("TimeToLiveSpecification")
        if ttl and ttl.get("AttributeName"):
            wanted = {"Enabled": _true(ttl.get("Enabled")), "AttributeName": ttl["AttributeName"]}
            dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": wanted})
        recovery = props.get("PointInTimeRecoverySpecification")
        for replica in props.get("Replicas") or []:
            recovery = recovery or replica.get("PointInTimeRecoverySpecification")
        if recovery:
            on = {"PointInTimeRecoveryEnabled": _true(recovery.get("PointInTimeRecoveryEnabled"))}
            dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": on})

    _after("AWS::DynamoDB::Table", settle)
    _after("AWS::DynamoDB::GlobalTable", settle)


def bucket_tags() -> None:
    """Tags of a bucket are stored: CDK's auto-delete resource refuses to empty a bucket that lacks its tag."""
    from ministack.services import s3

    def tag(name: str, props: dict[str, Any]) -> None:
        tags = "".join(
            f"<Tag><Key>{escape(str(t['Key']))}</Key><Value>{escape(str(t['Value']))}</Value></Tag>"
            for t in props.get("Tags") or []
        )
        if tags:
            document = f'<Tagging xmlns="{s3.S3_NS}"><TagSet>{tags}</TagSet></Tagging>'
            s3._put_bucket_tagging(name, document.encode())

    _after("AWS::S3::Bucket", tag)


def secret_ref() -> None:
    """`Ref` of a secret is its ARN, as on AWS, and not its name: IAM policies name the ARN."""
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def name_of(physical_id: str) -> str:
        for name in list(secretsmanager._secrets.keys()):
            if secretsmanager._secrets[name]["ARN"] == physical_id:
                return str(name)
        return physical_id

    def with_arn(answer: Any) -> Any:
        name, attributes = answer if isinstance(answer, tuple) else (answer, {})
        secret = secretsmanager._secrets.get(name)
        if not secret:
            return name, dict(attributes or {})
        return secret["ARN"], {**(attributes or {}), "Id": secret["ARN"], "Arn": secret["ARN"]}

    handler["create"] = lambda logical_id, props, stack: with_arn(create(logical_id, props, stack))
    handler["update"] = lambda physical_id, old, new, stack, logical_id=None: with_arn(
        update(name_of(physical_id), old, new, stack, logical_id)
    )
    handler["delete"] = lambda physical_id, props: delete(name_of(physical_id), props)


def placeholders() -> None:
    """Types that the emulator would reject are recorded as created and do nothing."""
    from ministack.services.cloudformation import provisioners

    for resource_type in PLACEHOLDERS:
        if resource_type not in provisioners._RESOURCE_HANDLERS:
            provisioners._RESOURCE_HANDLERS[resource_type] = _placeholder(resource_type, provisioners._physical_name)


def _placeholder(resource_type: str, name_of: Callable[..., str]) -> dict[str, Any]:
    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, str]]:
        name = props.get("AlarmName") or props.get("Name") or name_of(stack_name, logical_id, max_len=100)
        log.warning("%s %s is a placeholder: it does nothing on the local cloud", resource_type, name)
        return name, {"Arn": name, "Id": name, "Name": name}

    def update(physical_id: str, old: Any, new: Any, stack: str) -> tuple[str, dict[str, str]]:
        return physical_id, {"Arn": physical_id, "Id": physical_id, "Name": physical_id}

    return {"create": create, "update": update, "delete": lambda physical_id, props: None}


FIXES = {
    "cfn-dynamodb-settings": dynamodb_settings,
    "cfn-bucket-tags": bucket_tags,
    "cfn-secret-ref": secret_ref,
    "cfn-placeholders": placeholders,
}
