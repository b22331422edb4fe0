"""The one construct that makes every table."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.deployment import Deployment


def table(scope: Construct, name: str, deployment: Deployment, *, stream: bool = True) -> dynamodb.Table:
    """Make a table of docs/architecture.md: `pk`/`sk`, index `gsi1`, TTL `ttl`, PITR, encryption, stream."""
    made = dynamodb.Table(
        scope,
        name,
        partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        time_to_live_attribute="ttl",
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        stream=dynamodb.StreamViewType.NEW_IMAGE if stream else None,
        deletion_protection=deployment.kept,
        removal_policy=deployment.removal,
    )
    made.add_global_secondary_index(
        index_name="gsi1",
        partition_key=dynamodb.Attribute(name="gsi1pk", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="gsi1sk", type=dynamodb.AttributeType.STRING),
        projection_type=dynamodb.ProjectionType.ALL,
    )
    return made


def key_value_table(scope: Construct, name: str, deployment: Deployment) -> dynamodb.Table:
    """Make Powertools' idempotency table: `id`, TTL `expiration`."""
    return dynamodb.Table(
        scope,
        name,
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        time_to_live_attribute="expiration",
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        deletion_protection=deployment.kept,
        removal_policy=deployment.removal,
    )
