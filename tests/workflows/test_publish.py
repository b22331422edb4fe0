"""The `publish` state machine on moto with the real functions, every arm of it."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.lists import DynamoPublicationStore
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.s3 import Bucket
from quietline.kernel.settings.functions import PublishSettings
from quietline.lists.publish import read_manifest
from quietline.profiles import Profile

import functions.publish_area.handler as publish_area
import functions.publish_manifest.handler as publish_manifest
import functions.publish_plan.handler as publish_plan
from tests.helpers import DAY
from tests.workflows.conftest import VISITED, Machine, states_of

NAME = "publish"
YESTERDAY = DAY
TODAY = YESTERDAY + timedelta(days=1)


@pytest.fixture
def machine(cloud: Any, machines: Callable[..., Machine], profile: Profile, monkeypatch: pytest.MonkeyPatch) -> Machine:
    few = Profile.model_validate(profile.model_dump(by_alias=True) | {"areas": {"Somewhere": ("202", "818", "907")}})
    monkeypatch.setattr("quietline.profiles.profile.load_profile", lambda _name: few)
    cloud.use(PublishSettings, settle_seconds=0)
    return machines(
        NAME,
        {
            "publish_plan": publish_plan.lambda_handler,
            "publish_area": publish_area.lambda_handler,
            "publish_manifest": publish_manifest.lambda_handler,
        },
    )


def record(cloud: Any, day: Any, number: str, change: str = "A") -> None:
    at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    table = Table(cloud.registry_table)
    table.write(table.put(keys.change(number[2:5], at, number), {"change": change, "e164": number}))


def manifest(cloud: Any, day: Any) -> Any:
    published = DynamoPublicationStore(Table(cloud.registry_table)).published(day)
    assert published is not None
    return read_manifest(Bucket(cloud.lists_bucket), published)


def lines(cloud: Any, key: str) -> list[str]:
    body = Bucket(cloud.lists_bucket).get(key)
    assert body is not None
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(archive.namelist()[0]).decode().splitlines()


def test_two_days_are_published_and_repeats_change_nothing(cloud: Any, machine: Machine) -> None:
    record(cloud, YESTERDAY, "+12025550101")
    record(cloud, YESTERDAY, "+18185550102")
    record(cloud, TODAY, "+12025550101", "D")
    record(cloud, TODAY, "+12025550103")

    first = machine.run({"date": YESTERDAY.isoformat()}, name="first")
    assert (first.status, first.output["numbers"], first.output["added"]) == ("SUCCEEDED", 2, 2)
    second = machine.run({"date": TODAY.isoformat()}, name="second")
    assert (second.status, second.output["numbers"]) == ("SUCCEEDED", 2)
    assert (second.output["added"], second.output["removed"]) == (1, 1)
    repeated = machine.run({"date": YESTERDAY.isoformat()}, name="repeated")

    assert repeated.output == first.output
    assert "PublishedBefore" in repeated.states
    assert "BuildAreas" not in repeated.states
    made = manifest(cloud, TODAY)
    assert made.previous == (YESTERDAY, first.output["manifest"]["sha256"])
    assert made.entry("818").date == YESTERDAY
    assert lines(cloud, f"areas/202/{TODAY}/full.txt.zip") == ["202,5550103"]
    assert lines(cloud, f"areas/202/{TODAY}/changes.txt.zip") == [f"202,5550101,{TODAY},D", f"202,5550103,{TODAY},A"]
    assert [entry.area for entry in made.areas] == ["202", "818", "907"]


def test_a_day_without_a_change_has_nothing_to_build(cloud: Any, machine: Machine) -> None:
    record(cloud, YESTERDAY, "+12025550101")
    machine.run({"date": YESTERDAY.isoformat()}, name="first")

    run = machine.run({"date": TODAY.isoformat()}, name="second")

    assert (run.status, run.output["numbers"], run.output["added"]) == ("SUCCEEDED", 1, 0)
    built = aws.client("s3").list_objects_v2(Bucket=cloud.lists_bucket, Prefix=f"areas/202/{TODAY}")
    assert built["KeyCount"] == 0


def test_without_a_date_the_present_day_is_published(cloud: Any, machine: Machine) -> None:
    run = machine.run({}, name="daily")

    assert run.status == "SUCCEEDED"
    assert DynamoPublicationStore(Table(cloud.registry_table)).newest() is not None


@pytest.mark.parametrize(
    ("given", "error"),
    [({"date": "2999-01-01"}, "InvalidInputError"), ({"date": "tomorrow"}, "InvalidInputError")],
)
def test_a_date_that_cannot_be_is_refused_at_once(machine: Machine, given: dict[str, str], error: str) -> None:
    run = machine.run(given, name="wrong")

    assert (run.status, run.error) == ("FAILED", error)
    assert run.states == ("Plan",)


def test_an_earlier_date_than_the_newest_is_refused(machine: Machine) -> None:
    machine.run({"date": TODAY.isoformat()}, name="first")

    run = machine.run({"date": YESTERDAY.isoformat()}, name="late")

    assert (run.status, run.error) == ("FAILED", "ConflictError")


def test_a_worker_that_dies_is_run_again(
    cloud: Any, machine: Machine, machines: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    record(cloud, YESTERDAY, "+12025550101")
    deaths = iter([True, True])

    def dying(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if next(deaths, False):
            raise ConnectionError("the worker is gone")
        return publish_area.lambda_handler(event, context)

    shaky = machines(NAME, {"publish_area": dying})

    run = shaky.run({"date": YESTERDAY.isoformat()}, name="shaky")

    assert (run.status, run.output["numbers"]) == ("SUCCEEDED", 1)


def test_a_worker_that_stays_dead_publishes_nothing_and_the_next_run_completes(
    cloud: Any, machine: Machine, machines: Callable[..., Machine]
) -> None:
    record(cloud, YESTERDAY, "+12025550101")
    machine.run({"date": YESTERDAY.isoformat()}, name="first")
    record(cloud, TODAY, "+12025550102")
    record(cloud, TODAY, "+18185550103")

    def dead(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if event["areas"][0]["area"] == "818":
            raise ConnectionError("the worker is gone")
        return publish_area.lambda_handler(event, context)

    store = DynamoPublicationStore(Table(cloud.registry_table))
    failed = machines(NAME, {"publish_area": dead}).run({"date": TODAY.isoformat()}, name="failed")
    assert failed.status == "FAILED"
    newest = store.newest()
    assert newest is not None
    assert newest.date == YESTERDAY

    run = machines(NAME, {"publish_area": publish_area.lambda_handler}).run({"date": TODAY.isoformat()}, name="again")

    assert (run.status, run.output["numbers"]) == ("SUCCEEDED", 3)
    objects = aws.client("s3").list_objects_v2(Bucket=cloud.lists_bucket, Prefix=f"areas/202/{TODAY}")["Contents"]
    assert len(objects) == 4


def test_every_state_was_reached() -> None:
    # `BuildArea` runs in executions of its own, so it is not in this history; the tests above look at what it built
    assert VISITED[NAME] == states_of(NAME) - {"BuildArea"}
