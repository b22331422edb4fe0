"""The one construct that makes every function."""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws_cdk import Duration, Size, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from quietline.kernel.settings.base import Settings
from quietline.kernel.settings.functions import FUNCTION_SETTINGS

from infra.deployment import Deployment

ROOT = Path(__file__).parents[2]
STAGED = ROOT / "build" / "functions"


def stage_code(name: str) -> str:
    """Copy one function's folder to `build/functions/<name>`, so that its zip holds nothing else.

    The import path stays `functions.<name>.handler`, the same as in tests. Processes may stage the same code at once: a
    folder that holds it already is left alone, and a new one is written beside and put in its place whole.
    """
    target = STAGED / name
    STAGED.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=STAGED, prefix=f".{name}-") as folder:
        fresh, old = Path(folder) / "fresh", Path(folder) / "old"
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / "functions" / name, fresh / "functions" / name, ignore=ignore)
        shutil.copy2(ROOT / "functions" / "__init__.py", fresh / "functions" / "__init__.py")
        if _contents(fresh) != _contents(target):
            with suppress(FileNotFoundError):
                target.rename(old)
            with suppress(OSError):  # another process was first, with the same code
                fresh.rename(target)
    return str(target)


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class QuietlineFunction(Construct):
    """A function with its own role, log group, dead-letter queue and alarms.

    Args:
        scope: the stack.
        name: folder below `functions/`; also the construct's id.
        deployment: the deployment.
        settings: its environment, an instance of the model in `FUNCTION_SETTINGS`.
        layers: layers in the order of mounting.
        dead_letters: where events of failed asynchronous invocations go.
        memory: MB.
        timeout: seconds.
        temporary: MB of temporary files.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        deployment: Deployment,
        settings: Settings,
        layers: list[lambda_.ILayerVersion],
        dead_letters: sqs.IQueue,
        memory: int = 512,
        timeout: int = 15,
        temporary: int = 512,
    ) -> None:
        super().__init__(scope, "".join(part.title() for part in name.split("_")))
        if type(settings) is not FUNCTION_SETTINGS[name]:
            raise TypeError(f"{name} reads {FUNCTION_SETTINGS[name].__name__}, not {type(settings).__name__}")
        self.name = name
        self.timeout = timeout
        self.logs = logs.LogGroup(self, "Logs", retention=deployment.log_retention, removal_policy=deployment.removal)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], self.logs.log_group_arn)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=deployment.architecture,
            code=lambda_.Code.from_asset(stage_code(name)),
            handler=f"functions.{name}.handler.lambda_handler",
            layers=layers,
            role=self.role,
            memory_size=memory,
            timeout=Duration.seconds(timeout),
            ephemeral_storage_size=Size.mebibytes(temporary),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.logs,
            logging_format=lambda_.LoggingFormat.JSON,
            dead_letter_queue=dead_letters,
            environment=settings.to_env()
            | {
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": "Quietline",
                "POWERTOOLS_LOG_LEVEL": "INFO",
                # no search of all packages for plugins at a cold start: there are none
                "PYDANTIC_DISABLE_PLUGINS": "__all__",
            },
        )

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self.function.function_arn

    def allow(self, actions: list[str], *resources: str, conditions: dict[str, Any] | None = None) -> None:
        """Add a statement to the function's own role."""
        self.role.add_to_policy(iam.PolicyStatement(actions=actions, resources=list(resources), conditions=conditions))

    def alarms(self, scope: Construct) -> list[cloudwatch.Alarm]:
        """Make the function's alarms in `scope`: errors, throttles, and running close to its time limit."""
        minutes = Duration.minutes(5)
        kinds = {
            "Errors": (self.function.metric_errors(period=minutes, statistic="sum"), 1),
            "Throttles": (self.function.metric_throttles(period=minutes, statistic="sum"), 1),
            "Slow": (self.function.metric_duration(period=minutes, statistic="p99"), self.timeout * 800),
        }
        return [
            cloudwatch.Alarm(
                scope,
                f"{self.node.id}{kind}",
                alarm_description=f"{self.name}: {kind.lower()} (docs/runbooks/functions.md)",
                metric=metric,
                threshold=threshold,
                evaluation_periods=1,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            for kind, (metric, threshold) in kinds.items()
        ]


def arn(stack: Stack, service: str, resource: str, name: str) -> str:
    """Return the ARN of something that is named before it exists, in this stack's account and region."""
    return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{resource}{name}"
