"""IAM enforcement over plain HTTP."""

from typing import Any


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


FIXES = {"iam-plain-http": plain_http}
