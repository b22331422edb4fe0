"""Each fix of the emulator changes what it claims to change, and the emulator as shipped still needs it."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from infra.local.emulator.fixes import MODULES, VERSION
from infra.local.place import ROOT, TOOLS

from .conftest import FAILING, ROLE, Emulator, get, http_api, start, stop

LONG = 30
"""Seconds within which what has to happen does, on a busy computer too; what must not happen is given a few alone."""


def consumed_after_poison(emulator: Emulator, seconds: float) -> bool:
    """Whether a record behind a poisoned one is delivered within some seconds."""
    tables, functions = emulator.client("dynamodb"), emulator.client("lambda")
    for name in ("source", "seen"):
        tables.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
    stream = tables.describe_table(TableName="source")["Table"]["LatestStreamArn"]
    source = (
        "import boto3, os\n"
        "table = boto3.client('dynamodb', endpoint_url=os.environ['ENDPOINT'], region_name='us-east-1')\n"
        "def handler(event, context):\n"
        "    for record in event['Records']:\n"
        "        key = record['dynamodb']['Keys']['pk']['S']\n"
        "        if key == 'poison':\n"
        "            raise ValueError(key)\n"
        "        table.put_item(TableName='seen', Item={'pk': {'S': key}})\n"
    )
    emulator.function("reader", source, Environment={"Variables": {"ENDPOINT": emulator.url}})
    functions.create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName="reader",
        StartingPosition="TRIM_HORIZON",
        BatchSize=1,
        MaximumRetryAttempts=1,
    )
    for key in ("poison", "after"):
        tables.put_item(TableName="source", Item={"pk": {"S": key}})
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if tables.scan(TableName="seen")["Items"]:
            return True
        time.sleep(0.2)
    return False


def test_a_poisoned_record_does_not_block_its_stream(fixed: Emulator, bare: Emulator) -> None:
    assert consumed_after_poison(fixed, LONG)
    assert not consumed_after_poison(bare, 12)


TEMPLATE = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "settings",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
                "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": "tagged", "Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]},
        },
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "key", "SecretString": "x"}},
    },
    "Outputs": {"Secret": {"Value": {"Ref": "Secret"}}},
}


def stack(emulator: Emulator, name: str, template: dict[str, Any]) -> dict[str, Any]:
    stacks = emulator.client("cloudformation")
    try:
        stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
    except stacks.exceptions.ClientError as error:
        return {"StackStatus": str(error)}
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        found: dict[str, Any] = stacks.describe_stacks(StackName=name)["Stacks"][0]
        if not found["StackStatus"].endswith("IN_PROGRESS"):
            return found
        time.sleep(0.2)
    raise AssertionError("the stack did not settle")


def settled(emulator: Emulator) -> dict[str, Any]:
    made = stack(emulator, "settings", TEMPLATE)
    assert made["StackStatus"] == "CREATE_COMPLETE"
    tables, buckets = emulator.client("dynamodb"), emulator.client("s3")
    backups = tables.describe_continuous_backups(TableName="settings")["ContinuousBackupsDescription"]
    try:
        tags = buckets.get_bucket_tagging(Bucket="tagged")["TagSet"]
    except buckets.exceptions.ClientError:
        tags = []
    return {
        "ttl": tables.describe_time_to_live(TableName="settings")["TimeToLiveDescription"]["TimeToLiveStatus"],
        "pitr": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "tags": [tag["Key"] for tag in tags],
        "secret is an ARN": made["Outputs"][0]["OutputValue"].startswith("arn:"),
    }


def test_properties_of_the_template_take_effect(fixed: Emulator, bare: Emulator) -> None:
    good = {"ttl": "ENABLED", "pitr": "ENABLED", "tags": ["aws-cdk:auto-delete-objects"], "secret is an ARN": True}
    assert settled(fixed) == good
    shipped = settled(bare)
    assert all(shipped[name] != good[name] for name in good), shipped


def test_unknown_types_are_placeholders(fixed: Emulator, bare: Emulator) -> None:
    alarm = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmName": "all", "AlarmRule": "TRUE"}}
    template = {"Resources": {"Alarm": alarm}}
    assert stack(fixed, "placeholder", template)["StackStatus"] == "CREATE_COMPLETE"
    assert stack(bare, "placeholder", template)["StackStatus"] != "CREATE_COMPLETE"


def waiting_task(emulator: Emulator, seconds: float) -> dict[str, Any]:
    arn = emulator.function("fails-with-token", FAILING)
    definition = {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": arn, "Payload": {"token.$": "$$.Task.Token"}},
                "End": True,
            }
        },
    }
    machines = emulator.client("stepfunctions")
    machine = machines.create_state_machine(name="waits", definition=json.dumps(definition), roleArn=ROLE)
    run = machines.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state: dict[str, Any] = machines.describe_execution(executionArn=run)
        if state["status"] != "RUNNING":
            break
        time.sleep(0.1)
    return state


def test_a_lambda_that_fails_fails_its_waiting_task(fixed: Emulator, bare: Emulator) -> None:
    assert waiting_task(fixed, LONG)["status"] == "FAILED"
    assert waiting_task(bare, 4)["status"] == "RUNNING"


def timed_task(emulator: Emulator, seconds: float) -> dict[str, Any]:
    arn = emulator.function("silent", "def handler(event, context):\n    return {}\n")
    definition = {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": arn, "Payload": {"token.$": "$$.Task.Token"}},
                "TimeoutSecondsPath": "$.wait.seconds",
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}],
                "End": True,
            },
            "Late": {"Type": "Succeed"},
        },
    }
    machines = emulator.client("stepfunctions")
    machine = machines.create_state_machine(name="timed", definition=json.dumps(definition), roleArn=ROLE)
    given = json.dumps({"wait": {"seconds": 1}})
    run = machines.start_execution(stateMachineArn=machine["stateMachineArn"], input=given)["executionArn"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state: dict[str, Any] = machines.describe_execution(executionArn=run)
        if state["status"] != "RUNNING":
            break
        time.sleep(0.1)
    return state


def test_a_time_limit_of_the_input_ends_a_wait(fixed: Emulator, bare: Emulator) -> None:
    assert timed_task(fixed, LONG)["status"] == "SUCCEEDED"
    assert timed_task(bare, 4)["status"] == "RUNNING"


def through_distribution(emulator: Emulator) -> tuple[int, str]:
    source = "def handler(event, context):\n    return {'statusCode': 200, 'body': event['rawPath']}\n"
    arn = emulator.function("behind-cloudfront", source)
    api = http_api(emulator, arn)
    behaviour = {"TargetOriginId": "api", "ViewerProtocolPolicy": "allow-all", "ForwardedValues": {"QueryString": True}}
    behaviour["ForwardedValues"] |= {"Cookies": {"Forward": "none"}}  # type: ignore[operator]
    distribution = {
        "Enabled": True,
        "DefaultCacheBehavior": behaviour,
        "Origins": [
            {
                "Id": "api",
                "DomainName": f"{api}.execute-api.us-east-1.amazonaws.com",
                "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
            }
        ],
    }
    template = {
        "Resources": {
            "Site": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": distribution}}
        },
        "Outputs": {"Domain": {"Value": {"Fn::GetAtt": ["Site", "DomainName"]}}},
    }
    made = stack(emulator, "site", template)
    label = made["Outputs"][0]["OutputValue"].split(".")[0]
    return get(f"{emulator.url}/v1/areas", f"{label}.cloudfront.localhost:{emulator.port}")


def test_the_api_is_reached_through_the_distribution(fixed: Emulator, bare: Emulator) -> None:
    assert through_distribution(fixed) == (200, "/v1/areas")
    assert through_distribution(bare)[0] == 502


def in_emulator(program: str) -> str:
    """Run a program in the emulator's own environment."""
    done = subprocess.run(
        [TOOLS / "emulator/bin/python", "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "AUTH": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


SECURE = """
from ministack.core import iam_evaluator as ev
from infra.local.emulator.fixes import iam
{apply}
context = ev.EvalContext(principal_arn="arn:aws:iam::000000000000:root", principal_type="Root",
    principal_account="000000000000", action="s3:GetObject", resource_arn="*", region="us-east-1")
print(ev._resolve_condition_key("aws:SecureTransport", context))
"""


def test_loopback_counts_as_secure_transport() -> None:
    assert in_emulator(SECURE.format(apply="iam.plain_http()")) == "true"
    assert in_emulator(SECURE.format(apply="")) != "true"


POSITIONS = """
from ministack.services import lambda_svc as service
from infra.local.emulator.fixes import streams
{apply}
service._restore_esm_positions(service._dynamodb_stream_positions, {{"mapping": 7}})
print(len(service._dynamodb_stream_positions))
"""


def test_positions_in_streams_are_forgotten_at_a_restart() -> None:
    assert in_emulator(POSITIONS.format(apply="streams.positions_after_restart()")) == "0"
    assert in_emulator(POSITIONS.format(apply="")) == "1"


@pytest.mark.parametrize("fixed_", [True, False])
def test_a_crash_loses_at_most_the_last_seconds(tmp_path: Path, fixed_: bool) -> None:
    environment = {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(tmp_path / "state"),
        "QUIETLINE_CHECKPOINT_SECONDS": "0.5",
    }
    emulator = start(tmp_path, fixed=fixed_, **environment)
    emulator.client("ssm").put_parameter(Name="kept", Value="x", Type="String")
    state = tmp_path / "state"

    def saved() -> bool:
        # A save is written as `.tmp` and renamed: before that it is what a crash may lose.
        return any(b"kept" in file.read_bytes() for file in state.rglob("*ssm*") if file.suffix != ".tmp")

    until = time.monotonic() + (LONG if fixed_ else 2)
    while time.monotonic() < until and not saved():
        time.sleep(0.1)
    os.killpg(emulator.process.pid, signal.SIGKILL)
    emulator.process.wait(10)
    # the next start takes longer than its first save waits, and yet saves nothing before all is read
    again = start(tmp_path, fixed=fixed_, **environment | {"QUIETLINE_CHECKPOINT_SECONDS": "0.01"})
    try:
        assert bool(again.client("ssm").describe_parameters()["Parameters"]) is fixed_
    finally:
        stop(again)


@pytest.mark.parametrize("fixed_", [True, False])
def test_sent_mails_stay(tmp_path: Path, fixed_: bool) -> None:
    environment = {"PERSIST_STATE": "1", "STATE_DIR": str(tmp_path / "state")}
    emulator = start(tmp_path, fixed=fixed_, **environment)
    ses = emulator.client("sesv2")
    ses.create_email_identity(EmailIdentity="one.example")
    ses.send_email(
        FromEmailAddress="no-reply@one.example",
        Destination={"ToAddresses": ["a@b.example"]},
        Content={"Simple": {"Subject": {"Data": "kept"}, "Body": {"Text": {"Data": "t"}}}},
    )
    stop(emulator)
    again = start(tmp_path, fixed=fixed_, **environment)
    try:
        assert ("kept" in get(f"{again.url}/_ministack/ses/messages")[1]) is fixed_
    finally:
        stop(again)


def test_no_fix_is_applied_to_another_version() -> None:
    program = (
        "import importlib.metadata as m; m.version = lambda name: '9.9.9'\n"
        "from infra.local.emulator.fixes import apply_all; print(apply_all())"
    )
    assert in_emulator(program) == "[]"


def test_the_pinned_version_is_the_one_of_the_fixes() -> None:
    assert f"ministack=={VERSION}" in (ROOT / "requirements/emulator.in").read_text()
    assert len(set(MODULES)) == len(MODULES)


def sign_up(emulator: Emulator) -> tuple[bool, str, bool]:
    """Whether a wrong code confirms a sign-up, the code in the mail, and whether the address is verified then."""
    cognito = emulator.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])[
        "UserPool"
    ]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="cli")["UserPoolClient"]["ClientId"]
    email = f"{client.lower()}@example.com"
    cognito.sign_up(ClientId=client, Username=email, Password="Quiet-Line-2026!")
    accounts = json.loads(get(f"{emulator.url}/_ministack/ses/messages")[1])["messages"]
    mails = [mail for found in accounts.values() for mail in found if email in mail["To"]]
    code = re.search(r"\d{6}", mails[-1]["BodyText"])
    assert code
    wrong = f"{(int(code.group()) + 1) % 10**6:06d}"
    wrong_confirms = True
    try:
        cognito.confirm_sign_up(ClientId=client, Username=email, ConfirmationCode=wrong)
    except cognito.exceptions.CodeMismatchException:
        wrong_confirms = False
        cognito.confirm_sign_up(ClientId=client, Username=email, ConfirmationCode=code.group())
    user = cognito.admin_get_user(UserPoolId=pool, Username=email)
    verified = {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]
    return wrong_confirms, code.group(), verified


def test_a_mailed_code_is_random_has_to_be_right_and_verifies(fixed: Emulator, bare: Emulator) -> None:
    (first_wrong, first, verified), (second_wrong, second, _) = sign_up(fixed), sign_up(fixed)
    assert (first_wrong, second_wrong, verified) == (False, False, True)
    assert first != second, "equal by chance once in a million runs"
    assert sign_up(bare) == (True, "123456", False)
