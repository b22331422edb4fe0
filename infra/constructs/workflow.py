"""The one construct that makes every state machine from its ASL file."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.function import ROOT, arn
from infra.deployment import Deployment

FILES = ROOT / "infra" / "workflows"


def workflow(
    scope: Construct,
    kind: str,
    *,
    name: str,
    deployment: Deployment,
    substitutions: dict[str, str],
    functions: list[lambda_.IFunction],
    failures: sqs.IQueue,
    distributed: bool,
) -> sfn.StateMachine:
    """Make a STANDARD state machine.

    Args:
        scope: the stack.
        kind: name of `infra/workflows/<kind>.asl.json`.
        name: physical name, known in advance.
        deployment: the deployment.
        substitutions: values of the file's `${…}`; those it does not use are left out.
        functions: the functions it may invoke.
        failures: the queue where failures become visible.
        distributed: it holds a Distributed Map, whose children are executions of the machine itself.
    """
    text = (FILES / f"{kind}.asl.json").read_text(encoding="utf-8")
    title = "".join(part.title() for part in kind.split("-"))
    machine = sfn.StateMachine(
        scope,
        f"{title}Machine",
        state_machine_name=name,
        state_machine_type=sfn.StateMachineType.STANDARD,
        definition_body=sfn.DefinitionBody.from_string(text),
        definition_substitutions={key: value for key, value in substitutions.items() if f"${{{key}}}" in text},
        tracing_enabled=True,
        logs=sfn.LogOptions(
            destination=logs.LogGroup(
                scope,
                f"{title}Logs",
                log_group_name=f"/aws/vendedlogs/states/{name}",
                retention=deployment.log_retention,
                removal_policy=deployment.removal,
            ),
            level=sfn.LogLevel.ALL,
            include_execution_data=False,
        ),
    )
    machine.add_to_role_policy(
        iam.PolicyStatement(
            actions=["lambda:InvokeFunction"], resources=[function.function_arn for function in functions]
        )
    )
    failures.grant_send_messages(machine)
    if distributed:
        stack = Stack.of(scope)
        machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["states:StartExecution"], resources=[arn(stack, "states", "stateMachine:", name)]
            )
        )
        machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"],
                resources=[arn(stack, "states", "execution:", f"{name}/*")],
            )
        )
    return machine
