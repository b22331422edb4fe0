"""DynamoDB streams: retries that end, and nothing lost after a restart."""

import time
from typing import Any

THROTTLED_SECONDS = 1.0
Batch = list[dict[str, Any]]
Answer = dict[str, Any]


class StreamRetries:
    """MaximumRetryAttempts, BisectBatchOnFunctionError, ReportBatchItemFailures and the OnFailure destination.

    Without them one poisoned record blocks its mapping for good.
    """

    def __init__(self, service: Any) -> None:
        self._service = service
        self._execute = service._execute_function

    def execute(self, func: Any, event: Any, *args: Any, **kwargs: Any) -> Answer:
        """Run the function; a batch of a stream is run under its mapping's rules."""
        mapping = self._mapping(func, event)
        if mapping is None:
            answer: Answer = self._execute(func, event, *args, **kwargs)
            return answer
        return self._run(mapping, func, event["Records"], 0)

    def _mapping(self, func: Any, event: Any) -> dict[str, Any] | None:
        records = event.get("Records") if isinstance(event, dict) else None
        if not isinstance(records, list) or not records or not isinstance(records[0], dict):
            return None
        if records[0].get("eventSource") != "aws:dynamodb":
            return None
        name = ((func or {}).get("config") or {}).get("FunctionName")
        for mapping in list(self._service._esms.values()):
            if mapping.get("EventSourceArn") == records[0].get("eventSourceARN") and mapping["FunctionName"] == name:
                found: dict[str, Any] = mapping
                return found
        return None

    def _run(self, mapping: dict[str, Any], func: Any, records: Batch, attempt: int) -> Answer:
        answer: Answer = self._execute(func, {"Records": records})
        while answer.get("throttle"):
            # nobody looked at the records: that is no attempt
            time.sleep(THROTTLED_SECONDS)
            answer = self._execute(func, {"Records": records})
        if answer.get("error"):
            return self._failed(mapping, func, records, answer, attempt)
        body = answer.get("body")
        reports = "ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or [])
        if reports and isinstance(body, dict) and body.get("batchItemFailures"):
            failed = {item.get("itemIdentifier") for item in body["batchItemFailures"]}
            numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
            first = next((i for i, number in enumerate(numbers) if number in failed), 0)
            detail = {"errorType": "BatchItemFailures", "errorMessage": ", ".join(sorted(map(str, failed)))}
            partial = {"error": True, "body": detail, "log": answer.get("log", "")}
            return self._failed(mapping, func, records[first:], partial, attempt)
        return answer

    def _failed(self, mapping: dict[str, Any], func: Any, records: Batch, answer: Answer, attempt: int) -> Answer:
        limit = mapping.get("MaximumRetryAttempts")
        if limit is None or int(limit) < 0:
            return answer  # the poller repeats it until it works, as AWS does
        if mapping.get("BisectBatchOnFunctionError") and len(records) > 1:
            half = len(records) // 2
            left = self._run(mapping, func, records[:half], attempt)
            right = self._run(mapping, func, records[half:], attempt)
            return left if left.get("error") else right
        if attempt < int(limit):
            time.sleep(min(0.2 * 2**attempt, 2))
            return self._run(mapping, func, records, attempt + 1)
        self._service._send_ddb_stream_failure_record(
            mapping, func, records, mapping["EventSourceArn"], answer, "RetryAttemptsExhausted"
        )
        return {"body": None, "log": answer.get("log", "")}


def retries() -> None:
    """See `StreamRetries`."""
    from ministack.services import lambda_svc as service

    service._execute_function = StreamRetries(service).execute


def positions_after_restart() -> None:
    """Forget stream positions at a restart.

    The emulator drops the records of a stream when it restarts but keeps the readers' old positions, so the first
    records after a restart would never reach a function.
    """
    from ministack.services import lambda_svc as service

    restore = service._restore_esm_positions

    def restore_positions(store: Any, positions: Any) -> None:
        if store is not service._dynamodb_stream_positions:
            restore(store, positions)

    service._restore_esm_positions = restore_positions
    service._dynamodb_stream_positions.clear()


FIXES = {"stream-retries": retries, "stream-positions-after-restart": positions_after_restart}
