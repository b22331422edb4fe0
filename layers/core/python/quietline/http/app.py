"""The resolver every API function uses, with our checks before and our problems after."""

import base64
import binascii
import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response

from quietline.http import problems
from quietline.http.idempotency import once

JSON = "application/json"
MAX_BODY_BYTES = 64 * 1024
REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What stands in a body where API Gateway, which hands JSON on as text, met bytes that are no UTF-8."""
logger = Logger()


def make_app(*, validates: bool = True) -> APIGatewayHttpResolver:
    """Return a resolver that answers errors as problems.

    Args:
        validates: by type hints what comes in and goes out; a function that needs it not starts without pydantic.
    """
    app = APIGatewayHttpResolver(enable_validation=validates)
    problems.install(app)
    return app


def handle(
    app: APIGatewayHttpResolver,
    event: dict[str, Any],
    context: Any,
    idempotency_table: str = "",
    max_body_bytes: int = MAX_BODY_BYTES,
) -> dict[str, Any]:
    """Answer one API Gateway event: refuse what is too large or no JSON, log the route without its values.

    With an `idempotency_table` a POST that carries `Idempotency-Key` is done at most once.
    """
    request_id = str(event.get("requestContext", {}).get("requestId", ""))
    logger.append_keys(request_id=request_id)
    refusal = _refuse(app, event, request_id, max_body_bytes)
    if refusal is not None:
        answer = _as_answer(refusal)
    else:
        answer = once(idempotency_table, event, lambda: app.resolve(event, context), context)
    route = event.get("routeKey", "")
    logger.info("answered", route=route, status=answer.get("statusCode"))
    answer.setdefault("headers", {}).setdefault("X-Request-Id", request_id)
    answer["body"] = answer.get("body") or ""  # of a 204; API Gateway's contract is a text
    return answer


def _refuse(
    app: APIGatewayHttpResolver, event: dict[str, Any], request_id: str, max_body_bytes: int
) -> Response[str] | None:
    """Return the problem of a body that the route need not see, or None."""
    text = event.get("body") or ""
    size = len(text) * 3 // 4 if event.get("isBase64Encoded") else len(text.encode("utf-8", "surrogatepass"))
    if size > max_body_bytes:
        return problems.problem(
            413,
            "body-too-large",
            "The body is too large",
            f"Send at most {max_body_bytes // 1024} kB.",
            request_id=request_id,
        )
    if event.get("isBase64Encoded"):
        try:
            text = base64.b64decode(text, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return problems.not_utf8(request_id)
    if REPLACED in text:
        return problems.not_utf8(request_id)
    http = event.get("requestContext", {}).get("http", {})
    if http.get("method") not in problems.allowed_methods(app, str(event.get("rawPath", ""))):
        return None  # the resolver answers 404 or 405
    if not text:
        return None
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    kind = str(headers.get("content-type", JSON)).split(";")[0].strip().lower()
    if kind != JSON:
        return problems.not_supported(request_id)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        # not only JSONDecodeError: numbers of thousands of digits and deep nesting fail with others
        return problems.not_json(request_id)
    return None


def _as_answer(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": {"Content-Type": response.content_type or problems.PROBLEM, **problems.HEADERS},
        "body": response.body,
        "isBase64Encoded": False,
    }
