"""Everything that ships together: layers, functions, queues, the HTTP API, workflows, the schedule."""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as event_targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct
from quietline.kernel.settings import functions as s

from infra.constructs.function import QuietlineFunction, arn
from infra.constructs.layers import Layers
from infra.constructs.workflow import workflow
from infra.deployment import Deployment
from infra.stacks import evidence, functions, opendata, permissions, schedules
from infra.stacks.data import DataStack
from infra.stacks.web import WebStack


def _any(*prefixes: str) -> tuple[str, ...]:
    """`ANY` on each prefix and all below it, so that a wrong method is answered by our own 405."""
    return tuple(f"ANY {path}" for prefix in prefixes for path in (prefix, f"{prefix}/{{proxy+}}"))


ROUTES: dict[str, tuple[bool, tuple[str, ...]]] = {
    "public_api": (
        False,
        (
            *_any("/v1/registrations", "/v1/opt-outs", "/v1/complaints", "/v1/manifests", "/v1/areas", "/v1/sellers"),
            "ANY /.well-known/jwks.json",
            "$default",
        ),
    ),
    "site_forms": (False, ("ANY /forms/{proxy+}",)),
    # they have sessions of their own
    "portal": (False, _any("/portal")),
    "console": (False, _any("/console")),
    "stripe_webhook": (False, ("ANY /v1/webhooks/stripe",)),
    "seller_api": (
        True,
        _any(
            "/v1/organizations",
            "/v1/certifications",
            "/v1/quotes",
            "/v1/orders",
            "/v1/entitlements",
            "/v1/invoices",
            "/v1/ledger",
            "/v1/clients",
            "/v1/me",
            "/v1/members",
            "/v1/invitations",
            "/v1/agents",
            "/v1/agencies",
            "/v1/downloads",
            "/v1/lookups",
            "/v1/washes",
            "/v1/stop-requests",
            "/v1/notices",
            "/v1/accusations",
            "/v1/calendars",
            "/v1/webhooks/endpoints",
            "/v1/webhooks/deliveries",
        ),
    ),
    # more exact than the prefix above, so a feed is answered without signing in
    "calendar_feed": (False, ("GET /v1/calendars/{feed}",)),
    "case_api": (True, _any("/v1/cases", "/v1/investigators", "/v1/views", "/v1/audit")),
    "open_data_api": (False, _any("/v1/dnc-complaints", "/v0/dnc-complaints", "/v1/statistics")),
    "carrier_api": (True, _any("/v1/carriers", "/v1/reported-calls")),
}
"""Function → (behind the authorizer, routes)."""

OPERATIONS = {
    "import": ("import_plan", "import_chunk", "import_area", "import_finish"),
    "reconcile": ("reconcile_plan", "reconcile_segment", "reconcile_area", "reconcile_finish"),
}
"""Machines that operators start (and a schedule, `reconcile`) → the functions they invoke."""
DISTRIBUTED = ("publish", *OPERATIONS)
MOST_AT_ONCE = {"payment_worker": 5}
"""Functions whose queue hands out no more batches at once: Stripe limits how many calls an account makes a second."""

RELAYED = {
    "registry": ("MAIL#", "PUBLISHED#"),
    "sellers": ("MAIL#", "ORDER#", "PAYMENT_COMMAND#", "PAYMENT_EVENT#", "WEBHOOK_DELIVERY#", "STOP_TOLD#", "CLOSING#"),
    "cases": ("MAIL#", "COMPLAINT#", "SCREENING#", "CASE#", "INVESTIGATION#", "EVIDENCE_REMOVED#"),
}
"""Outbox items by table: the partition keys that `relay` forwards (docs/architecture.md)."""


class ServiceStack(Stack):
    """The stateless part."""

    def __init__(
        self, scope: Construct, name: str, deployment: Deployment, data: DataStack, web: WebStack, **kwargs: Any
    ) -> None:
        super().__init__(scope, name, **kwargs)
        self.deployment = deployment
        self.data = data
        self.api_id = web.api.api_id
        self.site_url = web.site_url
        self.layers = Layers(self, "Layers", deployment)
        self.dead_letters = self._queue("DeadLetters")
        self.failures = self._queue("WorkflowFailures")
        self.mail_queue, self.mail_dead = self.queue_with_dead_letters("Mail", timeout=90)
        self.payments_queue, self.payments_dead = self.queue_with_dead_letters(
            "Payments", timeout=6 * functions.PAYMENT_SECONDS
        )
        self.washes_queue, self.washes_dead = self.queue_with_dead_letters(
            "Washes", timeout=functions.WASH_SECONDS + 60, tries=functions.WASH_TRIES
        )
        self.notices_queue, self.notices_dead = self.queue_with_dead_letters("Notices", timeout=1800)
        self.webhooks_queue, self.webhooks_dead = self.queue_with_dead_letters("Webhooks", timeout=180)
        self.evidence_queue, self.evidence_dead = self.queue_with_dead_letters(
            "Evidence", timeout=6 * evidence.SECONDS, tries=evidence.TRIES
        )
        self.machine_names = {
            kind: f"{deployment.prefix}-{kind}"
            for kind in ("publish", "screen-complaint", "investigate-case", *OPERATIONS)
        }
        self._mail_identity()
        self.functions: dict[str, QuietlineFunction] = {}
        functions.add_all(self)
        permissions.grant(self)
        evidence.add(self)
        opendata.add(self)
        self._machines()
        self._sources()
        self._api()
        schedules.add(self)

    def machine_arn(self, kind: str) -> str:
        """ARN of a state machine, known before it exists (functions and machines point at each other)."""
        return arn(self, "states", "stateMachine:", self.machine_names[kind])

    def _queue(self, name: str) -> sqs.Queue:
        return sqs.Queue(
            self,
            name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )

    def queue_with_dead_letters(self, name: str, timeout: int, tries: int = 5) -> tuple[sqs.Queue, sqs.Queue]:
        """Make a queue with its dead letters; `timeout` is the visibility timeout in seconds."""
        dead = self._queue(f"{name}DeadLetters")
        queue = sqs.Queue(
            self,
            f"{name}Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(timeout),
            retention_period=Duration.days(14),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=tries),
        )
        return queue, dead

    def _mail_identity(self) -> None:
        domain = self.deployment.sender.split("@", 1)[1]
        self.configuration_set = ses.ConfigurationSet(
            self,
            "Mails",
            reputation_metrics=True,
            tls_policy=None if self.deployment.gaps.plain_http else ses.ConfigurationSetTlsPolicy.REQUIRE,
        )
        self.identity = ses.EmailIdentity(self, "Sender", identity=ses.Identity.domain(domain))

    def add(
        self,
        name: str,
        settings: s.Settings,
        *extra_layers: str,
        deps: bool = True,
        memory: int = 512,
        timeout: int = 15,
        temporary: int = 512,
    ) -> None:
        """Add one function (infra/stacks/functions.py lists them)."""
        layers: list[lambda_.ILayerVersion] = [self.layers.core]
        if deps:
            layers.append(self.layers.third_party("deps"))
        layers += [self.layers.third_party(layer) for layer in extra_layers]
        self.functions[name] = QuietlineFunction(
            self,
            name,
            deployment=self.deployment,
            settings=settings,
            layers=layers,
            dead_letters=self.dead_letters,
            memory=memory,
            timeout=timeout,
            temporary=temporary,
        )

    def _machines(self) -> None:
        substitutions = {
            f"{''.join(part.title() for part in name.split('_'))}FunctionArn": function.arn
            for name, function in self.functions.items()
        } | {
            "RegistryTableArn": self.data.registry.table_arn,
            "OperationsBucket": self.data.operations.bucket_name,
            "ListsBucket": self.data.lists.bucket_name,
            "FailureQueueUrl": self.failures.queue_url,
        }
        invoked = {
            "publish": ("publish_plan", "publish_area", "publish_manifest"),
            "screen-complaint": ("screen_complaint",),
            "investigate-case": ("investigate_case",),
            **OPERATIONS,
        }
        self.machines: dict[str, sfn.StateMachine] = {
            kind: workflow(
                self,
                kind,
                name=self.machine_names[kind],
                deployment=self.deployment,
                substitutions=substitutions,
                functions=[self.functions[name].function for name in names],
                failures=self.failures,
                distributed=kind in DISTRIBUTED,
            )
            for kind, names in invoked.items()
        }
        if not self.deployment.gaps.no_table_exports:
            permissions.let_export(self)

    def _sources(self) -> None:
        relay = self.functions["relay"].function
        for name, prefixes in RELAYED.items():
            table = getattr(self.data, name)
            pattern = [{"prefix": prefix} for prefix in prefixes]
            relay.add_event_source(
                sources.DynamoEventSource(
                    table,
                    starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                    batch_size=100,
                    retry_attempts=10,
                    bisect_batch_on_error=True,
                    report_batch_item_failures=True,
                    on_failure=sources.SqsDlq(self.dead_letters),
                    filters=[
                        lambda_.FilterCriteria.filter(
                            {
                                "eventName": ["INSERT"],
                                "dynamodb": {"Keys": {"pk": {"S": pattern}, "sk": {"S": ["META"]}}},
                            }
                        )
                    ],
                )
            )
        queues = {
            "mailer": self.mail_queue,
            "payment_worker": self.payments_queue,
            "notify": self.notices_queue,
            "webhook_sender": self.webhooks_queue,
        }
        for name, queue in queues.items():
            self.functions[name].function.add_event_source(
                sources.SqsEventSource(
                    queue, batch_size=10, max_concurrency=MOST_AT_ONCE.get(name), report_batch_item_failures=True
                )
            )

        self._uploads()

    def _uploads(self) -> None:
        """Call lists that come into the bucket of washes go to the queue, and from there to `wash` one by one."""
        events.Rule(
            self,
            "WashUploads",
            description="A call list was uploaded",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self.data.washes.bucket_name]},
                    "object": {"key": [{"prefix": "uploads/"}]},
                },
            ),
            targets=[event_targets.SqsQueue(self.washes_queue, dead_letter_queue=self.washes_dead)],
        )
        self.functions["wash"].function.add_event_source(
            sources.SqsEventSource(self.washes_queue, batch_size=1, max_concurrency=20, report_batch_item_failures=True)
        )

    def _api(self) -> None:
        """Routes on the API of the web stack; plain resources, because CDK's own would lie in that stack."""
        authorizer = self.functions["authorizer"]
        guard = api.CfnAuthorizer(
            self,
            "Guard",
            api_id=self.api_id,
            name=f"{self.deployment.prefix}-authorizer",
            authorizer_type="REQUEST",
            authorizer_payload_format_version="2.0",
            authorizer_uri=f"arn:{self.partition}:apigateway:{self.region}:lambda:path/2015-03-31/functions/"
            f"{authorizer.arn}/invocations",
            enable_simple_responses=True,
            identity_source=["$request.header.Authorization"],
            authorizer_result_ttl_in_seconds=300,
        )
        self._let_api_call(authorizer, f"authorizers/{guard.ref}")
        for name, (guarded, routes) in ROUTES.items():
            function = self.functions[name]
            title = function.node.id
            integration = api.CfnIntegration(
                self,
                f"{title}Integration",
                api_id=self.api_id,
                integration_type="AWS_PROXY",
                integration_uri=function.arn,
                payload_format_version="2.0",
            )
            self._let_api_call(function, "*/*")
            for route in (*routes, *evidence.GUARDED.get(name, ())):
                behind = guarded or route not in routes
                api.CfnRoute(
                    self,
                    f"Route {route}",
                    api_id=self.api_id,
                    route_key=route,
                    target=f"integrations/{integration.ref}",
                    authorization_type="CUSTOM" if behind else "NONE",
                    authorizer_id=guard.ref if behind else None,
                )

    def _let_api_call(self, function: QuietlineFunction, of_api: str) -> None:
        function.function.add_permission(
            "Api",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=arn(self, "execute-api", f"{self.api_id}/", of_api),
        )
