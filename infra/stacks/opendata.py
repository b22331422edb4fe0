"""Open data: the bucket that CloudFront serves from, the functions that fill it, and their schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations, Duration, TimeZone
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from quietline.kernel import settings as s
from quietline.profiles import load_profile

from infra.stacks.permissions import READ

if TYPE_CHECKING:
    from infra.stacks.data import DataStack
    from infra.stacks.service import ServiceStack
    from infra.stacks.web import WebStack

OPEN_DATA_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["OPEN_DATA*"]}}
"""Of the cases table, just what is published: no complaint."""
PUBLIC, PRIVATE = "data/*", "private/*"


def bucket(stack: DataStack) -> s3.Bucket:
    """Make the bucket. What left a file when it was restated is gone: no version of an object is kept."""
    made = s3.Bucket(
        stack,
        "OpenData",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        server_access_logs_bucket=stack.access_logs,
        server_access_logs_prefix="opendata/",
        lifecycle_rules=[s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))],
        removal_policy=stack.deployment.removal,
    )
    # any distribution of this account: its own is of a later stack, which points here
    any_of_ours = f"arn:{stack.partition}:cloudfront::{stack.account}:distribution/*"
    served = {"ArnLike": {"AWS:SourceArn": any_of_ours}}
    reader = iam.ServicePrincipal("cloudfront.amazonaws.com")
    for action, resource in (
        ("s3:GetObject", made.arn_for_objects(PUBLIC)),
        # without it S3 answers 403 instead of 404 for a file that is not there
        ("s3:ListBucket", made.bucket_arn),
    ):
        made.add_to_resource_policy(
            iam.PolicyStatement(actions=[action], resources=[resource], principals=[reader], conditions=served)
        )
    return made


def behavior(
    stack: WebStack,
    data: DataStack,
    viewer: cloudfront.ViewerProtocolPolicy,
    headers: cloudfront.IResponseHeadersPolicy,
) -> cloudfront.BehaviorOptions:
    """Return how `/data/*` is served: the bucket's files as they are, to anybody."""
    origin = s3.Bucket.from_bucket_attributes(
        stack,
        "OpenData",
        bucket_arn=data.open_data.bucket_arn,
        bucket_regional_domain_name=data.open_data.bucket_regional_domain_name,
    )
    # the bucket's own policy, made beside it, lets CloudFront read
    Annotations.of(stack).acknowledge_warning("@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac")
    return cloudfront.BehaviorOptions(
        origin=origins.S3BucketOrigin.with_origin_access_control(origin),
        viewer_protocol_policy=viewer,
        cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
        response_headers_policy=headers,
    )


def add(stack: ServiceStack) -> None:
    """Add the functions, what they may do, and when they run."""
    d, data = stack.deployment, stack.data
    stack.add(
        "publish_open_data",
        s.PublishOpenDataSettings(
            stage=d.stage,
            profile=d.profile,
            cases_table=data.cases.table_name,
            open_data_bucket=data.open_data.bucket_name,
            signing_key_ids=data.signing_key_ids,
            app_secret_id=data.app_secret.secret_arn,
        ),
        memory=1769,
        timeout=600,
    )
    stack.add(
        "open_data_api",
        s.OpenDataApiSettings(
            stage=d.stage,
            profile=d.profile,
            idempotency_table=data.idempotency.table_name,
            cases_table=data.cases.table_name,
            open_data_bucket=data.open_data.bucket_name,
        ),
        memory=1024,
        timeout=29,
    )
    _grant(stack)
    _schedule(stack)


def _grant(stack: ServiceStack) -> None:
    data, publisher = stack.data, stack.functions["publish_open_data"]
    publisher.allow([*READ, "dynamodb:PutItem"], data.cases.table_arn)
    publisher.allow(
        ["s3:GetObject", "s3:PutObject"],
        data.open_data.arn_for_objects(PUBLIC),
        data.open_data.arn_for_objects(PRIVATE),
    )
    publisher.allow(["s3:ListBucket"], data.open_data.bucket_arn)
    publisher.allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)
    publisher.allow(["secretsmanager:GetSecretValue"], data.app_secret.secret_arn)

    asked = stack.functions["open_data_api"]
    asked.allow(["dynamodb:GetItem", "dynamodb:Query"], data.cases.table_arn, conditions=OPEN_DATA_ONLY)
    # how often somebody has asked
    asked.allow(["dynamodb:UpdateItem"], data.idempotency.table_arn)
    asked.allow(["s3:GetObject"], data.open_data.arn_for_objects(PRIVATE))
    asked.allow(["s3:ListBucket"], data.open_data.bucket_arn)


def _schedule(stack: ServiceStack) -> None:
    profile = load_profile(stack.deployment.profile)
    function = stack.functions["publish_open_data"].function
    # CDK's own role might call every version of the function
    role = iam.Role(stack, "OpenDataScheduler", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]))
    stack.dead_letters.grant_send_messages(role)
    hour, minute = profile.open_data.publish_at.split(":")
    scheduler.Schedule(
        stack,
        "OpenDataDaily",
        description="Publish the daily file of reported calls; holidays are the profile's",
        schedule=scheduler.ScheduleExpression.cron(
            minute=str(int(minute)), hour=str(int(hour)), week_day="MON-FRI", time_zone=TimeZone.of(profile.time_zone)
        ),
        target=targets.LambdaInvoke(
            function,
            role=role.without_policy_updates(),
            dead_letter_queue=stack.dead_letters,
            input=scheduler.ScheduleTargetInput.from_object({}),
        ),
    )
