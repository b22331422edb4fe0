"""Step Functions: a waiting task whose Lambda fails, a Lambda that is throttled, a time limit in the input."""

import contextvars
from typing import Any

_token: contextvars.ContextVar[str | None] = contextvars.ContextVar("quietline_task_token", default=None)


def token_failure() -> None:
    """A Lambda that fails in a `.waitForTaskToken` task fails that task.

    The emulator swallows the failure and waits for a token that nobody holds, until the task's timeout.
    """
    from ministack.services import stepfunctions as engine

    wait, call = engine._invoke_with_callback, engine._call_lambda

    def invoke_with_callback(resource: str, input_data: Any, token: str, state_def: Any) -> Any:
        mark = _token.set(token)
        try:
            return wait(resource, input_data, token, state_def)
        finally:
            _token.reset(mark)

    def call_lambda(func_ref: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return call(func_ref, event, *args, **kwargs)
        except engine._ExecutionError as error:
            waiting = engine._task_tokens.get(_token.get()) if _token.get() else None
            if waiting is not None:
                waiting["error"] = {"Error": error.error, "Cause": error.cause}
                waiting["event"].set()
            raise

    engine._invoke_with_callback = invoke_with_callback
    engine._call_lambda = call_lambda


def throttles() -> None:
    """A throttled Lambda fails its task as `Lambda.TooManyRequestsException`, which definitions retry by name.

    The emulator says `Lambda.Unknown`, as of a function that ended without saying why.
    """
    from ministack.services import stepfunctions as engine

    call = engine._call_lambda

    def call_lambda(func_ref: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return call(func_ref, event, *args, **kwargs)
        except engine._ExecutionError as error:
            if error.error == "Lambda.Unknown" and '"TooManyRequestsException"' in str(error.cause):
                error.error = "Lambda.TooManyRequestsException"
            raise

    engine._call_lambda = call_lambda


def timeout_path() -> None:
    """`TimeoutSecondsPath` limits a task.

    The emulator knows only `TimeoutSeconds`: a task that takes its limit from its input waits for more than a day.
    """
    from ministack.services import stepfunctions as engine

    run = engine._execute_task

    def execute_task(state_def: dict[str, Any], raw_input: Any, execution: Any, ctx: Any) -> Any:
        path = state_def.get("TimeoutSecondsPath")
        if path is not None:
            state_def = state_def | {"TimeoutSeconds": engine._resolve_path(path, raw_input)}
        return run(state_def, raw_input, execution, ctx)

    engine._execute_task = execute_task


FIXES = {"sfn-throttles": throttles, "sfn-token-failure": token_failure, "sfn-timeout-path": timeout_path}
