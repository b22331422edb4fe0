"""Fixes of IAM enforcement: a permission on exactly the right resource is enough, and one on another is not."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from .conftest import ROLE, Emulator, start, stop

REGION = "arn:aws:ses:us-east-1:000000000000"
MACHINE = {
    "StartAt": "Wait",
    "States": {
        "Wait": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl.$": "$.queue", "MessageBody.$": "$$.Task.Token"},
            "End": True,
        }
    },
}


@dataclass
class Enforcing:
    """An emulator that enforces IAM."""

    emulator: Emulator
    log: Path
    fixed: bool

    def user(self, name: str, action: str, resource: str, service: str, condition: dict[str, Any] | None = None) -> Any:
        """A client of a user who may do one thing on one resource, under a condition."""
        iam = self.emulator.client("iam")
        iam.create_user(UserName=name)
        statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
        if condition:
            statement["Condition"] = condition
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="one", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return boto3.client(
            service,
            endpoint_url=self.emulator.url,
            region_name="us-east-1",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )


@pytest.fixture(scope="module", params=[True, False], ids=["fixed", "bare"])
def enforcing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enforcing]:
    folder = tmp_path_factory.mktemp("enforcing")
    emulator = start(folder, fixed=request.param, AUTH="true")
    yield Enforcing(emulator, folder / "log", request.param)
    stop(emulator)


def allowed(act: Any) -> bool:
    try:
        act()
    except ClientError as error:
        assert error.response["Error"]["Code"].startswith("AccessDenied"), error
        return False
    return True


def mail(client: Any) -> Any:
    return lambda: client.send_email(
        FromEmailAddress="Quietline <no-reply@one.example>",
        Destination={"ToAddresses": ["a@b.example"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    )


def test_a_mail_is_sent_by_who_may_use_the_senders_identity(enforcing: Enforcing) -> None:
    enforcing.emulator.client("sesv2").create_email_identity(EmailIdentity="one.example")
    right = enforcing.user("right-sender", "ses:SendEmail", f"{REGION}:identity/one.example", "sesv2")
    wrong = enforcing.user("wrong-sender", "ses:SendEmail", f"{REGION}:identity/two.example", "sesv2")

    assert allowed(mail(right)) is enforcing.fixed
    assert not allowed(mail(wrong))


def test_a_token_is_answered_by_who_may_answer_its_machine(enforcing: Enforcing) -> None:
    sqs, states = enforcing.emulator.client("sqs"), enforcing.emulator.client("stepfunctions")
    queue = sqs.create_queue(QueueName="tokens")["QueueUrl"]
    iam = enforcing.emulator.client("iam")
    iam.create_role(RoleName="any", AssumeRolePolicyDocument="{}")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="any", PolicyName="all", PolicyDocument=json.dumps(everything))
    machine = states.create_state_machine(name="waits", definition=json.dumps(MACHINE), roleArn=ROLE)
    arn = machine["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=arn, input=json.dumps({"queue": queue}))["executionArn"]
    token = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"][0]["Body"]
    right = enforcing.user("right-answer", "states:SendTaskSuccess", arn, "stepfunctions")
    wrong = enforcing.user("wrong-answer", "states:SendTaskSuccess", f"{arn}-other", "stepfunctions")

    assert not allowed(lambda: wrong.send_task_success(taskToken=token, output="{}"))
    assert allowed(lambda: right.send_task_success(taskToken=token, output="{}")) is enforcing.fixed
    end = time.monotonic() + 10
    while enforcing.fixed and states.describe_execution(executionArn=execution)["status"] == "RUNNING":
        assert time.monotonic() < end
        time.sleep(0.05)


def test_who_may_decrypt_one_purpose_may_decrypt_no_other(enforcing: Enforcing) -> None:
    kms = enforcing.emulator.client("kms")
    key = kms.create_key()["KeyMetadata"]
    condition = {"StringEquals": {"kms:EncryptionContext:quietline:purpose": "organization"}}
    reader = enforcing.user("reader", "kms:Decrypt", key["Arn"], "kms", condition)

    def decrypt(purpose: str) -> Any:
        context = {"quietline:purpose": purpose}
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]
        return lambda: reader.decrypt(KeyId=key["KeyId"], CiphertextBlob=blob, EncryptionContext=context)

    assert allowed(decrypt("organization")) is enforcing.fixed
    assert not allowed(decrypt("mailbox"))


def test_a_denial_is_in_the_log(enforcing: Enforcing) -> None:
    nobody = enforcing.user("nobody", "s3:ListAllMyBuckets", "*", "dynamodb")

    assert not allowed(nobody.list_tables)

    assert ("denied: dynamodb:ListTables by" in enforcing.log.read_text()) is enforcing.fixed
