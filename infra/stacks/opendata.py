"""Open data: the bucket that CloudFront serves from, the functions that fill it, and their schedules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Duration, TimeZone
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from quietline.kernel.settings import functions as s
from quietline.profiles import load_profile

from infra.stacks.permissions import READ

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.stacks.data import DataStack
    from infra.stacks.service import ServiceStack
    from infra.stacks.web import WebStack

OPEN_DATA_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["OPEN_DATA*"]}}
"""Of the cases table, just what is published: no complaint."""
COUNTED_SELLERS = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ENTITLEMENTS#*", "LEDGER_MONTH#*"]}}
"""Of the index of organizations, just entitlements and the ledger by month."""
ORGANIZATIONS_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ORGANIZATION#*"]}}
MANIFESTS_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["MANIFESTS"]}}
"""Of the registry's table, just the lists that were published: no number."""
BOOK_AFTER = 30
"""Minutes after the daily files at which the data book is counted: it counts them too."""
PUBLIC, PRIVATE, FEEDS = "data/*", "private/*", "private/feed/*"
FEED_DAYS = 100
"""How long a feed of reported callers is kept for whoever asks what changed since: its window and some days."""


VIEWER_REQUEST = """
var languages = LANGUAGES;
function handler(event) {
  var request = event.request;
  if (request.uri === '/data' || request.uri === '/data/') {
    var asked = request.headers['accept-language'] ? request.headers['accept-language'].value.toLowerCase() : '';
    var best = languages[0], at = asked.length;
    for (var language of languages) {
      var place = (',' + asked.replace(/\\s/g, '')).indexOf(',' + language);
      if (place >= 0 && place < at) { best = language; at = place; }
    }
    var there = { location: { value: '/data/' + best + '/' }, vary: { value: 'accept-language' } };
    return { statusCode: 302, statusDescription: 'Found', headers: there };
  }
  if (request.uri.endsWith('/')) { request.uri += 'index.html'; }
  return request;
}
"""
"""`/data/` → the page in the reader's language; `/data/en/` → its file. A language is preferred by its place."""


def viewer_request(profile: str) -> str:
    """Return the CloudFront function of the bucket's pages."""
    return VIEWER_REQUEST.replace("LANGUAGES", json.dumps(list(load_profile(profile).languages)))


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
        lifecycle_rules=[
            s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
            s3.LifecycleRule(prefix="private/feed/", expiration=Duration.days(FEED_DAYS)),
        ],
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
    profile: str,
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
        function_associations=[
            cloudfront.FunctionAssociation(
                function=cloudfront.Function(
                    stack,
                    "DataPages",
                    code=cloudfront.FunctionCode.from_inline(viewer_request(profile)),
                    runtime=cloudfront.FunctionRuntime.JS_2_0,
                ),
                event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
            )
        ],
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
        "columns",
        memory=1769,
        timeout=600,
    )
    stack.add(
        "publish_statistics",
        s.PublishStatisticsSettings(
            stage=d.stage,
            profile=d.profile,
            registry_table=data.registry.table_name,
            sellers_table=data.sellers.table_name,
            cases_table=data.cases.table_name,
            lists_bucket=data.lists.bucket_name,
            open_data_bucket=data.open_data.bucket_name,
            signing_key_ids=data.signing_key_ids,
        ),
        memory=1024,
        timeout=300,
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

    book = stack.functions["publish_statistics"]
    book.allow(["dynamodb:Query"], data.registry.table_arn, conditions=MANIFESTS_ONLY)
    book.allow(["dynamodb:GetItem", "dynamodb:Query"], data.cases.table_arn, conditions=OPEN_DATA_ONLY)
    book.allow(["dynamodb:Query"], f"{data.sellers.table_arn}/index/gsi1", conditions=COUNTED_SELLERS)
    book.allow(["dynamodb:BatchGetItem"], data.sellers.table_arn, conditions=ORGANIZATIONS_ONLY)
    book.allow(["s3:GetObject"], data.lists.arn_for_objects("manifests/*"))
    book.allow(["s3:GetObject", "s3:PutObject"], data.open_data.arn_for_objects(PUBLIC))
    # without it S3 answers 403 instead of 404 for a file that is not there
    book.allow(["s3:ListBucket"], data.open_data.bucket_arn, data.lists.bucket_arn)
    book.allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)

    asked = stack.functions["open_data_api"]
    asked.allow(["dynamodb:GetItem", "dynamodb:Query"], data.cases.table_arn, conditions=OPEN_DATA_ONLY)
    # how often somebody has asked
    asked.allow(["dynamodb:UpdateItem"], data.idempotency.table_arn)
    asked.allow(
        ["s3:GetObject"], data.open_data.arn_for_objects(PRIVATE), data.open_data.arn_for_objects("data/statistics/*")
    )
    asked.allow(["s3:ListBucket"], data.open_data.bucket_arn)

    feed = stack.functions["carrier_api"]
    feed.allow(
        ["s3:GetObject"],
        data.open_data.arn_for_objects("data/manifests/reported-numbers.jws"),
        data.open_data.arn_for_objects(FEEDS),
    )
    feed.allow(["s3:ListBucket"], data.open_data.bucket_arn)


def _schedule(stack: ServiceStack) -> None:
    hour, minute = map(int, load_profile(stack.deployment.profile).open_data.publish_at.split(":"))
    _daily(
        stack,
        "OpenData",
        "publish_open_data",
        "Publish the daily file of reported calls; holidays are the profile's",
        {"minute": str(minute), "hour": str(hour), "week_day": "MON-FRI"},
    )
    later = 60 * hour + minute + BOOK_AFTER
    _daily(
        stack,
        "Statistics",
        "publish_statistics",
        "Count the data book's tables and draw its pages",
        {"minute": str(later % 60), "hour": str(later // 60)},
    )


def _daily(stack: ServiceStack, name: str, function_name: str, text: str, at: Mapping[str, str]) -> None:
    profile = load_profile(stack.deployment.profile)
    function = stack.functions[function_name].function
    # CDK's own role might call every version of the function
    role = iam.Role(stack, f"{name}Scheduler", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]))
    stack.dead_letters.grant_send_messages(role)
    scheduler.Schedule(
        stack,
        f"{name}Daily",
        description=text,
        schedule=scheduler.ScheduleExpression.cron(**at, time_zone=TimeZone.of(profile.time_zone)),
        target=targets.LambdaInvoke(
            function,
            role=role.without_policy_updates(),
            dead_letter_queue=stack.dead_letters,
            input=scheduler.ScheduleTargetInput.from_object({}),
        ),
    )
