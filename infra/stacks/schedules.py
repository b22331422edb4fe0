"""What runs by the clock, in the registry's time zone."""

from typing import TYPE_CHECKING

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as event_targets
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from quietline.profiles import load_profile

if TYPE_CHECKING:
    from infra.stacks.service import ServiceStack


def add(stack: "ServiceStack") -> None:
    """Add the schedules of a service's machines, functions and queues."""
    zone = load_profile(stack.deployment.profile).time_zone
    scheduler.Schedule(
        stack,
        "Publish",
        description="Publish the day's list, just after the day before has ended",
        schedule=scheduler.ScheduleExpression.cron(minute="10", hour="0", time_zone=TimeZone.of(zone)),
        target=targets.StepFunctionsStartExecution(
            stack.machines["publish"],
            dead_letter_queue=stack.dead_letters,
            input=scheduler.ScheduleTargetInput.from_object({}),
        ),
    )
    events.Rule(
        stack,
        "SandboxSchedule",
        description="Publish the sandbox's list of the day, once; the other hours find it published",
        schedule=events.Schedule.rate(Duration.hours(1)),
        targets=[
            event_targets.LambdaFunction(
                stack.functions["publish_sandbox"].function, dead_letter_queue=stack.dead_letters
            )
        ],
    )
    scheduler.Schedule(
        stack,
        "Reconcile",
        description="Compare the registry with the published list",
        schedule=scheduler.ScheduleExpression.cron(minute="0", hour="3", week_day="SUN", time_zone=TimeZone.of(zone)),
        target=targets.StepFunctionsStartExecution(
            stack.machines["reconcile"],
            dead_letter_queue=stack.dead_letters,
            input=scheduler.ScheduleTargetInput.from_object({}),
        ),
    )
    scheduler.Schedule(
        stack,
        "CheckPayments",
        description="Compare orders with the payment server and heal what its webhooks missed",
        schedule=scheduler.ScheduleExpression.cron(minute="30", hour="2", time_zone=TimeZone.of(zone)),
        target=targets.SqsSendMessage(
            stack.payments_queue,
            dead_letter_queue=stack.dead_letters,
            input=scheduler.ScheduleTargetInput.from_object({"pk": "PAYMENT_CHECK#nightly", "kind": "PAYMENT_CHECK"}),
        ),
    )
    scheduler.Schedule(
        stack,
        "Remind",
        description="Remind organizations whose list grows old, in the morning of the registry's day",
        schedule=scheduler.ScheduleExpression.cron(minute="0", hour="8", time_zone=TimeZone.of(zone)),
        target=targets.SqsSendMessage(
            stack.notices_queue,
            dead_letter_queue=stack.dead_letters,
            input=scheduler.ScheduleTargetInput.from_object({"kind": "DAILY"}),
        ),
    )
