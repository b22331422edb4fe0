"""Evidence: its bucket, the queue of its uploads, the function that scans them, and who may reach what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as event_targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from quietline.kernel.settings import functions as s
from quietline.profiles import load_profile

if TYPE_CHECKING:
    from infra.stacks.data import DataStack
    from infra.stacks.service import ServiceStack

SECONDS = 120
"""The largest file is read, looked at and copied within it; clamd may take a minute."""
TRIES = 5
UPLOADERS = ("public_api", "site_forms", "seller_api", "portal")
"""Functions whose presigned forms put uploads; a form acts with the role that signed it."""
GUARDED = {"public_api": ("ANY /v1/complaints/batch",)}
"""Routes behind the authorizer of functions whose other routes are open: more exact, so they come first."""
READERS = {
    "console": "clean/*",
    "bundle_case": "clean/*",
    "public_api": "clean/COMPLAINT/*",
    "site_forms": "clean/COMPLAINT/*",
}
"""Functions that read clean evidence, or whose presigned links do, and which: consumers get complaints' only."""


def evidence_bucket(data: DataStack) -> s3.Bucket:
    """Make the bucket: encrypted with the key of personal data; uploads stay two days, clean files the profile's."""
    days = load_profile(data.deployment.profile).evidence.keep_days
    bucket = s3.Bucket(
        data,
        "Evidence",
        encryption=s3.BucketEncryption.KMS,
        encryption_key=data.pii_key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        server_access_logs_bucket=data.access_logs,
        server_access_logs_prefix="evidence/",
        lifecycle_rules=[
            s3.LifecycleRule(prefix="uploads/", expiration=Duration.days(2)),
            s3.LifecycleRule(prefix="clean/", expiration=Duration.days(days)),
            s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
        ],
        removal_policy=data.deployment.removal,
    )
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    # the property itself: CDK's own switch would add a function that sets it
    resource.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)
    return bucket


def add(stack: ServiceStack) -> None:
    """Add the function, permissions and the rule that an upload follows; removals come from the relay."""
    data, queue, dead = stack.data, stack.evidence_queue, stack.evidence_dead
    stack.add(
        "scan_evidence",
        s.ScanEvidenceSettings(
            stage=stack.deployment.stage,
            profile=stack.deployment.profile,
            cases_table=data.cases.table_name,
            evidence_bucket=data.evidence.bucket_name,
            max_receives=TRIES,
        ),
        memory=1024,
        timeout=SECONDS,
    )
    _grant(stack)
    events.Rule(
        stack,
        "EvidenceUploads",
        description="Evidence was uploaded",
        event_pattern=events.EventPattern(
            source=["aws.s3"],
            detail_type=["Object Created"],
            detail={"bucket": {"name": [data.evidence.bucket_name]}, "object": {"key": [{"prefix": "uploads/"}]}},
        ),
        targets=[event_targets.SqsQueue(queue, dead_letter_queue=dead)],
    )
    stack.functions["scan_evidence"].function.add_event_source(
        sources.SqsEventSource(queue, batch_size=1, max_concurrency=10, report_batch_item_failures=True)
    )


def _grant(stack: ServiceStack) -> None:
    data, functions = stack.data, stack.functions
    uploads = data.evidence.arn_for_objects("uploads/*")
    # of what is encrypted with the key of personal data just this bucket's objects, never an address: with a bucket
    # key the encryption context is the bucket
    own = {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": data.evidence.bucket_arn}}
    for name in UPLOADERS:
        functions[name].allow(["s3:PutObject"], uploads)
        functions[name].allow(["kms:GenerateDataKey"], data.pii_key.key_arn, conditions=own)
    for name, readable in READERS.items():
        functions[name].allow(["s3:GetObject"], data.evidence.arn_for_objects(readable))
        functions[name].allow(["kms:Decrypt"], data.pii_key.key_arn, conditions=own)
    scan = functions["scan_evidence"]
    scan.allow(["dynamodb:GetItem", "dynamodb:PutItem"], data.cases.table_arn)
    scan.allow(["s3:GetObject", "s3:DeleteObject"], uploads)
    # clean files are deleted when their consumer removes them
    scan.allow(["s3:PutObject", "s3:DeleteObject"], data.evidence.arn_for_objects("clean/*"))
    # without it S3 answers 403 instead of 404 for an object that is not there
    scan.allow(["s3:ListBucket"], data.evidence.bucket_arn)
    scan.allow(["kms:Decrypt", "kms:GenerateDataKey"], data.pii_key.key_arn, conditions=own)
