"""What each function may do, action by action. docs/reference/iam.md shows the result; a test keeps it equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from infra.constructs.function import arn

if TYPE_CHECKING:
    from infra.stacks.service import ServiceStack

READ = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
WRITE = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"]
ONCE = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]

OWN_ONLY = {"StringEquals": {"kms:EncryptionContext:quietline:purpose": "organization"}}
"""Of what is encrypted with the key of personal data, just what organizations may read again."""
PUBLIC_ONLY = {
    "ForAllValues:StringLike": {
        "dynamodb:LeadingKeys": ["DIRECTORY#*", "NAMES#*", "DECLARED#*", "CALLER_NUMBERS#*", "SAN#*"]
    }
}
"""Of the table of organizations, just the public directory and who declares which number."""
SANDBOX_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["SANDBOX#*"]}}
"""Of a table, just the items of the sandbox."""

EVIDENCE_ONLY = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["COMPLAINT#*", "REPLY#*"]}}
"""Of the table of cases, just the partitions that hold evidence."""
STOPS_ONLY = {
    "ForAllValues:StringLike": {
        "dynamodb:LeadingKeys": ["STOP_REQUEST#*", "STOPS#*", "STOP_TOLD#*", "MAIL#*"],
    }
}
"""Of the table of organizations, just stop requests and the outbox of what follows from them."""


def grant(stack: ServiceStack) -> None:  # noqa: PLR0915 - a table, read from top to bottom
    """Give every function its statements."""
    data, functions = stack.data, stack.functions

    def table(name: str, table_name: str, *, write: bool = False) -> None:
        table_arn = getattr(data, table_name).table_arn
        functions[name].allow(READ + (WRITE if write else []), table_arn, f"{table_arn}/index/gsi1")

    def once(name: str) -> None:
        functions[name].allow(ONCE, data.idempotency.table_arn)

    def secret(name: str, secret_arn: str) -> None:
        functions[name].allow(["secretsmanager:GetSecretValue"], secret_arn)

    def cipher(name: str, *actions: str) -> None:
        functions[name].allow([f"kms:{action}" for action in actions], data.pii_key.key_arn)

    for name in ("public_api", "site_forms"):
        table(name, "registry", write=True)
        table(name, "cases", write=True)
        secret(name, data.app_secret.secret_arn)
        cipher(name, "Encrypt")
        sellers_arn = data.sellers.table_arn
        functions[name].allow(READ, sellers_arn, f"{sellers_arn}/index/gsi1", conditions=PUBLIC_ONLY)
        # certificates of registration
        functions[name].allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)
    once("public_api")
    functions["public_api"].allow(["s3:GetObject"], data.lists.arn_for_objects("manifests/*"))
    functions["public_api"].allow(["kms:GetPublicKey"], *(key.key_arn for key in data.signing_keys))

    functions["site_forms"].allow(
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], data.sellers.table_arn, conditions=STOPS_ONLY
    )

    uploads, answers = data.washes.arn_for_objects("uploads/*"), data.washes.arn_for_objects("answers/*")
    once("seller_api")
    # the portal's pages call the same use cases
    for name in ("seller_api", "portal"):
        table(name, "registry")
        table(name, "sellers", write=True)
        secret(name, data.app_secret.secret_arn)
        cipher(name, "Encrypt")
        # open invitations show the address to those who invited it; of no mailbox that mails go to
        functions[name].allow(["kms:Decrypt"], data.pii_key.key_arn, conditions=OWN_ONLY)
        functions[name].allow(
            ["s3:GetObject"],
            *(data.lists.arn_for_objects(f"{prefix}/*") for prefix in ("areas", "manifests", "renders")),
        )
        functions[name].allow(["lambda:InvokeFunction"], functions["render_list"].arn)
        functions[name].allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)
        # presigned forms and links act with the role that signed them
        functions[name].allow(["s3:PutObject"], uploads)
        functions[name].allow(["s3:GetObject"], answers)
        functions[name].allow(
            ["cognito-idp:CreateUserPoolClient", "cognito-idp:DeleteUserPoolClient", "cognito-idp:AdminGetUser"],
            data.user_pool.user_pool_arn,
        )
        functions[name].allow(["kms:Encrypt"], data.webhook_key.key_arn)

    table("case_api", "cases", write=True)
    once("case_api")
    functions["case_api"].allow(["states:SendTaskSuccess"], stack.machine_arn("investigate-case"))

    table("console", "cases", write=True)
    functions["console"].allow(["states:SendTaskSuccess"], stack.machine_arn("investigate-case"))

    table("carrier_api", "registry", write=True)
    once("carrier_api")
    # people, sellers and carriers wake the case that waits for them
    for name in ("case_api", "console"):
        table(name, "registry")
        table(name, "sellers")
        functions[name].allow(
            ["cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser"], data.user_pool.user_pool_arn
        )
    table("carrier_api", "sellers")
    for name in ("carrier_api", "seller_api", "portal"):
        table(name, "cases", write=True)
        functions[name].allow(["states:SendTaskSuccess"], stack.machine_arn("investigate-case"))

    table("stripe_webhook", "sellers", write=True)
    secret("stripe_webhook", data.stripe_secret.secret_arn)

    table("payment_worker", "sellers", write=True)
    secret("payment_worker", data.stripe_secret.secret_arn)
    cipher("payment_worker", "Encrypt", "Decrypt")
    functions["payment_worker"].allow(["sqs:SendMessage"], stack.payments_queue.queue_arn)  # what is put off

    functions["relay"].allow(
        ["sqs:SendMessage"],
        stack.mail_queue.queue_arn,
        stack.payments_queue.queue_arn,
        stack.notices_queue.queue_arn,
        stack.webhooks_queue.queue_arn,
        stack.evidence_queue.queue_arn,
    )
    functions["relay"].allow(
        ["states:StartExecution"], stack.machine_arn("screen-complaint"), stack.machine_arn("investigate-case")
    )

    for name in ("registry", "sellers", "cases"):
        table("mailer", name, write=True)
    secret("mailer", data.app_secret.secret_arn)
    cipher("mailer", "Decrypt")
    functions["mailer"].allow(
        ["ses:SendEmail"],
        stack.identity.email_identity_arn,
        arn(stack, "ses", "configuration-set/", stack.configuration_set.configuration_set_name),
    )

    if stack.deployment.line_origination:
        # codes to telephone lines, from the deployment's own number alone
        functions["mailer"].allow(
            ["sms-voice:SendTextMessage", "sms-voice:SendVoiceMessage"], stack.deployment.line_origination
        )

    functions["notify"].allow(["dynamodb:GetItem"], data.registry.table_arn)
    sellers, by_index = data.sellers.table_arn, f"{data.sellers.table_arn}/index/gsi1"
    functions["notify"].allow(["dynamodb:GetItem", "dynamodb:Query"], sellers, by_index)
    functions["notify"].allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], sellers)
    # what closed organizations had open
    functions["notify"].allow(["dynamodb:BatchGetItem", "dynamodb:DeleteItem"], sellers)
    functions["notify"].allow(["cognito-idp:DeleteUserPoolClient"], data.user_pool.user_pool_arn)
    functions["webhook_sender"].allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], sellers)
    functions["webhook_sender"].allow(["kms:Decrypt"], data.webhook_key.key_arn)
    functions["webhook_sender"].allow(["sqs:SendMessage"], stack.webhooks_queue.queue_arn)
    functions["calendar_feed"].allow(["dynamodb:GetItem", "dynamodb:Query"], sellers)

    manifests, areas = data.lists.arn_for_objects("manifests/*"), data.lists.arn_for_objects("areas/*")
    table("publish_plan", "registry", write=True)
    # the first publication of all looks for the oldest change
    functions["publish_plan"].allow(["dynamodb:Scan"], data.registry.table_arn)
    functions["publish_plan"].allow(["s3:GetObject"], manifests)
    table("publish_area", "registry")
    functions["publish_area"].allow(["s3:GetObject", "s3:PutObject"], areas)
    table("publish_manifest", "registry", write=True)
    functions["publish_manifest"].allow(["s3:GetObject"], areas)
    functions["publish_manifest"].allow(["s3:GetObject", "s3:PutObject"], manifests)
    functions["publish_manifest"].allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)
    # the sandbox's list: a part of the table and of the bucket that nothing real lies in
    functions["publish_sandbox"].allow(
        [*READ, "dynamodb:PutItem", "dynamodb:UpdateItem"], data.registry.table_arn, conditions=SANDBOX_ONLY
    )
    functions["publish_sandbox"].allow(
        ["s3:GetObject", "s3:PutObject"],
        data.lists.arn_for_objects("areas/sandbox/*"),
        data.lists.arn_for_objects("manifests/sandbox/*"),
    )
    functions["publish_sandbox"].allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)
    functions["render_list"].allow(["s3:GetObject"], areas)
    functions["render_list"].allow(["s3:GetObject", "s3:PutObject"], data.lists.arn_for_objects("renders/*"))
    for name in (
        "publish_plan",
        "publish_area",
        "publish_manifest",
        "publish_sandbox",
        "render_list",
        "seller_api",
        "portal",
        "public_api",
    ):
        # without it S3 answers 403 instead of 404 for an object that is not there
        functions[name].allow(["s3:ListBucket"], data.lists.bucket_arn)

    table("wash", "registry")
    table("wash", "sellers", write=True)
    functions["wash"].allow(["s3:GetObject"], areas, manifests)
    functions["wash"].allow(["s3:GetObject", "s3:DeleteObject"], uploads)
    functions["wash"].allow(["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"], answers)
    functions["wash"].allow(["s3:ListBucket"], data.lists.bucket_arn, data.washes.bucket_arn)
    functions["wash"].allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)

    table("screen_complaint", "registry")
    table("screen_complaint", "cases", write=True)
    table("screen_complaint", "sellers")
    table("investigate_case", "cases", write=True)
    table("investigate_case", "sellers")
    table("investigate_case", "registry")
    # a wait that finds a decision already given wakes itself
    functions["investigate_case"].allow(["states:SendTaskSuccess"], stack.machine_arn("investigate-case"))

    _bundles(stack)
    _imports(stack)
    _reconciliation(stack)


def _bundles(stack: ServiceStack) -> None:
    data, functions = stack.data, stack.functions
    bundles = data.operations.arn_for_objects("bundles/*")
    cases = data.cases.table_arn
    functions["bundle_case"].allow(READ, cases, f"{cases}/index/gsi1")
    # of a file that a bundle holds, that it does
    functions["bundle_case"].allow(["dynamodb:UpdateItem"], cases, conditions=EVIDENCE_ONLY)
    functions["bundle_case"].allow(["dynamodb:GetItem"], data.sellers.table_arn)  # receipts of lists
    functions["bundle_case"].allow(["s3:PutObject", "s3:AbortMultipartUpload"], bundles)
    functions["bundle_case"].allow(["s3:ListBucket"], data.evidence.bucket_arn)
    functions["bundle_case"].allow(["kms:Sign", "kms:GetPublicKey"], *data.signable_key_arns)
    for name in ("case_api", "console"):
        functions[name].allow(["lambda:InvokeFunction"], functions["bundle_case"].arn)
        functions[name].allow(["s3:GetObject"], bundles)  # a link acts with the role that signed it
        # without it S3 answers 403 instead of 404 for a bundle that is not there yet
        functions[name].allow(["s3:ListBucket"], data.operations.bucket_arn)


def _imports(stack: ServiceStack) -> None:
    data, functions = stack.data, stack.functions
    own, manifests = data.operations.arn_for_objects("imports/*"), data.lists.arn_for_objects("manifests/*")
    registry = data.registry.table_arn
    once = ["dynamodb:GetItem", "dynamodb:PutItem"]
    functions["import_plan"].allow([*once, "dynamodb:Query", "dynamodb:Scan"], registry)
    functions["import_plan"].allow(["s3:GetObject", "s3:PutObject"], own)
    functions["import_plan"].allow(["s3:GetObject"], manifests)
    functions["import_chunk"].allow(["s3:GetObject", "s3:PutObject"], own)
    functions["import_area"].allow([*READ, "dynamodb:PutItem", "dynamodb:UpdateItem"], registry)
    functions["import_area"].allow(["s3:GetObject", "s3:PutObject"], own)
    functions["import_area"].allow(["s3:GetObject"], manifests, data.lists.arn_for_objects("areas/*"))
    functions["import_finish"].allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], registry)
    functions["import_finish"].allow(["s3:GetObject"], own)
    for name in ("import_plan", "import_chunk", "import_area", "import_finish"):
        functions[name].allow(["s3:ListBucket"], data.operations.bucket_arn)
    for name in ("import_plan", "import_area"):
        functions[name].allow(["s3:ListBucket"], data.lists.bucket_arn)


def _reconciliation(stack: ServiceStack) -> None:
    data, functions = stack.data, stack.functions
    own, manifests = data.operations.arn_for_objects("reconciliations/*"), data.lists.arn_for_objects("manifests/*")
    registry = data.registry.table_arn
    functions["reconcile_plan"].allow(["dynamodb:Query"], registry)
    functions["reconcile_plan"].allow(["s3:GetObject"], manifests)
    if stack.deployment.gaps.no_table_exports:
        functions["reconcile_segment"].allow(["dynamodb:Scan"], registry)
    else:
        functions["reconcile_segment"].allow(["s3:GetObject"], data.operations.arn_for_objects("exports/*"))
        functions["reconcile_segment"].allow(["s3:ListBucket"], data.operations.bucket_arn)
    functions["reconcile_segment"].allow(["s3:PutObject"], own)
    functions["reconcile_area"].allow(READ, registry)
    functions["reconcile_area"].allow(["s3:GetObject", "s3:PutObject"], own)
    functions["reconcile_area"].allow(["s3:GetObject"], manifests, data.lists.arn_for_objects("areas/*"))
    functions["reconcile_finish"].allow(["dynamodb:GetItem"], registry)
    functions["reconcile_finish"].allow(["s3:GetObject", "s3:PutObject"], own)
    functions["reconcile_finish"].allow(["s3:GetObject"], manifests)
    for name in ("reconcile_area", "reconcile_finish"):
        functions[name].allow(["s3:ListBucket"], data.operations.bucket_arn)
    for name in ("reconcile_plan", "reconcile_area", "reconcile_finish"):
        functions[name].allow(["s3:ListBucket"], data.lists.bucket_arn)


def let_export(stack: ServiceStack) -> None:
    """Let the machine `reconcile` export the registry to the operations bucket."""
    data, machine = stack.data, stack.machines["reconcile"]
    registry = data.registry.table_arn
    for actions, resource in (
        (["dynamodb:ExportTableToPointInTime"], registry),
        (["dynamodb:DescribeExport"], f"{registry}/export/*"),
        (["s3:PutObject", "s3:AbortMultipartUpload"], data.operations.arn_for_objects("exports/*")),
    ):
        machine.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
