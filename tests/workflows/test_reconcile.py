"""The `reconcile` state machine on moto with the real functions, driven by `quietline ops reconcile`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyroaring import BitMap
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.imports import DynamoImports
from quietline.adapters.dynamodb.lists import DynamoPublicationStore
from quietline.adapters.dynamodb.numbers import DynamoNumbers, number_writes
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.s3 import Bucket
from quietline.imports.model import AddedToArea
from quietline.kernel.phone import PhoneNumber, from_parts
from quietline.kernel.settings.functions import PublishSettings, ReconcileSettings
from quietline.lists import build
from quietline.lists.model import Kind
from quietline.lists.publish import read_manifest
from quietline.profiles import Profile
from quietline.registrations.model import NumberRecord
from typer.testing import CliRunner

import functions.publish_area.handler as publish_area
import functions.publish_manifest.handler as publish_manifest
import functions.publish_plan.handler as publish_plan
import functions.reconcile_area.handler as reconcile_area
import functions.reconcile_finish.handler as reconcile_finish
import functions.reconcile_plan.handler as reconcile_plan
import functions.reconcile_segment.handler as reconcile_segment
from cli import machines as running
from cli.main import app
from tests import helpers
from tests.fakes import exports
from tests.helpers import DAY, LambdaContext, Tripwire, load_event
from tests.workflows.conftest import VISITED, Machine, states_of

NAME = "reconcile"


class Registry:
    """A registry with a list, and an operator who doubts it."""

    def __init__(self, cloud: Any, machine: Machine, profile: Profile) -> None:
        self.cloud, self.machine, self.profile = cloud, machine, profile
        self.table = Table(cloud.registry_table)
        self.lists = Bucket(cloud.lists_bucket)

    def change(self, subscriber: int, change: Any, days_ago: float, area: str = "202") -> None:
        number = from_parts(area, subscriber, self.profile.rules)
        before = DynamoNumbers(self.table).get(number)
        after = (before or NumberRecord(number, area, (), 0)).changed(
            change, helpers.days_ago(days_ago), f"change:{days_ago}"
        )
        self.table.write(*number_writes(self.table, before, after))

    def bring_in(self, import_id: str, *subscribers: int, days_ago: float, area: str = "202") -> None:
        store, blocks = DynamoImports(self.table, self.profile.rules), build.blocks_of(BitMap(subscribers))
        store.write_blocks(import_id, area, blocks)
        at = helpers.days_ago(days_ago)
        store.commit(import_id, AddedToArea(area, len(subscribers), 0, len(subscribers)), sorted(blocks), at, None)

    def publish(self, day: Any = DAY) -> None:
        made = publish_plan.lambda_handler({"date": day.isoformat()}, LambdaContext())
        for item in made["items"]:
            publish_area.lambda_handler({**made, "areas": item["areas"]}, LambdaContext())
        publish_manifest.lambda_handler({"date": made["date"]}, LambdaContext())

    def bitmap_key(self, area: str = "202") -> str:
        newest = DynamoPublicationStore(self.table).newest()
        assert newest is not None
        entry = read_manifest(self.lists, newest).entry(area)
        assert entry is not None
        return entry.file(Kind.BITMAP, "roar").key

    def run(self, *arguments: Any) -> Any:
        return CliRunner().invoke(app, ["ops", "reconcile", *map(str, arguments)])

    def report(self, code: int = 0) -> dict[str, Any]:
        done = self.run("--json")
        assert done.exit_code == code, done.output
        # the functions run in this process: their metrics come first, a line each
        return dict(json.loads(done.stdout[done.stdout.index("{\n") :]))


@pytest.fixture
def registry(
    cloud: Any,
    machines: Callable[..., Machine],
    profile: Profile,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tripwire: Tripwire,
) -> Registry:
    few = Profile.model_validate(profile.model_dump(by_alias=True) | {"areas": {"Somewhere": ("202", "818", "907")}})
    monkeypatch.setattr("quietline.profiles.profile.load_profile", lambda _name: few)
    cloud.use(ReconcileSettings, segments=3, source="scan")
    cloud.use(PublishSettings, settle_seconds=0)
    machine = machines(
        NAME,
        {
            "reconcile_plan": reconcile_plan.lambda_handler,
            "reconcile_segment": reconcile_segment.lambda_handler,
            "reconcile_area": reconcile_area.lambda_handler,
            "reconcile_finish": reconcile_finish.lambda_handler,
        },
        RegistryTableArn=aws.client("dynamodb").describe_table(TableName=cloud.registry_table)["Table"]["TableArn"],
        OperationsBucket=cloud.operations_bucket,
    )
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("QUIETLINE_RECONCILE_MACHINE", machine.arn)
    monkeypatch.setenv("QUIETLINE_OPERATIONS_BUCKET", cloud.operations_bucket)
    monkeypatch.setattr(running, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(running, "stage_of", lambda *_given: (1, 0, 1))  # moto's map runs are there only later
    monkeypatch.chdir(tmp_path)
    return Registry(cloud, machine, few)


@pytest.fixture
def busy(registry: Registry) -> Registry:
    """Changes before and after the cut-off, numbers that came back, and two imports."""
    registry.change(5550101, "A", 9)
    registry.change(5550102, "A", 8)
    registry.change(5550102, "D", 7)
    registry.bring_in("one", 5550101, 5550102, 5550103, 5550104, days_ago=6)
    registry.change(5550103, "D", 5)
    registry.bring_in("two", 5550103, 6660101, days_ago=4)
    registry.change(6660101, "D", 3.5)
    registry.change(5550105, "A", 3, "818")
    registry.publish()
    registry.change(5550104, "D", 0)
    registry.change(5550106, "A", 0)
    registry.bring_in("three", 5550107, days_ago=0)
    return registry


def test_a_list_that_is_right_is_said_to_be(busy: Registry) -> None:
    report = busy.report()

    assert report["agrees"]
    assert (report["published"], report["rebuilt"], report["areas"]) == (5, 5, 3)
    assert (report["date"], report["records"]) == (DAY.isoformat(), 7)
    assert "is what the registry says: 5 numbers in 3 areas" in busy.run().stdout


def test_before_the_first_list_there_is_nothing_to_compare(registry: Registry) -> None:
    done = registry.run()

    assert (done.exit_code, "No list" in done.stderr) == (4, True)
    assert registry.machine.run({}, name="nothing").output == {"published": False}


@pytest.fixture
def exported(busy: Registry, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Let the registry be read from exports."""
    exports.as_on_aws(monkeypatch, busy.table.name)
    busy.cloud.use(ReconcileSettings, segments=3, source="export")
    reconcile_plan.settings.cache_clear()
    return busy


def test_an_export_is_read_like_the_table(exported: Registry) -> None:
    report = exported.report()

    assert report["agrees"]
    assert (report["published"], report["rebuilt"], report["records"]) == (5, 5, 7)
    run = exported.machine.run({}, name="export")
    assert run.states[:8] == (
        *("Plan", "IsPublished", "Source", "StartExport"),
        *("WaitForExport", "LookAtExport", "IsExported", "TakeExport"),
    )


def test_an_export_without_an_item_is_not_what_the_list_says(exported: Registry) -> None:
    exported.table.write(exported.table.delete(keys.number("+18185550105")))

    assert [one["area"] for one in exported.report(code=5)["differences"]] == ["818"]


def test_an_export_that_fails_fails_the_reconciliation(exported: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    exports.failing(monkeypatch)

    assert exported.run().exit_code == 6
    assert exported.machine.run({}, name="fails").error == "ExportFailed"


def test_a_number_that_the_table_lost_is_extra_on_the_list(busy: Registry, tmp_path: Path) -> None:
    busy.table.write(busy.table.delete(keys.number("+18185550105")))

    report = busy.report(code=5)

    assert [(one["area"], one["missing"], one["extra"]) for one in report["differences"]] == [("818", 0, 1)]
    target = tmp_path / "found.csv"
    assert busy.run("--details", target).exit_code == 5
    assert target.read_text() == "area,number,kind\n818,+18185550105,extra\n"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_number_that_was_slipped_into_the_table_is_missing_on_the_list(busy: Registry) -> None:
    number = PhoneNumber("+19075550199")
    record = NumberRecord(number, "907", (), 0).changed("A", helpers.days_ago(5), "nobody")
    busy.table.write(number_writes(busy.table, None, record)[0])  # without the change that publication reads

    done = busy.run()

    assert done.exit_code == 5
    assert "1 area differs" in done.stderr
    assert "907" in done.stdout


def test_a_block_that_was_changed_is_found(busy: Registry) -> None:
    blocks = DynamoImports(busy.table, busy.profile.rules)
    blocks.write_blocks("one", "202", build.blocks_of(BitMap([5550101, 5550104, 5550108])))

    report = busy.report(code=5)

    (one,) = report["differences"]
    assert (one["area"], one["missing"], one["extra"]) == ("202", 1, 1)
    # asked of the worker itself, for moto goes on behind a map whose worker failed
    event = {"run": report["run"], "date": report["date"], "segments": 3, "areas": ["202", "818", "907"]}
    assert reconcile_area.lambda_handler(event, LambdaContext()) == {"differing": 1}


@pytest.mark.parametrize(
    ("body", "damage"),
    [
        (b"no bitmap", "the published bitmap cannot be read"),
        (build.dump(BitMap([5550101])), "the published bitmap is not the one that its manifest names"),
        (None, "the published bitmap is missing"),
    ],
)
def test_a_bitmap_that_was_tampered_with_is_found(busy: Registry, body: bytes | None, damage: str) -> None:
    key = busy.bitmap_key()
    if body is None:
        aws.client("s3").delete_object(Bucket=busy.cloud.lists_bucket, Key=key)
    else:
        busy.lists.put(key, body, "application/octet-stream")

    (one,) = busy.report(code=5)["differences"]

    assert one["damage"] == damage
    assert one["missing"] == 4 - one["published"]


def test_a_manifest_that_was_changed_fails_loudly(busy: Registry) -> None:
    busy.lists.put(f"manifests/{DAY}.jws", b"a.b.c", "application/jose")

    assert busy.run().exit_code == 6


def test_nothing_is_put_right(busy: Registry) -> None:
    busy.table.write(busy.table.delete(keys.number("+18185550105")))
    items = busy.table.client.scan(TableName=busy.table.name)["Items"]
    body = busy.lists.get(busy.bitmap_key("818"))

    busy.report(code=5)

    assert busy.table.client.scan(TableName=busy.table.name)["Items"] == items
    assert busy.lists.get(busy.bitmap_key("818")) == body


def test_the_metric_counts_areas(busy: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    busy.table.write(busy.table.delete(keys.number("+18185550105")))
    capsys.readouterr()
    busy.machine.run({}, name="metric")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "AreasThatDiffer" in line]
    assert [(line["AreasThatDiffer"], line["NumbersThatDiffer"], line["service"]) for line in lines] == [
        ([1.0], [1.0], "reconcile_finish")
    ]


def test_the_event_files(busy: Registry) -> None:
    planned = reconcile_plan.lambda_handler(load_event("reconcile_plan/scheduled"), LambdaContext())
    assert len(planned["segments"]) == 3
    own = {"date": planned["date"], "cutoff": planned["cutoff"]}
    records = 0
    for segment in range(2):
        event = load_event("reconcile_segment/segment") | {"segment": segment, "cutoff": own["cutoff"]}
        records += reconcile_segment.lambda_handler(event, LambdaContext())["records"]
    assert records == 7
    event = load_event("reconcile_area/areas") | {"date": own["date"]}
    assert reconcile_area.lambda_handler(event, LambdaContext()) == {"differing": 0}
    event = load_event("reconcile_finish/report") | {"date": own["date"]}
    assert reconcile_finish.lambda_handler(event, LambdaContext())["agrees"]


def test_steps_out_of_order_are_refused(busy: Registry) -> None:
    for handler, name in ((reconcile_area, "areas"), (reconcile_finish, "report")):
        event = load_event(f"{handler.__name__.split('.')[1]}/{name}") | {"date": DAY.isoformat()}
        with pytest.raises(Exception, match=r"was not read|were not compared"):
            handler.lambda_handler(event, LambdaContext())
        with pytest.raises(Exception, match="missing in the table"):
            handler.lambda_handler(event | {"date": "2001-01-01"}, LambdaContext())


def test_every_state_was_reached() -> None:
    # the maps' workers run in executions of their own, so they are not in this history
    assert VISITED[NAME] == states_of(NAME) - {"ReadSegment", "CompareArea"}
