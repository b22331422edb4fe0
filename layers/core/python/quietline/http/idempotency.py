"""`Idempotency-Key`: a POST sent again with the same key and body gets the first answer again and does nothing twice.

Powertools keeps the records (key = caller + route + key, SHA-256). Only answers below 400 are kept, for a day, sealed
so that nobody reads them who does not send the key and the request again (docs/adr/0028). The same key with another
body is 422, a repeat while the first still runs is 409. Where the key cannot be kept nothing is done (503); where only
the answer cannot be, it is given all the same.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.api_gateway import Response

from quietline.http import problems
from quietline.http.sealing import opened, sealed
from quietline.kernel.errors import log_fields

logger = Logger(child=True)

HEADER = "idempotency-key"
MAX_KEY_LENGTH = 200
KEEP_SECONDS = 24 * 3600


class _NotKeptError(Exception):
    """Carries an answer that must not be replayed out of Powertools' wrapper, which then forgets the record."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("not kept")
        self.answer = answer


def once(
    table: str, event: dict[str, Any], answer: Callable[[], dict[str, Any]], context: Any = None
) -> dict[str, Any]:
    """Answer `event` by calling `answer`, at most once for its `Idempotency-Key`.

    Args:
        table: name of the idempotency table.
        event: an HTTP API event (payload 2.0).
        answer: makes the proxy answer; called only the first time.
        context: Lambda's, whose remaining time tells how long a crashed first request holds its key.

    Returns:
        The proxy answer; a replay carries `Idempotency-Replayed: true`.
    """
    http = event.get("requestContext", {}).get("http", {})
    key = next((value for name, value in (event.get("headers") or {}).items() if name.lower() == HEADER), "")
    if not table or http.get("method") != "POST" or not key:
        return answer()
    request_id = str(event.get("requestContext", {}).get("requestId", ""))
    if len(key) > MAX_KEY_LENGTH:
        return _problem(
            request_id, 400, "invalid-input", f"Idempotency-Key may have at most {MAX_KEY_LENGTH} characters."
        )

    from aws_lambda_powertools.utilities.idempotency import exceptions, idempotent_function

    caller = event.get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    who = caller.get("sub") or caller.get("client_id") or "anybody"
    body = str(event.get("body") or "").encode("utf-8", "surrogatepass")
    record = {
        "key": f"{who}|{http.get('path', '')}|{key}",
        # keyed, for a plain hash would tell whoever guesses the body that the guess is right
        "body": hmac.digest(key.encode("utf-8", "surrogatepass"), body, hashlib.sha256).hex(),
    }

    if context is not None:
        _config().register_lambda_context(context)

    made: list[dict[str, Any]] = []

    @idempotent_function(
        data_keyword_argument="record",
        persistence_store=_store(table),
        config=_config(),
        output_serializer=_serializer(_sealing_key(key, record)),
    )
    def run(*, record: dict[str, str]) -> dict[str, Any]:
        made.append(answer())
        if made[0].get("statusCode", 500) >= 400:
            raise _NotKeptError(made[0])
        return made[0]

    try:
        return dict(run(record=record))
    except _NotKeptError as stop:
        return stop.answer
    except exceptions.IdempotencyPersistenceLayerError as error:
        # no traceback: the error's message may hold what was to be kept
        logger.error("idempotency_store_failed", **log_fields(error.__cause__ or error))  # noqa: TRY400
        if made:
            return made[0]  # what is done is done; a repeat is told that the first still runs, until the key is free
        return _answer(problems.from_error(problems.AWAY, request_id))
    except (exceptions.IdempotencyAlreadyInProgressError, exceptions.IdempotencyInconsistentStateError):
        return _problem(
            request_id, 409, "conflict", "The first request with this Idempotency-Key still runs; try again shortly."
        )
    except exceptions.IdempotencyValidationError:
        return _problem(
            request_id,
            422,
            "idempotency-key-reused",
            "This Idempotency-Key came with another body before; use a new key.",
        )


@cache
def _store(table: str) -> Any:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from quietline.adapters.aws import client

    return DynamoDBPersistenceLayer(table_name=table, boto3_client=client("dynamodb"))


@cache
def _config() -> Any:
    from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig

    return IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="body",
        hash_function="sha256",
        expires_after_seconds=KEEP_SECONDS,
        response_hook=_mark_replayed,  # type: ignore[arg-type]
    )


def _sealing_key(key: str, record: dict[str, str]) -> bytes:
    """Return what seals the answer of a record: nothing that is stored tells it."""
    request = f"{record['key']}|{record['body']}".encode("utf-8", "surrogatepass")
    return hmac.digest(key.encode("utf-8", "surrogatepass"), request, hashlib.sha256)


def _serializer(key: bytes) -> Any:
    from aws_lambda_powertools.utilities.idempotency.serialization.custom_dict import CustomDictSerializer

    def kept(answer: dict[str, Any]) -> dict[str, Any]:
        return {"sealed": base64.b64encode(sealed(key, json.dumps(answer).encode())).decode()}

    def read(found: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(opened(key, base64.b64decode(found["sealed"]))))

    return CustomDictSerializer(kept, read)


def _mark_replayed(answer: Any, _record: Any) -> Any:
    answer.setdefault("headers", {})["Idempotency-Replayed"] = "true"
    return answer


def _problem(request_id: str, status: int, slug: str, detail: str) -> dict[str, Any]:
    titles = {400: "The request has a value that cannot be accepted", 409: "The current state does not allow this"}
    return _answer(
        problems.problem(
            status, slug, titles.get(status, "The Idempotency-Key was used before"), detail, request_id=request_id
        )
    )


def _answer(made: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": made.status_code,
        "headers": {"Content-Type": problems.PROBLEM, **made.headers},
        "body": made.body,
        "isBase64Encoded": False,
    }
