"""IAM enforcement: over plain HTTP, and on the resource that AWS checks."""

import contextvars
import json
import logging
from typing import Any

log = logging.getLogger("quietline.local")

_machine: contextvars.ContextVar[str] = contextvars.ContextVar("quietline_machine", default="*")
_encrypted_with: contextvars.ContextVar[dict[str, str] | None] = contextvars.ContextVar(
    "quietline_encrypted", default=None
)


def plain_http() -> None:
    """Loopback counts as secure transport.

    The local endpoint is plain HTTP; with enforcement on, every `enforce_ssl` policy (CDK's own staging bucket has
    one) would deny every call. So the policies stay as they are on AWS.
    """
    from ministack.core import iam_evaluator

    resolve = iam_evaluator._resolve_condition_key

    def resolve_key(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolve_key


def sending_identity() -> None:
    """Sending a mail is checked on the sender's identity, as AWS does; the emulator checks `*`.

    So a role that may send as our identity only is proven to be enough, and one without is refused.
    """
    from ministack.core import iam_actions
    from ministack.services import ses_v2

    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(*request: Any) -> str:
        service, _method, path, _headers, body, _query, region, account = request
        if service == "ses" and path.rstrip("/").endswith("/outbound-emails"):
            address = str(json.loads(body).get("FromEmailAddress", "")).rpartition("<")[2].rstrip(">")
            identity = address if address in ses_v2._identities else address.rpartition("@")[2]
            return f"arn:aws:ses:{region}:{account}:identity/{identity}"
        return str(extract(*request))

    iam_actions.extract_resource_arn = extract_resource_arn


def task_tokens_machine() -> None:
    """Answering a task token is checked on the state machine that gave it, as AWS does; the emulator checks `*`."""
    from ministack.core import iam_actions
    from ministack.services import stepfunctions as engine

    extract, execute, wait = iam_actions.extract_resource_arn, engine._execute_task, engine._invoke_with_callback
    given: dict[str, str] = {}

    def extract_resource_arn(*request: Any) -> str:
        service, body = request[0], request[4]
        if service == "states" and b"taskToken" in body:
            return given.get(str(json.loads(body).get("taskToken")), "*")
        return str(extract(*request))

    def execute_task(state: Any, raw_input: Any, execution: Any, context: Any) -> Any:
        mark = _machine.set(str(execution.get("stateMachineArn", "*")))
        try:
            return execute(state, raw_input, execution, context)
        finally:
            _machine.reset(mark)

    def invoke_with_callback(resource: str, input_data: Any, token: str, state: Any) -> Any:
        # kept when it is spent, too: a token of AWS names its machine, and a late answer is told that nothing waits
        given[token] = _machine.get()
        return wait(resource, input_data, token, state)

    iam_actions.extract_resource_arn = extract_resource_arn
    engine._execute_task = execute_task
    engine._invoke_with_callback = invoke_with_callback


def encryption_context() -> None:
    """`kms:EncryptionContext:…` in a policy is what the request sends; the emulator knows no such key.

    Without it a permission under such a condition is never given.
    """
    from ministack.core import iam_actions, iam_evaluator

    extract, resolve = iam_actions.extract_resource_arn, iam_evaluator._resolve_condition_key

    def extract_resource_arn(*request: Any) -> str:
        service, body = request[0], request[4]
        sent = json.loads(body).get("EncryptionContext") if service == "kms" and b"EncryptionContext" in body else {}
        _encrypted_with.set({f"kms:encryptioncontext:{name}".lower(): value for name, value in (sent or {}).items()})
        return str(extract(*request))

    def resolve_key(key: str, context: Any) -> Any:
        return (_encrypted_with.get() or {}).get(key.lower()) or resolve(key, context)

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator._resolve_condition_key = resolve_key


def denials_in_the_log() -> None:
    """Write each denial to the emulator's log: who, which action.

    The caller sees only its own SDK's error, so a missing permission would be a guess.
    """
    from ministack.core import iam_actions

    answer = iam_actions.access_denied_response

    def access_denied_response(service: str, action: str, principal_arn: str, *rest: Any, **named: Any) -> Any:
        log.warning("denied: %s by %s", action, principal_arn)
        return answer(service, action, principal_arn, *rest, **named)

    iam_actions.access_denied_response = access_denied_response


FIXES = {
    "iam-plain-http": plain_http,
    "iam-sending-identity": sending_identity,
    "iam-task-tokens-machine": task_tokens_machine,
    "iam-encryption-context": encryption_context,
    "iam-denials-in-the-log": denials_in_the_log,
}
