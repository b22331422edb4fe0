"""What the operations team looks at: alarms, a topic, a dashboard. Reads metrics only."""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct
from quietline.profiles import load_profile

from infra.deployment import Deployment
from infra.stacks.service import ServiceStack
from infra.stacks.web import WebStack

RUNBOOKS = {"import": "imports", "reconcile": "reconcile"}
"""Machine → its runbook; the others share one."""


class OperationsStack(Stack):
    """Alarms and the dashboard."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        deployment: Deployment,
        service: ServiceStack,
        web: WebStack,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, name, **kwargs)
        self.topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            )
        )
        if deployment.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(deployment.alarm_email))
        alarms = [alarm for function in service.functions.values() for alarm in function.alarms(self)]
        alarms += self._queue_alarms(service) + self._machine_alarms(service)
        alarms += [self._api_alarm(web), self._reconciliation_alarm(), self._hygiene_alarm(deployment)]
        alarms.append(self._daily_file_alarm())
        alarms += self._wash_alarms(service)
        alarms += self._evidence_alarms(service)
        alarms += self._payment_alarms()
        for alarm in alarms:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
        self._dashboard(deployment, service)

    def _alarm(self, name: str, description: str, metric: cloudwatch.IMetric, threshold: float = 1) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            name,
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _queue_alarms(self, service: ServiceStack) -> list[cloudwatch.Alarm]:
        queues = {
            "DeadLetters": service.dead_letters,
            "WorkflowFailures": service.failures,
            "MailDeadLetters": service.mail_dead,
            "PaymentsDeadLetters": service.payments_dead,
            "NoticesDeadLetters": service.notices_dead,
            "WebhooksDeadLetters": service.webhooks_dead,
        }
        runbooks = {
            "NoticesDeadLetters": "webhooks",
            "WebhooksDeadLetters": "webhooks",
            "PaymentsDeadLetters": "payments",
        }
        return [
            self._alarm(
                name,
                f"{name} holds a message (docs/runbooks/{runbooks.get(name, 'queues')}.md)",
                queue.metric_approximate_number_of_messages_visible(period=Duration.minutes(5), statistic="max"),
            )
            for name, queue in queues.items()
        ]

    def _wash_alarms(self, service: ServiceStack) -> list[cloudwatch.Alarm]:
        """Uploads that failed or wait too long, and accounts that seem to enumerate the registry."""
        page = "docs/runbooks/washes.md"
        dead, waiting = service.washes_dead, service.washes_queue
        suspected = cloudwatch.Metric(
            namespace="Quietline",
            metric_name="EnumerationSuspected",
            dimensions_map={"service": "quietline"},  # one for both functions that report it
            statistic="sum",
            period=Duration.minutes(5),
        )
        return [
            self._alarm(
                "WashesDeadLetters",
                f"A call list could not be washed ({page})",
                dead.metric_approximate_number_of_messages_visible(period=Duration.minutes(5), statistic="max"),
            ),
            self._alarm(
                "WashesWait",
                f"A call list has waited for an hour ({page})",
                waiting.metric_approximate_age_of_oldest_message(period=Duration.minutes(5), statistic="max"),
                threshold=3600,
            ),
            self._alarm("EnumerationSuspected", f"An account seems to enumerate the registry ({page})", suspected),
        ]

    def _evidence_alarms(self, service: ServiceStack) -> list[cloudwatch.Alarm]:
        """Uploads that could not be scanned or wait too long; until then nobody reads them."""
        dead, waiting = service.evidence_dead, service.evidence_queue
        page = "docs/runbooks/evidence.md"
        return [
            self._alarm(
                "EvidenceDeadLetters",
                f"Evidence could not be scanned ({page})",
                dead.metric_approximate_number_of_messages_visible(period=Duration.minutes(5), statistic="max"),
            ),
            self._alarm(
                "EvidenceWaits",
                f"Evidence has waited for an hour ({page})",
                waiting.metric_approximate_age_of_oldest_message(period=Duration.minutes(5), statistic="max"),
                threshold=3600,
            ),
        ]

    def _payment_alarms(self) -> list[cloudwatch.Alarm]:
        """The payment server does not answer, or the nightly comparison found something or did not come to its end."""
        opened = cloudwatch.Metric(
            namespace="Quietline",
            metric_name="CircuitOpened",
            dimensions_map={"service": "quietline", "circuit": "payment server"},
            statistic="sum",
            period=Duration.minutes(15),
        )
        text = "The payment server does not answer; payments wait (docs/runbooks/payments.md)"
        page = "docs/runbooks/payment-check.md"
        differences, done = (
            cloudwatch.Metric(
                namespace="Quietline",
                metric_name=name,
                dimensions_map={"service": "payment_worker"},
                statistic="sum",
                period=period,
            )
            for name, period in (("PaymentDifferences", Duration.hours(1)), ("PaymentChecksDone", Duration.days(1)))
        )
        silent = cloudwatch.Alarm(
            self,
            "NoPaymentCheck",
            alarm_description=f"Orders were not compared with the payment server for a day ({page})",
            metric=done,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        return [
            self._alarm("PaymentServerDown", text, opened),
            self._alarm("PaymentsDiffer", f"An order was not what the payment server says ({page})", differences),
            silent,
        ]

    def _machine_alarms(self, service: ServiceStack) -> list[cloudwatch.Alarm]:
        alarms = []
        for kind, machine in service.machines.items():
            name = "".join(part.title() for part in kind.split("-"))
            # a failed execution, one that took too long and one that was stopped are counted apart
            ends = {"Failed": machine.metric_failed, "TimedOut": machine.metric_timed_out}
            for end, metric in ends.items():
                text = f"An execution of {kind} {'failed' if end == 'Failed' else 'took too long'}"
                page = f"docs/runbooks/{RUNBOOKS.get(kind, 'workflows')}.md"
                alarms.append(self._alarm(f"{name}{end}", f"{text} ({page})", metric(period=Duration.minutes(5))))
        return [*alarms, self._no_list_alarm(service)]

    def _no_list_alarm(self, service: ServiceStack) -> cloudwatch.Alarm:
        # whatever the reason, also a schedule that was switched off: silence must not look like health
        return cloudwatch.Alarm(
            self,
            "NoListPublished",
            alarm_description="No list was published for a day (docs/runbooks/workflows.md)",
            metric=service.machines["publish"].metric_succeeded(period=Duration.days(1)),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )

    def _api_alarm(self, web: WebStack) -> cloudwatch.Alarm:
        metric = web.api.metric_server_error(period=Duration.minutes(5), statistic="sum")
        return self._alarm("ApiServerErrors", "The API answered 5xx (docs/runbooks/api.md)", metric)

    def _reconciliation_alarm(self) -> cloudwatch.Alarm:
        metric = cloudwatch.Metric(
            namespace="Quietline",
            metric_name="AreasThatDiffer",
            dimensions_map={"service": "reconcile_finish"},
            period=Duration.hours(1),
            statistic="max",
        )
        return self._alarm(
            "RegistryAndListDiffer", "The list is not what the registry says (docs/runbooks/reconcile.md)", metric
        )

    def _hygiene_alarm(self, deployment: Deployment) -> cloudwatch.Alarm:
        metric = cloudwatch.Metric(
            namespace="Quietline",
            metric_name="NumbersReassigned",
            dimensions_map={"service": "carrier_api"},
            period=Duration.hours(1),
            statistic="sum",
        )
        return self._alarm(
            "ManyNumbersReassigned",
            "Carriers' reports took many numbers off the list within an hour (docs/runbooks/hygiene.md)",
            metric,
            threshold=load_profile(deployment.profile).hygiene.alarm_removals,
        )

    def _daily_file_alarm(self) -> cloudwatch.Alarm:
        """The day's file of reported calls is not there, or nobody looked whether it is."""
        metric = cloudwatch.Metric(
            namespace="Quietline",
            metric_name="DailyFilesMissing",
            dimensions_map={"service": "publish_statistics"},
            period=Duration.days(1),
            statistic="max",
        )
        return cloudwatch.Alarm(
            self,
            "NoDailyFile",
            alarm_description="The day's file of reported calls was not published (docs/runbooks/open-data.md)",
            metric=metric,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )

    def _dashboard(self, deployment: Deployment, service: ServiceStack) -> None:
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=deployment.prefix)
        functions = [function.function for function in service.functions.values()]
        board.add_widgets(
            cloudwatch.GraphWidget(title="Invocations", left=[f.metric_invocations() for f in functions], width=8),
            cloudwatch.GraphWidget(title="Errors", left=[f.metric_errors() for f in functions], width=8),
            cloudwatch.GraphWidget(
                title="Duration p99", left=[f.metric_duration(statistic="p99") for f in functions], width=8
            ),
        )
        board.add_widgets(
            cloudwatch.GraphWidget(
                title="Workflows",
                left=[m.metric_succeeded() for m in service.machines.values()],
                right=[m.metric_failed() for m in service.machines.values()],
                width=12,
            ),
            cloudwatch.GraphWidget(
                title="Waiting messages",
                left=[
                    queue.metric_approximate_number_of_messages_visible()
                    for queue in (
                        service.mail_queue,
                        service.payments_queue,
                        service.washes_queue,
                        service.evidence_queue,
                        service.mail_dead,
                        service.payments_dead,
                        service.washes_dead,
                        service.evidence_dead,
                    )
                ],
                width=12,
            ),
        )
