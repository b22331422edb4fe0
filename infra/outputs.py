"""The stacks' outputs: what the CLI, the tests and other scripts need; see docs/architecture.md, "Local addresses"."""

from aws_cdk import CfnOutput

from infra.deployment import Deployment
from infra.stacks.data import DataStack
from infra.stacks.service import ServiceStack
from infra.stacks.web import WebStack


def outputs(data: DataStack, service: ServiceStack, web: WebStack, deployment: Deployment) -> None:
    """Declare every output on the stack it belongs to."""
    values = {
        data: {
            "UserPoolId": data.user_pool.user_pool_id,
            "CliClientId": data.cli_client.user_pool_client_id,
            "PortalClientId": data.portal_client.user_pool_client_id,
            "OperationsBucket": data.operations.bucket_name,
            "ListsBucket": data.lists.bucket_name,
            "WashesBucket": data.washes.bucket_name,
            "EvidenceBucket": data.evidence.bucket_name,
            "OpenDataBucket": data.open_data.bucket_name,
            "RegistryTable": data.registry.table_name,
            "SellersTable": data.sellers.table_name,
            "CasesTable": data.cases.table_name,
            "IdempotencyTable": data.idempotency.table_name,
            "SigningKeyId": data.signing_key.key_id,
            "StripeSecretId": data.stripe_secret.secret_arn,
            "Stage": deployment.stage,
            "Profile": deployment.profile,
        },
        service: {
            "PublishMachineArn": service.machines["publish"].state_machine_arn,
            "ImportMachineArn": service.machines["import"].state_machine_arn,
            "ReconcileMachineArn": service.machines["reconcile"].state_machine_arn,
            "ScreenMachineArn": service.machines["screen-complaint"].state_machine_arn,
            "InvestigateMachineArn": service.machines["investigate-case"].state_machine_arn,
            "DeadLettersUrl": service.dead_letters.queue_url,
            "FailuresQueueUrl": service.failures.queue_url,
            "MailQueueUrl": service.mail_queue.queue_url,
            "PaymentsQueueUrl": service.payments_queue.queue_url,
            "PaymentsDeadLettersUrl": service.payments_dead.queue_url,
            "NoticesQueueUrl": service.notices_queue.queue_url,
            **{f"{f.node.id}Name": f.function.function_name for f in service.functions.values()},
            "WebhookUrl": f"{web.site_url}/v1/webhooks/stripe",
        },
        web: {
            "ApiId": web.api.api_id,
            "DistributionDomain": web.distribution.distribution_domain_name,
            "SiteUrl": web.site_url,
            "PortalUrl": f"{web.site_url}/portal/",
            "ConsoleUrl": f"{web.site_url}/console/",
            "ApiUrl": web.site_url,
            "SiteBucket": web.bucket.bucket_name,
        },
    }
    for stack, named in values.items():
        for name, value in named.items():
            CfnOutput(stack, f"{name}Output", value=value).override_logical_id(name)
