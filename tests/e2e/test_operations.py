"""An operator takes a registry in and doubts the list, on the running local cloud."""

import json
import time
from pathlib import Path

import pytest
from quietline.adapters.dynamodb import keys
from quietline.kernel.blocks import BYTES, pack

from tests.e2e.conftest import Cloud
from tests.e2e.test_round_trip import fresh_date

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(600)]

LINES = [f"605,555{number:04d}" for number in range(2000, 5000)]


def test_a_registry_is_taken_in_published_and_compared(cloud: Cloud, tmp_path: Path) -> None:
    path, rejects = tmp_path / "registry.txt", tmp_path / "rejects.csv"
    path.write_text("".join(f"{line}\n" for line in [*LINES, LINES[0], "nonsense"]))

    taken = cloud.command("ops", "import", str(path), "--json", "--rejects", str(rejects), home=tmp_path)
    assert taken.returncode == 0, taken.stdout + taken.stderr
    summary = json.loads(taken.stdout)
    assert (summary["numbers"], summary["duplicates"], summary["rejected"]) == (3000, 1, 1)
    assert rejects.read_text().splitlines()[1] == "registry.txt,3002,malformed_line,nonsense"
    time.sleep(3)  # a list's cut-off lies two seconds back, so that nothing in flight is missed
    published = cloud.command("ops", "publish", "--date", fresh_date(cloud), "--json", home=tmp_path)
    assert published.returncode == 0, published.stdout + published.stderr
    assert json.loads(published.stdout)["numbers"] >= summary["added"]

    # somebody takes a block of the import out of the table
    table = cloud.outputs["registry_table"]
    pk, sk = keys.block("+1605555")
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    name = f"import:{summary['id']}"
    dynamodb = cloud.aws("dynamodb")
    kept = dynamodb.get_item(TableName=table, Key=key)["Item"][name]
    bits = {"#bits": name}

    def set_bits(value: object) -> None:
        dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET #bits = :bits",
            ExpressionAttributeNames=bits,
            ExpressionAttributeValues={":bits": value},
        )

    set_bits({"B": pack(bytes(BYTES))})
    try:
        doubted = cloud.command("ops", "reconcile", "--json", home=tmp_path)
    finally:
        set_bits(kept)
    assert doubted.returncode == 5, doubted.stdout + doubted.stderr
    report = json.loads(doubted.stdout)
    (one,) = report["differences"]
    assert (one["area"], one["missing"], one["extra"]) == ("605", 0, summary["added"])
    assert "+1605" not in doubted.stdout
