"""The resolver every API function uses, with our checks before and our problems after."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from quietline.http import problems
from quietline.http.idempotency import once

MAX_BODY_BYTES = 64 * 1024
logger = Logger(child=True)


def make_app() -> APIGatewayHttpResolver:
    """Return a resolver that validates by type hints and answers errors as problems."""
    app = APIGatewayHttpResolver(enable_validation=True)
    problems.install(app)
    return app


def handle(
    app: APIGatewayHttpResolver, event: dict[str, Any], context: Any, idempotency_table: str = ""
) -> dict[str, Any]:
    """Answer one API Gateway event: refuse what is too large or not UTF-8, log the route without its values.

    With an `idempotency_table` a POST that carries `Idempotency-Key` is done at most once.
    """
    request_id = str(event.get("requestContext", {}).get("requestId", ""))
    logger.append_keys(request_id=request_id)
    refusal = _refuse(event, request_id)
    if refusal is not None:
        return _as_answer(refusal)
    answer = once(idempotency_table, event, lambda: app.resolve(event, context))
    route = event.get("routeKey", "")
    logger.info("answered", route=route, status=answer.get("statusCode"))
    answer.setdefault("headers", {}).setdefault("X-Request-Id", request_id)
    return answer


def _refuse(event: dict[str, Any], request_id: str) -> Response[str] | None:
    body = event.get("body") or ""
    size = len(body) * 3 // 4 if event.get("isBase64Encoded") else len(body.encode("utf-8", "surrogatepass"))
    if size > MAX_BODY_BYTES:
        return problems.problem(
            413,
            "body-too-large",
            "The body is too large",
            f"Send at most {MAX_BODY_BYTES // 1024} kB.",
            request_id=request_id,
        )
    if event.get("isBase64Encoded"):
        import base64
        import binascii

        try:
            base64.b64decode(body, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return problems.problem(
                400, "not-utf-8", "The body is not UTF-8", "Send the body in UTF-8.", request_id=request_id
            )
    return None


def _as_answer(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": {"Content-Type": response.content_type or problems.PROBLEM, **problems.HEADERS},
        "body": response.body,
        "isBase64Encoded": False,
    }
