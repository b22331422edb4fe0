"""The bundle of a case with some hundred megabytes of evidence: time and memory, on the running local cloud's storage.

Each size runs in a process of its own, so that its peak is its own: the code of the function `bundle_case` with the
settings of the deployed one, against the tables and buckets of the local cloud.
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench import measure

SIZES = (0, 100, 400)
"""Megabytes of evidence."""
FILE = 50
"""Megabytes of a file: the most that a recording may have."""
PATIENCE = 90


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=2)
    asked, _ = parser.parse_known_args(sys.argv[2:] if arguments is None else arguments)
    state = Path(os.environ.get("QUIETLINE_LOCAL", ".local"))
    outputs: dict[str, str] = json.loads((state / "outputs.json").read_text(encoding="utf-8"))
    os.environ |= {
        "AWS_ENDPOINT_URL": outputs["emulator_url"],
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    if asked.child:
        return _child(*asked.child)
    os.environ |= _settings(outputs["bundle_case_name"])
    rows = []
    for size in SIZES:
        case_id = _case(outputs, size)
        done = subprocess.run(
            [sys.executable, "-m", "bench", "bundle", "--child", case_id, str(size)],
            check=True,
            capture_output=True,
            text=True,
        )
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        print(f"  {size} MB of evidence: {rows[-1]['wall_s']} s, {rows[-1]['peak_mib']} MiB at most")
    result = {"machine": measure.machine("botocore"), "rows": rows}
    measure.store("bundle", result)
    return result


def _settings(function: str) -> dict[str, str]:
    from quietline.adapters.aws import client

    found: dict[str, str] = client("lambda").get_function_configuration(FunctionName=function)["Environment"][
        "Variables"
    ]
    return {name: value for name, value in found.items() if name.startswith("QUIETLINE_")}


def _case(outputs: dict[str, str], megabytes: int) -> str:
    """Report a robocall, wait for its case, and give the complaint so much evidence; return the case."""
    import httpx
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
    from quietline.adapters.dynamodb.evidence import DynamoEvidence
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.s3 import Bucket
    from quietline.evidence.model import Evidence, Kind, Owner, State
    from quietline.kernel.clock import SystemClock
    from quietline.kernel.ids import new_ulid

    lots = random.Random()
    yesterday = datetime.now(ZoneInfo("America/New_York")) - timedelta(days=1)
    call = {
        "called_number": f"+1202555{lots.randrange(100, 200):04}",
        "call_date": yesterday.date().isoformat(),
        "call_time": f"{lots.randrange(24):02}:{lots.randrange(60):02}",
        "robocall": True,
        "subject": 12,
        "caller_number": f"+1{lots.randrange(2_012_000_000, 9_892_000_000)}",
        "caller_name": f"Bench {lots.randrange(10**9)}",
    }
    table = Table(outputs["cases_table"])
    answer = httpx.post(f"{outputs['api_url']}/v1/complaints", json=call, timeout=60)
    answer.raise_for_status()
    complaints, until = DynamoComplaintStore(table), time.monotonic() + PATIENCE
    while not (found := complaints.by_reference(answer.json()["reference"])) or not found.case_id:
        if time.monotonic() > until:
            raise TimeoutError("The complaint came into no case.")
        time.sleep(1)
    store, bucket, now = DynamoEvidence(table), Bucket(outputs["evidence_bucket"]), SystemClock().now()
    for number in range(megabytes // FILE):
        data = lots.randbytes(FILE << 20)
        made = Evidence(
            owner=Owner(f"COMPLAINT#{found.id}"),
            id=new_ulid(now + timedelta(seconds=number)),
            kind=Kind.RECORDING,
            content_type="audio/wav",
            offered_at=now,
            waits_until=now + timedelta(hours=1),
            state=State.CLEAN,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        bucket.put(made.clean_key, data, made.content_type)
        store.add(made, store.of(made.owner)[1])
    return found.case_id


def _child(case_id: str, megabytes: str) -> dict[str, Any]:
    from quietline import bootstrap
    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.kernel.ids import new_ulid
    from quietline.kernel.settings.functions import BundleCaseSettings

    settings, now = BundleCaseSettings.from_environment(), SystemClock().now()
    with measure.timed() as seconds:
        key = bootstrap.bundles(settings).make(case_id, new_ulid(now), now)
    found = Bucket(settings.operations_bucket).head(key)
    made = {
        "evidence_mb": int(megabytes),
        "zip_bytes": found.size if found else 0,
        **seconds.to_payload(),
        "peak_mib": _peak_mib(),
    }
    print(json.dumps(made))
    return made


def _peak_mib() -> float:
    """Return the most memory of this program: `ru_maxrss` would count what its parent had before it began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()
