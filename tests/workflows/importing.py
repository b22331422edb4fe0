"""An operator with a terminal, in tests of imports."""

import json
from pathlib import Path
from typing import Any

from quietline.adapters.dynamodb.numbers import DynamoNumbers, number_writes
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import NumberRecord
from typer.testing import CliRunner

import functions.publish_area.handler as publish_area
import functions.publish_manifest.handler as publish_manifest
import functions.publish_plan.handler as publish_plan
from cli.main import app
from tests import helpers
from tests.helpers import LambdaContext
from tests.workflows.conftest import Machine


class Office:
    """Runs `quietline ops import`, looks at the table, publishes."""

    def __init__(self, cloud: Any, machine: Machine, folder: Path) -> None:
        self.cloud, self.machine, self.folder = cloud, machine, folder
        self.table = Table(cloud.registry_table)

    def file(self, text: str | bytes, name: str = "list.txt") -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *arguments: Any) -> Any:
        return CliRunner().invoke(app, ["ops", "import", *map(str, arguments)])

    def summary(self, *arguments: Any) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    def number(self, e164: str) -> NumberRecord | None:
        return DynamoNumbers(self.table).get(PhoneNumber(e164))

    def change(self, e164: str, change: Any, days_ago: float) -> None:
        before = self.number(e164)
        after = (before or NumberRecord(PhoneNumber(e164), e164[2:5], (), 0)).changed(
            change, helpers.days_ago(days_ago), "registration:1"
        )
        self.table.write(*number_writes(self.table, before, after))

    def publish(self, day: Any) -> dict[str, Any]:
        made = publish_plan.lambda_handler({"date": day.isoformat()}, LambdaContext())
        for item in made["items"]:
            publish_area.lambda_handler({**made, "areas": item["areas"]}, LambdaContext())
        return publish_manifest.lambda_handler({"date": made["date"]}, LambdaContext())
