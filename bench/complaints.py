"""A day's burst of complaints through `screen-complaint` on the local cloud: throughput, and what AWS would ask.

The complaints are put into the table as the intake does; table stream, relay, state machine and function do the rest.
How many requests a complaint makes is counted on a sample, in this process, against the same tables; the cost is these
counts times the price table below. `--complaints 12000` is the whole burst; a machine that is slower than `--minutes`
allows reports the part that it did, and says so.
"""

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench import measure
from bench.measure import timed

BURST = 12_000
SAMPLE = 25
PER_CALLER = 40
SENDERS = 2
MEMORY_GB = 0.5
VCPU = 0.5 * 1024 / 1769
"""What 512 MB have of a processor: 1,769 MB are one (AWS Lambda's documentation)."""
STATES = {"robocall": 6, "not_registered": 5}
"""State transitions of an execution that succeeds, its start included: Screen, Outcome, (Assign,) Close, Screened."""
PRICES = {
    "as_of": "2025-06, us-east-1, list prices without free tier; [memory]",
    "dynamodb_write_unit": 0.625e-6,
    "dynamodb_read_unit": 0.125e-6,
    "lambda_request": 0.20e-6,
    "lambda_gb_second": 16.6667e-6,
    "states_transition": 25e-6,
    "sqs_request": 0.40e-6,
    "ses_mail": 100e-6,
}


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--complaints", type=int, default=BURST)
    parser.add_argument("--minutes", type=float, default=12)
    asked, _ = parser.parse_known_args(arguments)
    outputs = _connect()
    sent, seconds, done = _burst(outputs, asked.complaints, asked.minutes * 60)
    counts = _counted(outputs)
    cost = _cost(counts)
    result = {
        "machine": measure.machine("boto3", "moto"),
        "asked": asked.complaints,
        "sent": sent,
        "screened": done,
        "whole_burst": done == BURST,
        "seconds": round(seconds, 1),
        "screened_per_s": round(done / seconds, 2),
        "load_average": round(os.getloadavg()[0], 1),
        "per_complaint": counts,
        "prices": PRICES,
        "usd_per_1000": {name: round(amount * 1000, 4) for name, amount in cost.items()},
        "usd_per_burst": round(sum(cost.values()) * BURST, 2),
    }
    print(f"  {done} of {asked.complaints} screened in {seconds:.0f} s, {done / seconds:.1f}/s")
    print(f"  {BURST:,} would cost ${result['usd_per_burst']} on AWS")
    measure.store("complaints", result)
    return result


def _connect() -> dict[str, str]:
    state = Path(os.environ.get("QUIETLINE_LOCAL", ".local"))
    outputs: dict[str, str] = json.loads((state / "outputs.json").read_text(encoding="utf-8"))
    os.environ |= {
        "AWS_ENDPOINT_URL": outputs["emulator_url"],
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    return outputs


def _complaint(number: int, run: str, now: datetime) -> Any:
    """Return a robocall complaint (every second one is a live call to a number that is not listed)."""
    from quietline.complaints.model import Complaint, Entry, Stage
    from quietline.kernel.ids import new_code, new_ulid

    caller = f"+1305555{number // PER_CALLER % 10_000:04}"
    return Complaint(
        id=new_ulid(now),
        reference=f"QL-{new_code(4)}-{new_code(4)}",
        status_hash="0" * 64,
        received_at=now,
        called=f"+1{200 + number % 700:03}{run}{number % 10_000:04}",
        called_at=now - timedelta(days=1),
        robocall=number % 2 == 0,
        kind="call",
        subject=12,
        subject_other="",
        caller_number=caller,
        caller_name="",
        caller_key=caller,
        done_business=False,
        asked_to_stop=None,
        consumer={"state": "Illinois"},
        comments="A recorded voice about my car's warranty.",
        language="en",
        email_ciphertext="",
        timeline=(Entry(now, Stage.RECEIVED),),
    )


def _burst(outputs: dict[str, str], count: int, most: float) -> tuple[int, float, int]:
    """Send the burst and wait; return how many were sent, the seconds, and how many were screened in them."""
    from quietline.adapters.dynamodb import keys
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
    from quietline.adapters.dynamodb.table import Table

    table = Table(outputs["cases_table"])
    store, run = DynamoComplaintStore(table), f"{int(time.time()) % 800 + 200}"
    begun = time.perf_counter()

    def send(number: int) -> str:
        if time.perf_counter() - begun > most:
            return ""
        made = _complaint(number, run, datetime.now(UTC))
        _patiently(lambda: store.add(made))
        return str(made.id)

    with ThreadPoolExecutor(SENDERS) as pool:
        sent = [complaint_id for complaint_id in pool.map(send, range(count)) if complaint_id]
    waiting = sent
    while waiting and time.perf_counter() - begun < most:
        time.sleep(2)
        closed: set[str] = set()
        for start in range(0, len(waiting), 100):
            asked = [keys.complaint(complaint_id) for complaint_id in waiting[start : start + 100]]
            items = _patiently(partial(table.get_many, asked))
            found = {item["id"] for item in items if "screened_at" in item}
            if not found:
                break
            closed |= found
        waiting = [complaint_id for complaint_id in waiting if complaint_id not in closed]
    return len(sent), time.perf_counter() - begun, len(sent) - len(waiting)


def _patiently[T](call: Callable[[], T]) -> T:
    """Return what a call answers; a local cloud at its limit is asked again. Nothing is written twice: ids are new."""
    from botocore.exceptions import BotoCoreError

    while True:
        try:
            return call()
        except BotoCoreError:
            time.sleep(1)


def _counted(outputs: dict[str, str]) -> dict[str, float]:
    """Do the steps of a sample in this process and count what they ask of DynamoDB, and their processor time."""
    from quietline import bootstrap
    from quietline.adapters import aws
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.settings.functions import ScreenComplaintSettings

    settings = ScreenComplaintSettings(
        stage="local",
        profile="us",
        **{f"{name}_table": outputs[f"{name}_table"] for name in ("registry", "cases", "sellers")},
    )
    seen: Counter[str] = Counter()

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        writes = [next(iter(one.values())) for one in params.get("TransactItems", [])]
        twice = 2 if writes else 1
        if model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            writes = [params]
        if not writes:
            seen["reads"] += 1
        for write in writes:
            size = len(json.dumps(write.get("Item", write.get("ExpressionAttributeValues", {})), default=str))
            # an update is charged by the whole item; a complaint is some 3 KB with its rulings
            kib = max(1, -(-max(size, 3000 if "UpdateExpression" in write else 0) // 1024))
            indexed = "gsi1pk" in write.get("Item", {}) or "UpdateExpression" in write
            seen["write_units"] += kib * twice + (kib if indexed else 0)

    client = aws.client("dynamodb")
    store = DynamoComplaintStore(Table(outputs["cases_table"]))
    # executions of the deployed machine find these screened already; asking for the intake counts too
    client.meta.events.register("before-parameter-build.dynamodb", note)
    screening, assignment = bootstrap.screening(settings), bootstrap.assignment(settings)
    states = 0
    with timed() as seconds:
        for number in range(SAMPLE):
            made = _complaint(number, f"{int(time.time()) % 800 + 200}", datetime.now(UTC))
            store.add(made)
            outcome = screening.screen(made.id).outcome
            if outcome is not None and outcome.is_violation:
                assignment.assign(made.id)
            screening.close(made.id)
            states += STATES["robocall" if outcome is not None and outcome.is_violation else "not_registered"]
    client.meta.events.unregister("before-parameter-build.dynamodb", note)
    steps = states / SAMPLE - 3
    return {
        "dynamodb_reads": round(seen["reads"] / SAMPLE, 2),
        "dynamodb_write_units": round(seen["write_units"] / SAMPLE, 2),
        "state_transitions": round(states / SAMPLE, 2),
        "lambda_calls": round(steps + 0.1, 2),
        "processor_ms": round(seconds.cpu / SAMPLE * 1000, 1),
    }


def _cost(counts: dict[str, float]) -> dict[str, float]:
    """Return dollars for one complaint by service; a read is one unit (below 4 KB, consistent)."""
    billed = counts["processor_ms"] / 1000 / VCPU
    return {
        "Step Functions": counts["state_transitions"] * price("states_transition"),
        "DynamoDB": counts["dynamodb_reads"] * price("dynamodb_read_unit")
        + counts["dynamodb_write_units"] * price("dynamodb_write_unit"),
        "Lambda": counts["lambda_calls"] * price("lambda_request") + billed * MEMORY_GB * price("lambda_gb_second"),
        "SES and SQS (two mails)": 2 * (price("ses_mail") + 3 * price("sqs_request")),
    }


def price(name: str) -> float:
    return float(str(PRICES[name]))


if __name__ == "__main__":
    main()
