"""State machines: starting them once, and answering their task tokens."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from quietline.adapters.aws import client
from quietline.kernel.errors import ConflictError


def start_once(machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
    """Start an execution under a name; return False when one of that name exists, so a repeat does nothing.

    Args:
        machine_arn: the state machine.
        name: 1 to 80 letters, digits, `-` or `_`; unique for 90 days.
        payload: the input.
    """
    try:
        client("stepfunctions").start_execution(stateMachineArn=machine_arn, name=name, input=json.dumps(payload))
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ExecutionAlreadyExists":
            return False
        raise
    return True


def answer(token: str, output: Mapping[str, Any]) -> None:
    """Give a waiting task its answer.

    Raises:
        ConflictError: the task waits no more (answered, timed out, or its execution ended).
    """
    try:
        client("stepfunctions").send_task_success(taskToken=token, output=json.dumps(output))
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken"):
            raise ConflictError("This step is not waiting for an answer any more.") from error
        raise
