"""Everything that ships together: layers, functions, queues, the HTTP API, workflows, the schedule."""

from typing import Any

from aws_cdk import Duration, Stack, TimeZone
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct
from quietline.kernel import settings as s
from quietline.profiles import load_profile

from infra.constructs.function import QuietlineFunction, arn
from infra.constructs.layers import Layers
from infra.constructs.workflow import workflow
from infra.deployment import Deployment
from infra.stacks import permissions
from infra.stacks.data import DataStack
from infra.stacks.web import WebStack


def _any(*prefixes: str) -> tuple[str, ...]:
    """`ANY` on each prefix and all below it, so that a wrong method is answered by our own 405."""
    return tuple(f"ANY {path}" for prefix in prefixes for path in (prefix, f"{prefix}/{{proxy+}}"))


ROUTES: dict[str, tuple[bool, tuple[str, ...]]] = {
    "public_api": (
        False,
        (
            *_any("/v1/registrations", "/v1/complaints", "/v1/manifests", "/v1/areas"),
            "ANY /.well-known/jwks.json",
        ),
    ),
    "site_forms": (False, ("ANY /forms/{proxy+}",)),
    "stripe_webhook": (False, ("POST /v1/webhooks/stripe",)),
    "seller_api": (
        True,
        _any(
            "/v1/organizations",
            "/v1/certifications",
            "/v1/quotes",
            "/v1/orders",
            "/v1/entitlements",
            "/v1/clients",
            "/v1/downloads",
            "/v1/lookups",
        ),
    ),
    "case_api": (True, _any("/v1/cases")),
}
"""Function → (behind the authorizer, routes)."""

RELAYED = {
    "registry": ("MAIL#",),
    "sellers": ("MAIL#", "ORDER#", "PAYMENT_COMMAND#", "PAYMENT_EVENT#"),
    "cases": ("MAIL#", "COMPLAINT#", "CASE#"),
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
        self.mail_queue, self.mail_dead = self._queue_with_dead_letters("Mail", timeout=90)
        self.payments_queue, self.payments_dead = self._queue_with_dead_letters("Payments", timeout=360)
        self.machine_names = {
            kind: f"{deployment.prefix}-{kind}" for kind in ("publish", "screen-complaint", "investigate-case")
        }
        self._mail_identity()
        self.functions: dict[str, QuietlineFunction] = {}
        self._functions()
        permissions.grant(self)
        self._machines()
        self._sources()
        self._api()
        self._schedule()

    def machine_arn(self, kind: str) -> str:
        """ARN of a state machine, known before it exists (functions and machines point at each other)."""
        return arn(self, "states", "stateMachine:", self.machine_names[kind])

    def execution_arns(self, kind: str) -> str:
        """ARN pattern of a state machine's executions."""
        return arn(self, "states", "execution:", f"{self.machine_names[kind]}:*")

    def _queue(self, name: str) -> sqs.Queue:
        return sqs.Queue(
            self,
            name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )

    def _queue_with_dead_letters(self, name: str, timeout: int) -> tuple[sqs.Queue, sqs.Queue]:
        dead = self._queue(f"{name}DeadLetters")
        queue = sqs.Queue(
            self,
            f"{name}Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(timeout),
            retention_period=Duration.days(14),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=5),
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

    def _add(
        self,
        name: str,
        settings: s.Settings,
        *extra_layers: str,
        deps: bool = True,
        memory: int = 512,
        timeout: int = 15,
    ) -> None:
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
        )

    def _functions(self) -> None:
        d, data = self.deployment, self.data
        common: dict[str, Any] = {"stage": d.stage, "profile": d.profile}
        creating = common | {"idempotency_table": data.idempotency.table_name}
        registry, sellers, cases = data.registry.table_name, data.sellers.table_name, data.cases.table_name
        lists, pii, app = data.lists.bucket_name, data.pii_key.key_arn, data.app_secret.secret_arn
        signing, stripe = data.signing_key.key_arn, data.stripe_secret.secret_arn
        pool = data.user_pool.user_pool_id
        issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{pool}"
        local = d.emulator_url
        self._add(
            "public_api",
            s.PublicApiSettings(
                **creating,
                registry_table=registry,
                cases_table=cases,
                lists_bucket=lists,
                pii_key_id=pii,
                signing_key_ids=signing,
                app_secret_id=app,
            ),
        )
        self._add(
            "site_forms",
            s.SiteFormsSettings(
                **common, registry_table=registry, cases_table=cases, pii_key_id=pii, app_secret_id=app
            ),
        )
        self._add(
            "seller_api",
            s.SellerApiSettings(
                **creating,
                registry_table=registry,
                sellers_table=sellers,
                lists_bucket=lists,
                pii_key_id=pii,
                signing_key_ids=signing,
                app_secret_id=app,
                user_pool_id=pool,
                token_url=f"{local}/oauth2/token" if local else f"{data.user_pool_domain.base_url()}/oauth2/token",
            ),
        )
        self._add("case_api", s.CaseApiSettings(**creating, cases_table=cases))
        self._add(
            "authorizer",
            s.AuthorizerSettings(
                **common,
                issuer=issuer,
                jwks_url=f"{local}/{pool}/.well-known/jwks.json" if local else f"{issuer}/.well-known/jwks.json",
            ),
            "tokens",
            deps=False,
        )
        self._add("stripe_webhook", s.StripeWebhookSettings(**common, sellers_table=sellers, stripe_secret_id=stripe))
        self._add(
            "payment_worker",
            s.PaymentWorkerSettings(
                **common,
                sellers_table=sellers,
                pii_key_id=pii,
                stripe_secret_id=stripe,
                stripe_api_base=d.payments_url,
                stripe_finalizes=0 if d.gaps.no_finalize else 1,
            ),
            "payments",
            timeout=60,
        )
        self._add(
            "relay",
            s.RelaySettings(
                **common,
                mail_queue_url=self.mail_queue.queue_url,
                payments_queue_url=self.payments_queue.queue_url,
                screen_machine_arn=self.machine_arn("screen-complaint"),
                investigate_machine_arn=self.machine_arn("investigate-case"),
            ),
            timeout=30,
        )
        self._add(
            "mailer",
            s.MailerSettings(
                **common,
                registry_table=registry,
                sellers_table=sellers,
                cases_table=cases,
                pii_key_id=pii,
                app_secret_id=app,
                sender=d.sender,
                configuration_set=self.configuration_set.configuration_set_name,
                site_url=self.site_url,
            ),
        )
        publishing = s.PublishSettings(
            **common,
            registry_table=registry,
            lists_bucket=lists,
            signing_key_ids=signing,
            settle_seconds=d.settle_seconds,
            days_ahead=d.days_ahead,
        )
        self._add("publish_plan", publishing, timeout=60)
        self._add("publish_area", publishing, "lists", memory=1024, timeout=300)
        self._add("publish_manifest", publishing, memory=1024, timeout=120)
        self._add(
            "screen_complaint",
            s.ScreenComplaintSettings(**common, registry_table=registry, cases_table=cases, sellers_table=sellers),
            timeout=30,
        )
        self._add(
            "investigate_case",
            s.InvestigateCaseSettings(**common, cases_table=cases, sellers_table=sellers, registry_table=registry),
            timeout=30,
        )

    def _machines(self) -> None:
        substitutions = {
            f"{''.join(part.title() for part in name.split('_'))}FunctionArn": function.arn
            for name, function in self.functions.items()
        } | {"ListsBucket": self.data.lists.bucket_name, "FailureQueueUrl": self.failures.queue_url}
        invoked = {
            "publish": ("publish_plan", "publish_area", "publish_manifest"),
            "screen-complaint": ("screen_complaint",),
            "investigate-case": ("investigate_case",),
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
                distributed=kind == "publish",
            )
            for kind, names in invoked.items()
        }

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
        for name, queue in {"mailer": self.mail_queue, "payment_worker": self.payments_queue}.items():
            self.functions[name].function.add_event_source(
                sources.SqsEventSource(queue, batch_size=10, report_batch_item_failures=True)
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
            for route in routes:
                api.CfnRoute(
                    self,
                    f"Route {route}",
                    api_id=self.api_id,
                    route_key=route,
                    target=f"integrations/{integration.ref}",
                    authorization_type="CUSTOM" if guarded else "NONE",
                    authorizer_id=guard.ref if guarded else None,
                )

    def _let_api_call(self, function: QuietlineFunction, of_api: str) -> None:
        function.function.add_permission(
            "Api",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=arn(self, "execute-api", f"{self.api_id}/", of_api),
        )

    def _schedule(self) -> None:
        zone = load_profile(self.deployment.profile).time_zone
        scheduler.Schedule(
            self,
            "Publish",
            description="Publish the list of the day that has ended",
            schedule=scheduler.ScheduleExpression.cron(minute="10", hour="0", time_zone=TimeZone.of(zone)),
            target=targets.StepFunctionsStartExecution(
                self.machines["publish"],
                dead_letter_queue=self.dead_letters,
                input=scheduler.ScheduleTargetInput.from_object({}),
            ),
        )
