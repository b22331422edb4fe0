"""cdk-nag's AwsSolutions and Serverless packs run at synth and fail it.

The acknowledgements are here and nowhere else, each on the construct it is about.
"""

from collections.abc import Iterable

from aws_cdk import Acknowledgment, App, CfnElement, Stack, Validations
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from constructs import IConstruct

from infra.stacks.data import DataStack
from infra.stacks.operations import OperationsStack
from infra.stacks.service import DISTRIBUTED, OPERATIONS, ROUTES, ServiceStack
from infra.stacks.web import WebStack

OBJECTS = "The role reaches only this prefix of the bucket; object names hold dates and areas, known at run time."
DEPLOYER = "CDK's own function that copies the pages at deployment; it runs only then and reaches only the site bucket."

LISTS_EXPORT = "ExportsOutputFnGetAttListsCB6DC742Arn4CA546A5"
"""The lists bucket's ARN as the service stack imports it; a renamed bucket would be a lost bucket."""
OPERATIONS_EXPORT = "ExportsOutputFnGetAttOperations993AC38DArn69AB91A9"
"""The same of the operators' bucket."""
REGISTRY_EXPORT = "ExportsOutputFnGetAttRegistry4DB9CCA5Arn6F7DDAA7"
"""The same of the registry's table."""
WASHES_EXPORT = "ExportsOutputFnGetAttWashes5FB9C545ArnC2FE7051"
"""The same of the bucket of washes."""
EVIDENCE_EXPORT = "ExportsOutputFnGetAttEvidence4CC26D68Arn9E0A376E"
"""The same of the bucket of evidence."""
OPEN_DATA_EXPORT = "ExportsOutputFnGetAttOpenData12C7EFDDArn4ABC0141"
"""The same of the bucket of open data."""
OPEN_DATA = {
    "publish_open_data": ("data", "private"),
    "publish_statistics": ("data",),
    "open_data_api": ("private", "data/statistics"),
    "carrier_api": ("private/feed",),
}
"""Function → prefixes of that bucket that its role reaches."""
PREFIXES = {
    "public_api": ("manifests",),
    "seller_api": ("areas", "manifests", "renders"),
    "portal": ("areas", "manifests", "renders"),
    "publish_plan": ("manifests",),
    "publish_area": ("areas",),
    "publish_manifest": ("areas", "manifests"),
    "publish_statistics": ("manifests",),
    "publish_sandbox": ("areas/sandbox", "manifests/sandbox"),
    "render_list": ("areas", "renders"),
    "import_plan": ("manifests",),
    "import_area": ("areas", "manifests"),
    "reconcile_plan": ("manifests",),
    "reconcile_area": ("areas", "manifests"),
    "reconcile_finish": ("manifests",),
    "wash": ("areas", "manifests"),
}
"""Function → prefixes of the lists bucket that its role reaches."""
BUNDLES = ("bundle_case", "case_api", "console")
"""Functions that make bundles of cases or hand them out."""
EVIDENCE_PREFIXES = {
    "public_api": ("uploads", "clean/COMPLAINT"),
    "site_forms": ("uploads", "clean/COMPLAINT"),
    "seller_api": ("uploads",),
    "portal": ("uploads",),
    "console": ("clean",),
    "bundle_case": ("clean",),
    "scan_evidence": ("uploads", "clean"),
}
"""The same of the bucket of evidence."""


def apply(app: App, data: DataStack, web: WebStack, service: ServiceStack, operations: OperationsStack) -> None:
    """Register both packs; a finding without an acknowledgement fails the synthesis."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    _data(data)
    _web(web)
    _functions(service)
    _workflows(service)
    _queues_and_routes(service)
    for subscription in operations.topic.node.children:
        if isinstance(subscription, sns.Subscription):
            _accept(
                subscription,
                "An alarm that cannot be mailed stays visible as an alarm; its state is kept by CloudWatch.",
                "Serverless-SNSRedrivePolicy",
            )


def _accept(construct: IConstruct, reason: str, *rules: str) -> None:
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=reason) for rule in rules))


def _iam5(what: str) -> str:
    return f"AwsSolutions-IAM5[{what}]"


def _default(construct: IConstruct) -> CfnElement:
    child = construct.node.default_child
    assert isinstance(child, CfnElement)
    return child


def _at(stack: Stack, path: str) -> IConstruct:
    found: IConstruct = stack
    for part in path.split("/"):
        found = found.node.find_child(part)
    return found


def _matching(stack: Stack, beginning: str) -> Iterable[IConstruct]:
    return (child for child in stack.node.children if child.node.id.startswith(beginning))


def _data(data: DataStack) -> None:
    _accept(
        data.app_secret,
        "Mailed links are made with it: rotation would break links on their way. docs/how-to/deploy.md tells how to.",
        "AwsSolutions-SMG4",
    )
    _accept(
        data.stripe_secret,
        "Stripe issues it; it is rolled in Stripe's dashboard, and both webhook secrets hold meanwhile.",
        "AwsSolutions-SMG4",
    )
    _accept(
        data.user_pool,
        "One-time passwords are offered to everybody; sellers' staff decide, investigators are required by procedure.",
        "AwsSolutions-COG2",
    )
    _accept(
        data.user_pool,
        "The Plus plan is paid per user and month; the Essentials plan has what the product uses.",
        "AwsSolutions-COG8",
    )


def _web(web: WebStack) -> None:
    _accept(web.bucket, "Public pages, read only through CloudFront; the API's log has requests.", "AwsSolutions-S1")
    site = web.distribution
    _accept(site, "Citizens abroad may register their number too.", "AwsSolutions-CFR1")
    _accept(
        site,
        "The API is throttled at its stage and validates every field; a WAF is the operator's to add (paid per rule).",
        "AwsSolutions-CFR2",
    )
    _accept(
        site,
        "CloudFront's log would keep query strings, and those hold the tokens of mailed links.",
        "AwsSolutions-CFR3",
    )
    _accept(
        site,
        "Without a domain of one's own CloudFront fixes the protocol; with one the stack asks for TLS 1.2.",
        "AwsSolutions-CFR4",
    )
    for deployer in _matching(web, "Custom::CDKBucketDeployment"):
        _accept(
            deployer,
            DEPLOYER,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
            *(
                _iam5(f"Action::s3:{actions}*")
                for actions in ("GetBucket", "GetObject", "List", "Abort", "DeleteObject")
            ),
            _iam5("Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*"),
            _iam5(f"Resource::<{web.get_logical_id(_default(web.bucket))}.Arn>/*"),
            _iam5("Resource::*"),
            "AwsSolutions-L1",
            "Serverless-LambdaDLQ",
            "Serverless-LambdaLatestVersion",
            "Serverless-LambdaTracing",
        )


def _functions(service: ServiceStack) -> None:
    for name, function in service.functions.items():
        _accept(
            function.function,
            "Python 3.13 is what the product is tested with, and Lambda supports it.",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        reason = "X-Ray's write actions know no resource."
        if name == "relay":
            reason += " dynamodb:ListStreams, which CDK grants to stream readers, knows no single stream."
        _accept(function.role, reason, _iam5("Resource::*"))
        for prefix in PREFIXES.get(name, ()):
            objects = f"Resource::{service.data.stack_name}:{LISTS_EXPORT}/{prefix}/*"
            _accept(function.role, OBJECTS, _iam5(objects))
        for machine, prefix in (("import", "imports"), ("reconcile", "reconciliations")):
            if name in OPERATIONS[machine]:
                objects = f"Resource::{service.data.stack_name}:{OPERATIONS_EXPORT}/{prefix}/*"
                _accept(function.role, OBJECTS, _iam5(objects))
        if name in BUNDLES:
            objects = f"Resource::{service.data.stack_name}:{OPERATIONS_EXPORT}/bundles/*"
            _accept(function.role, "Bundles are named by case and contents.", _iam5(objects))
        if name == "reconcile_segment" and not service.deployment.gaps.no_table_exports:
            _accept(function.role, OBJECTS, _iam5(f"Resource::{service.data.stack_name}:{OPERATIONS_EXPORT}/exports/*"))
        for prefix in OPEN_DATA.get(name, ()):
            objects = f"Resource::{service.data.stack_name}:{OPEN_DATA_EXPORT}/{prefix}/*"
            _accept(function.role, "Files are named by date.", _iam5(objects))
        for prefix in ("uploads", "answers") if name in ("seller_api", "portal", "wash") else ():
            objects = f"Resource::{service.data.stack_name}:{WASHES_EXPORT}/{prefix}/*"
            _accept(function.role, "Objects are named by organization and wash.", _iam5(objects))
        for prefix in EVIDENCE_PREFIXES.get(name, ()):
            objects = f"Resource::{service.data.stack_name}:{EVIDENCE_EXPORT}/{prefix}/*"
            _accept(function.role, "Objects are named by complaint or reply.", _iam5(objects))


def _workflows(service: ServiceStack) -> None:
    for kind, machine in service.machines.items():
        reason = "Delivery of logs and X-Ray's write actions know no resource."
        _accept(machine.role, reason, _iam5("Resource::*"))
        if kind in DISTRIBUTED:
            executions = "arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution"
            _accept(
                machine.role,
                "A Distributed Map's children are executions of the machine itself, named at run time.",
                _iam5(f"Resource::{executions}:{service.machine_names[kind]}/*"),
            )

    if not service.deployment.gaps.no_table_exports:
        data = f"Resource::{service.data.stack_name}"
        _accept(
            service.machines["reconcile"].role,
            "Exports are named by DynamoDB, and their files by the export.",
            _iam5(f"{data}:{REGISTRY_EXPORT}/export/*"),
            _iam5(f"{data}:{OPERATIONS_EXPORT}/exports/*"),
        )


def _queues_and_routes(service: ServiceStack) -> None:
    for queue in (
        service.dead_letters,
        service.failures,
        service.mail_dead,
        service.payments_dead,
        service.washes_dead,
        service.evidence_dead,
        service.notices_dead,
        service.webhooks_dead,
    ):
        _accept(
            queue,
            "The end of the line: an alarm tells people, who redrive it (docs/how-to/deploy.md).",
            "AwsSolutions-SQS3",
            "Serverless-SQSRedrivePolicy",
        )
    for name in ("mailer", "payment_worker", "wash", "scan_evidence", "notify", "webhook_sender"):
        for source in _matching_sources(service, name):
            _accept(
                source,
                "A queue's failures go to the queue's own dead-letter queue; Lambda has no destination for them.",
                "Serverless-LambdaEventSourceMappingDestination",
            )
    for guarded, routes in ROUTES.values():
        if not guarded:
            for route in routes:
                _accept(
                    _at(service, f"Route {route.replace('/', '--')}"),
                    "Open to everybody by law or signed by its sender; tests/architecture/test_auth.py walks them.",
                    "AwsSolutions-APIG4",
                )


def _matching_sources(service: ServiceStack, name: str) -> Iterable[IConstruct]:
    function = service.functions[name].function
    return (child for child in function.node.children if child.node.id.startswith("SqsEventSource"))
