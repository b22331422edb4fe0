"""Every error as an RFC 9457 problem: `application/problem+json` with a type, a sentence and the wrong fields.

No problem repeats a value that the caller sent, so no number, address or token comes back or reaches a log.
"""

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as RouteNotFoundError
from aws_lambda_powertools.event_handler.exceptions import ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)

from quietline.kernel.errors import (
    ConfigurationError,
    InvalidInputError,
    QuietlineError,
    TooManyRequestsError,
    UnavailableError,
    log_fields,
)

logger = Logger(child=True)

PROBLEM = "application/problem+json"
TYPE_BASE = "/problems/"
HEADERS = {"Cache-Control": "no-store"}
NOT_A_DATE = "Give the date as YYYY-MM-DD."
SENTENCES = {
    "date_from_datetime_parsing": NOT_A_DATE,
    "date_from_datetime_inexact": NOT_A_DATE,
    "date_parsing": NOT_A_DATE,
    "date_type": NOT_A_DATE,
    # pydantic's own sentence is a regular expression
    "string_pattern_mismatch": "This has another form than the API reference gives for it.",
    "model_attributes_type": "Send a JSON object.",
}
"""In place of pydantic's own, by error type, where those speak to programmers of this service."""
AWAY = UnavailableError("Something that we depend on does not answer at this moment. Please try again.")
"""What is answered where a service of AWS is busy or away."""


def problem(
    status: int,
    slug: str,
    title: str,
    detail: str,
    *,
    fields: list[dict[str, str]] | None = None,
    request_id: str = "",
    headers: dict[str, str] | None = None,
) -> Response[str]:
    """Return the answer.

    Args:
        status: HTTP status.
        slug: last part of the problem's `type`; each has a page in docs/reference/problems.md.
        title: same for every problem of the type.
        detail: one sentence about this one.
        fields: `errors` as `{"pointer", "detail", "code"}`; pointers are JSON pointers into the body.
        request_id: API Gateway's id, for the support desk.
        headers: added to the answer (`Allow`, `Retry-After`).
    """
    body: dict[str, Any] = {"type": TYPE_BASE + slug, "title": title, "status": status, "detail": detail}
    if fields:
        body["errors"] = fields
    if request_id:
        body["request_id"] = request_id
    return Response(
        status_code=status,
        content_type=PROBLEM,
        body=json.dumps(body, ensure_ascii=False),
        headers=HEADERS | (headers or {}),
    )


def install(app: APIGatewayHttpResolver) -> None:
    """Make every error of `app`'s routes a problem."""

    def request_id() -> str:
        context = app.current_event.request_context
        return str(context.request_id or "")

    @app.exception_handler(QuietlineError)
    def refused(error: QuietlineError) -> Response[str]:
        return from_error(error, request_id())

    @app.exception_handler(RequestValidationError)
    def not_valid(error: RequestValidationError) -> Response[str]:
        fields = [_field(entry) for entry in error.errors()]
        if any(entry["code"] == "json_invalid" for entry in fields):
            return not_json(request_id())
        return problem(
            400,
            InvalidInputError.slug,
            InvalidInputError.title,
            "See `errors` for each field that is wrong.",
            fields=fields,
            request_id=request_id(),
        )

    @app.exception_handler(RequestUnsupportedContentType)
    def wrong_type(_error: RequestUnsupportedContentType) -> Response[str]:
        return not_supported(request_id())

    @app.exception_handler(ResponseValidationError)
    def our_fault(error: ResponseValidationError) -> Response[str]:
        logger.error("answer_not_valid", fields=[entry.get("loc") for entry in error.errors()])
        return internal(request_id())

    @app.exception_handler(Exception)
    def unexpected(error: Exception) -> Response[str]:
        if isinstance(error, ServiceError):
            return problem(
                error.status_code,
                "request-refused",
                HTTPStatus(error.status_code).phrase,
                HTTPStatus(error.status_code).phrase + ".",
                request_id=request_id(),
            )
        from quietline.adapters.aws import is_busy_or_away

        logger.error("unexpected_error", **log_fields(error))
        return from_error(AWAY, request_id()) if is_busy_or_away(error) else internal(request_id())

    @app.not_found
    def no_route(_error: RouteNotFoundError) -> Response[str]:
        event = app.current_event
        allowed = allowed_methods(app, event.path)
        if allowed:
            return problem(
                405,
                "method-not-allowed",
                "The method is not allowed",
                f"Use {' or '.join(allowed)} here.",
                headers={"Allow": ", ".join(allowed)},
                request_id=request_id(),
            )
        return problem(404, "no-such-address", "There is nothing here", "Check the address.", request_id=request_id())


SITUATIONS = {
    400: "The body is not JSON, not UTF-8, or a value in it cannot be accepted.",
    401: "Nobody is signed in, or the access token has expired.",
    403: "The caller may not do this.",
    404: "There is no such thing, or it belongs to somebody else.",
    409: "The state does not allow this now, or the first request with this Idempotency-Key still runs.",
    413: "The body is too large.",
    415: "The content type is not supported.",
    422: "The Idempotency-Key came with another body before, or no list has the date asked for.",
    429: "A limit was reached.",
    500: "Something went wrong on our side.",
    503: "Something we depend on does not answer, or others keep writing the same records; nothing was lost.",
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Which problem; docs/reference/problems.md has each."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence about this one; never a value that was sent."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    "detail": {"type": "string"},
                    "code": {"type": "string", "description": "Stable name of what is wrong."},
                },
            },
        },
        "request_id": {"type": "string", "description": "To tell the support desk."},
    },
}


def documented(
    status: int, description: str, model: type | dict[str, Any] | None = None, *refusals: int
) -> dict[int, Any]:
    """Return a route's `responses` for OpenAPI: what it answers, and with which statuses it refuses.

    Args:
        status: of the answer, e.g. 200.
        description: of the answer, one sentence.
        model: of the answer's body, or its JSON schema; None for an answer without JSON.
        refusals: statuses out of `SITUATIONS`; 500 and 503 are added, for every route asks services of AWS.
    """
    answer: dict[str, Any] = {"description": description}
    if model is not None:
        kind = "schema" if isinstance(model, dict) else "model"
        answer["content"] = {"application/json": {kind: model}}
    return {status: answer} | refusals_of(*refusals, 500, 503)


def refusals_of(*statuses: int) -> dict[int, Any]:
    """Return the part of a route's `responses` that says with which statuses out of `SITUATIONS` it refuses."""
    return {
        status: {"description": SITUATIONS[status], "content": {PROBLEM: {"schema": PROBLEM_SCHEMA}}}
        for status in sorted(set(statuses))
    }


def from_error(error: QuietlineError, request_id: str = "") -> Response[str]:
    """Return the problem of one of our errors; a configuration error says nothing of its cause."""
    if isinstance(error, ConfigurationError):
        logger.error("configuration_error", detail=str(error))
        return internal(request_id)
    fields = (
        [{"pointer": f.pointer, "detail": f.detail, "code": f.code} for f in error.fields]
        if isinstance(error, InvalidInputError)
        else None
    )
    headers = {}
    if isinstance(error, UnavailableError):
        headers["Retry-After"] = "5"
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after)
    return problem(
        error.status, error.slug, error.title, str(error), fields=fields, request_id=request_id, headers=headers
    )


def not_json(request_id: str = "") -> Response[str]:
    """Return the answer to a body that is no JSON."""
    return problem(400, "not-json", "The body is not JSON", "Send the body as a JSON object.", request_id=request_id)


def not_utf8(request_id: str = "") -> Response[str]:
    """Return the answer to a body that is no UTF-8."""
    return problem(400, "not-utf-8", "The body is not UTF-8", "Send the body in UTF-8.", request_id=request_id)


def not_supported(request_id: str = "") -> Response[str]:
    """Return the answer to a body of another content type."""
    return problem(
        415,
        "unsupported-content-type",
        "The content type is not supported",
        "Send the body with Content-Type: application/json.",
        request_id=request_id,
    )


def internal(request_id: str = "") -> Response[str]:
    """Return the answer to an error of our own."""
    return problem(
        500,
        "internal-error",
        "Something went wrong on our side",
        "Nothing was lost. Please try again; if it happens again, tell us the request_id.",
        request_id=request_id,
    )


def allowed_methods(app: APIGatewayHttpResolver, path: str) -> list[str]:
    """Return the methods that `path` has routes for, sorted."""
    routes = app._static_routes + app._dynamic_routes
    methods = {route.method for route in routes if route.rule.match(path)}
    return sorted(methods)


def _field(entry: dict[str, Any]) -> dict[str, str]:
    location = [str(part) for part in entry.get("loc", ()) if part not in ("body", "query", "path", "header")]
    code = str(entry.get("type", "invalid"))
    # pydantic's messages name types and limits, never the value; custom errors of ours are sentences already
    message = SENTENCES.get(code) or _sentence(str(entry.get("msg", "This is not valid.")))
    return {
        "pointer": "/" + "/".join(location),
        "detail": message,
        "code": code,
    }


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
