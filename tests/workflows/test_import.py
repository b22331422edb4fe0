"""The `import` state machine on moto with the real functions, driven by `quietline ops import`; every arm of it."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import Table
from quietline.imports.model import CHUNK_BYTES
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.settings.functions import ImportChunkSettings, ImportSettings, PublishSettings
from quietline.profiles import Profile

import functions.import_area.handler as import_area
import functions.import_chunk.handler as import_chunk
import functions.import_finish.handler as import_finish
import functions.import_plan.handler as import_plan
import functions.publish_plan.handler as publish_plan
from cli import intake
from cli import machines as running
from tests.helpers import DAY, LambdaContext, Tripwire, load_event
from tests.workflows.conftest import VISITED, Machine, states_of
from tests.workflows.importing import Office

NAME = "import"
HANDLERS = {
    "import_plan": import_plan.lambda_handler,
    "import_chunk": import_chunk.lambda_handler,
    "import_area": import_area.lambda_handler,
    "import_finish": import_finish.lambda_handler,
}
FLAT = "202,5550101\n202,5550102\n818,5550101\nnonsense\n800,5551234\n\n202,5550101\n907,5550199\n"


@pytest.fixture
def office(
    cloud: Any,
    machines: Callable[..., Machine],
    profile: Profile,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tripwire: Tripwire,
) -> Office:
    few = Profile.model_validate(profile.model_dump(by_alias=True) | {"areas": {"Somewhere": ("202", "818", "907")}})
    monkeypatch.setattr("quietline.profiles.profile.load_profile", lambda _name: few)
    for model in (ImportSettings, ImportChunkSettings):
        cloud.use(model)
    cloud.use(PublishSettings, settle_seconds=0, days_ahead=3)
    machine = machines(NAME, HANDLERS)
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("QUIETLINE_IMPORT_MACHINE", machine.arn)
    monkeypatch.setenv("QUIETLINE_OPERATIONS_BUCKET", cloud.operations_bucket)
    monkeypatch.setattr(running, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(running, "stage_of", lambda *_given: (1, 0, 1))  # moto's map runs are there only later
    monkeypatch.chdir(tmp_path)
    return Office(cloud, machine, tmp_path)


def rejects(summary: dict[str, Any]) -> list[str]:
    return Path(summary["rejects_file"]).read_text(encoding="utf-8").splitlines()


def visit(office: Office, import_id: str, number: int = 1) -> Any:
    return office.machine.look(f"{office.machine.arn.replace(':stateMachine:', ':execution:')}:{import_id}-{number}")


def test_a_flat_file_is_taken_in_and_every_line_accounted_for(office: Office) -> None:
    began = from_text(to_text(datetime.now(UTC)))
    made = office.summary(office.file(FLAT), "--registered-on", "2015-06-01")

    assert {name: made[name] for name in ("lines", "blank", "rejected", "duplicates", "numbers", "added")} == {
        "lines": 8,
        "blank": 1,
        "rejected": 2,
        "duplicates": 1,
        "numbers": 4,
        "added": 4,
    }
    assert made["reasons"] == {"malformed_line": 1, "toll_free": 1}
    assert rejects(made) == [
        "file,line,reason,text",
        "list.txt,4,malformed_line,nonsense",
        'list.txt,5,toll_free,"800,5551234"',
    ]
    assert Path(made["rejects_file"]).stat().st_mode & 0o777 == 0o600
    record = office.number("+12025550101")
    assert record is not None
    assert (record.is_listed, record.version, record.history[0].by) == (True, 0, f"import:{made['id']}")
    assert record.registered_at == datetime(2015, 6, 1, 4, tzinfo=UTC)
    assert began <= record.history[0].at <= datetime.now(UTC)
    assert visit(office, made["id"]).status == "SUCCEEDED"


def test_run_again_it_answers_the_same_and_changes_nothing(office: Office) -> None:
    path = office.file(FLAT)
    first = office.summary(path)
    before = office.table.client.scan(TableName=office.table.name)["Items"]

    again = office.summary(path)

    for summary in (first, again):
        summary.pop("uploaded_bytes")
    assert again | {"present_bytes": 0} == first
    assert office.table.client.scan(TableName=office.table.name)["Items"] == before
    assert "DoneBefore" in visit(office, first["id"], 2).states


def test_refused_lines_that_have_expired_are_said_and_a_saved_file_stays(office: Office) -> None:
    path = office.file(FLAT)
    first = office.summary(path)
    saved = Path(first["rejects_file"]).read_bytes()
    client, bucket = aws.client("s3"), office.cloud.operations_bucket
    for found in client.list_objects_v2(Bucket=bucket, Prefix=f"imports/{first['id']}/rejects/")["Contents"]:
        client.delete_object(Bucket=bucket, Key=found["Key"])

    again = office.summary(path)

    assert (again["rejects_file"], again["rejects_expired"], again["rejected"]) == ("", True, 2)
    assert Path(first["rejects_file"]).read_bytes() == saved
    shown = office.run(path)
    assert (shown.exit_code, "have expired" in shown.stdout) == (0, True)
    assert not list(office.folder.glob(".*.part"))


def test_a_dry_run_counts_and_adds_nothing(office: Office) -> None:
    office.summary(office.file("202,5550101\n", "before.txt"))

    made = office.summary(office.file(FLAT), "--dry-run")

    assert (made["numbers"], made["listed_already"], made["added"], made["rejected"]) == (4, 1, 3, 2)
    assert office.number("+12025550102") is None
    real = office.summary(office.file(FLAT))
    assert real["id"] != made["id"]
    assert (real["listed_already"], real["added"]) == (1, 3)


def test_listed_numbers_are_untouched_and_nothing_is_taken_off(office: Office) -> None:
    office.change("+12025550101", "A", 9)
    office.change("+12025550109", "A", 9)
    office.publish(DAY)
    office.change("+12025550102", "A", 1)
    before = office.number("+12025550101")

    made = office.summary(office.file(FLAT))

    assert (made["listed_already"], made["added"]) == (2, 2)
    assert office.number("+12025550101") == before
    later = office.publish(DAY + timedelta(days=3))
    assert (later["numbers"], later["added"], later["removed"]) == (5, 3, 0)


def test_the_first_publication_holds_an_import(office: Office) -> None:
    office.change("+12025550102", "A", 9)
    office.change("+12025550102", "D", 8)
    office.change("+18185550101", "A", 7)

    made = office.summary(office.file(FLAT))

    assert (made["listed_already"], made["added"]) == (1, 3)
    assert office.publish(DAY + timedelta(days=3))["numbers"] == 4


def test_several_files_of_several_kinds_in_chunks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "upload", small_chunks(intake.upload))
    lines = [f"202,555{n:04d}" for n in range(2000, 3000)]
    packed = office.file(gzip.compress("\n".join(lines).encode()), "a.txt.gz")
    table = office.file('id,phone\n1,"(818) 555-0142"\n2,+18185550143\n3,818-555\n', "b.csv")
    column = office.file("12025552000\n(907) 555-0199\n", "c")

    made = office.summary(packed, table, column)

    assert made["files"] == ["a.txt.gz", "b.csv", "c"]
    assert (made["lines"], made["numbers"], made["duplicates"], made["areas"]) == (1005, 1003, 1, 3)
    assert rejects(made)[1:] == ['b.csv,4,not_a_number,"3,818-555"']


def small_chunks(upload: Any) -> Any:
    def chunked(*given: Any, **named: Any) -> Any:
        return upload(*given, **named | {"size": 1_000})

    return chunked


def test_a_killed_worker_is_run_again_and_a_dead_one_by_the_next_command(
    office: Office, machines: Callable[..., Machine]
) -> None:
    path = office.file(FLAT)
    deaths = iter([True, True])

    def dying(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if next(deaths, False):
            raise ConnectionError("the worker is gone")
        return import_chunk.lambda_handler(event, context)

    def dead(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if event["area"] == "818":
            raise ConnectionError("the worker is gone")
        return import_area.lambda_handler(event, context)

    # the factory keeps handlers by function for all machines of a test
    machines_with(machines, {"import_chunk": dying, "import_area": dead})
    failed = office.run(path)
    # moto goes on behind a map with a failed worker, and the last step refuses; AWS fails the map itself
    assert failed.exit_code in (4, 6)
    machines_with(machines, HANDLERS)

    made = office.summary(path)

    assert (made["added"], made["numbers"]) == (4, 4)
    assert all(office.number(f"+1{n}") for n in ("2025550101", "2025550102", "8185550101", "9075550199"))


def machines_with(machines: Callable[..., Machine], handlers: dict[str, Any]) -> None:
    machines("publish", handlers | {"publish_plan": publish_plan.lambda_handler})


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_killed_while_an_area_is_added_it_ends_the_same(
    office: Office, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.file("202,5550101\n202,6660101\n202,7770101\n")
    plain, done = Table.write, []

    def killed(table: Table, *given: Any) -> None:
        if any("BLOCK#" in str(write.request) or "AREA#" in str(write.request) for write in given):
            if len(done) >= writes:
                raise KeyboardInterrupt
            done.append(1)
        plain(table, *given)

    import_id = import_of(office, path)
    import_plan.lambda_handler({"step": "start", "id": import_id}, LambdaContext())
    import_chunk.lambda_handler({"id": import_id, "chunk": 0}, LambdaContext())
    import_plan.lambda_handler({"step": "areas", "id": import_id}, LambdaContext())
    monkeypatch.setattr(Table, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        import_area.lambda_handler({"id": import_id, "area": "202"}, LambdaContext())
    monkeypatch.setattr(Table, "write", plain)
    assert office.number("+12025550101") is None

    assert office.summary(path)["added"] == 3
    assert office.number("+12027770101") is not None


def import_of(office: Office, path: Path) -> str:
    """Upload a file as the command does, and start nothing."""
    from quietline.imports.model import plan_key
    from quietline.profiles.profile import load_profile

    profile = load_profile("us")
    uploader = intake.Uploader(aws.client("s3"), office.cloud.operations_bucket)
    made = intake.upload([path], profile, "", uploader, advance=lambda _count: None, size=CHUNK_BYTES)
    plan = intake.plan_of(profile, *made, None, dry_run=False)
    body = plan.model_dump_json().encode()
    aws.client("s3").put_object(Bucket=office.cloud.operations_bucket, Key=plan_key(plan.id), Body=body)
    return plan.id


def test_runs_that_overlap_add_once(office: Office) -> None:
    import_id = import_of(office, office.file(FLAT))
    office.machine.run({"id": import_id}, name="one")
    planner = bootstrap.import_planner(office.cloud.settings(ImportSettings))
    assert planner.start(import_id)["done"]

    added = [import_area.lambda_handler({"id": import_id, "area": "202"}, LambdaContext()) for _ in range(2)]

    assert added == [{"added": 2}, {"added": 2}]
    assert len(list(office.table.query("IMPORTS#202"))) == 1


def test_steps_out_of_order_are_refused(office: Office) -> None:
    import_id = import_of(office, office.file(FLAT))

    for handler, event in (
        (import_plan, {"step": "areas", "id": import_id}),
        (import_area, {"id": import_id, "area": "202"}),
        (import_finish, {"id": import_id}),
    ):
        with pytest.raises(Exception, match=r"not done yet|not begun"):
            handler.lambda_handler(event, LambdaContext())
    import_plan.lambda_handler({"step": "start", "id": import_id}, LambdaContext())
    import_chunk.lambda_handler({"id": import_id, "chunk": 0}, LambdaContext())
    with pytest.raises(Exception, match="not done yet"):
        import_finish.lambda_handler({"id": import_id}, LambdaContext())


def test_a_chunk_that_was_changed_is_not_read(office: Office) -> None:
    import_id = import_of(office, office.file(FLAT))
    client = aws.client("s3")
    (chunk,) = client.list_objects_v2(Bucket=office.cloud.operations_bucket, Prefix="imports/chunks/")["Contents"]
    body = gzip.compress(b"202,5550177\n")
    client.put_object(Bucket=office.cloud.operations_bucket, Key=chunk["Key"], Body=body)

    run = office.machine.run({"id": import_id}, name="changed")

    assert run.status == "FAILED"
    assert office.number("+12025550177") is None


@pytest.mark.parametrize("given", ["0123456789abcdef01234567", "../../lists", ""])
def test_an_import_that_is_not_there_is_refused(office: Office, given: str) -> None:
    run = office.machine.run({"id": given}, name="wrong")

    assert (run.status, run.error, run.states) == ("FAILED", "InvalidInputError", ("Plan",))


def test_a_plan_that_was_changed_is_refused(office: Office) -> None:
    import_id = import_of(office, office.file(FLAT))
    key = f"imports/{import_id}/plan.json"
    for body in (b"{}", b'{"profile":"us","files":[],"chunks":[]}'):
        aws.client("s3").put_object(Bucket=office.cloud.operations_bucket, Key=key, Body=body)
        with pytest.raises(Exception, match="plan is not"):
            import_plan.lambda_handler({"step": "start", "id": import_id}, LambdaContext())


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (["--registered-on", "1 June"], "YYYY-MM-DD", 2),
        (["--registered-on", "2999-01-01"], "future", 4),
        (["--column", "fax"], "no column fax", 2),
    ],
)
def test_wrong_options_are_refused(office: Office, arguments: list[str], said: str, code: int) -> None:
    done = office.run(office.file("id,phone\n1,8185550142\n"), *arguments)

    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr


def test_wrong_files_are_refused(office: Office) -> None:
    assert office.run(office.folder / "absent.txt").exit_code == 2
    assert "no line" in office.run(office.file("")).stderr


def test_people_are_told_what_was_done(office: Office) -> None:
    done = office.run(office.file(FLAT))

    assert done.exit_code == 0
    assert "4 numbers added" in done.stdout
    assert "malformed_line 1, toll_free 1" in done.stdout.replace("\n", " ")


def test_the_event_files(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = import_of(office, office.file(FLAT))

    def event(name: str) -> dict[str, Any]:
        return load_event(name) | {"id": import_id}

    assert import_plan.lambda_handler(event("import_plan/start"), LambdaContext())["items"] == [{"chunk": 0}]
    assert import_chunk.lambda_handler(event("import_chunk/chunk"), LambdaContext()) == {"lines": 8}
    assert import_chunk.lambda_handler(event("import_chunk/chunk"), LambdaContext()) == {"lines": 8}
    assert len(import_plan.lambda_handler(event("import_plan/areas"), LambdaContext())["items"]) == 3
    for area in ("202", "818", "907"):
        import_area.lambda_handler(event("import_area/area") | {"area": area}, LambdaContext())
    first = import_finish.lambda_handler(event("import_finish/finish"), LambdaContext())
    assert import_finish.lambda_handler(event("import_finish/finish"), LambdaContext()) == first
    assert first["added"] == 4


def test_every_state_was_reached() -> None:
    # the maps' workers run in executions of their own, so they are not in this history
    assert VISITED[NAME] == states_of(NAME) - {"ReadChunk", "AddArea"}
