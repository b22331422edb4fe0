"""Step Functions as cases and complaints need it: waking a waiting task, and the executions of one machine."""

from dataclasses import dataclass

from quietline.adapters import stepfunctions
from quietline.adapters.aws import client
from quietline.adapters.dynamodb import keys
from quietline.kernel.errors import ConflictError


class StepFunctionsTasks:
    """See `cases.ports.TaskAnswers`."""

    def answer(self, token: str) -> bool:
        """Wake the waiting task; False when it was answered, timed out, or its execution ended."""
        if not token:  # nothing waits yet; what waits later looks first
            return False
        try:
            stepfunctions.answer(token, {})
        except ConflictError:
            return False
        return True


@dataclass(frozen=True)
class StepFunctionsExecutions:
    """See `cases.ports.Executions`; `machine_arn` is `investigate-case`."""

    machine_arn: str

    def running(self) -> set[str]:
        """Return the names of the executions that run."""
        pages = client("stepfunctions").get_paginator("list_executions")
        return {
            str(execution["name"])
            for page in pages.paginate(stateMachineArn=self.machine_arn, statusFilter="RUNNING")
            for execution in page["executions"]
        }

    def start(self, name: str, case_id: str) -> None:
        """Start one with the input that the relay gives; a name used before changes nothing."""
        stepfunctions.start_once(self.machine_arn, name, {"pk": keys.case(case_id)[0], "kind": "CASE"})


@dataclass(frozen=True)
class ScreeningExecutions:
    """See `complaints.redrive.Screenings`; `machine_arn` is `screen-complaint`."""

    machine_arn: str

    def start(self, name: str, pk: str) -> None:
        """Start one with the input that the relay gives; a name used before changes nothing."""
        stepfunctions.start_once(self.machine_arn, name, {"pk": pk, "kind": pk.partition("#")[0]})
