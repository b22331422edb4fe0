"""Tests share what the AWS in memory begins with (`tests.memory`), and nothing that one of them leaves there.

It is as safe for threads as AWS is.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import ConditionFailedError, Table

from tests.conftest import Cloud

ACCOUNT = "arn:aws:iam::123456789012"


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_no_test_sees_what_another_one_left(turn: int, cloud: Cloud) -> None:
    found = everything(cloud)
    change_everything(cloud)

    assert found == {
        "tables": ["quietline-cases", "quietline-idempotency", "quietline-registry", "quietline-sellers"],
        "items": [],
        "buckets": [f"quietline-{name}" for name in ("evidence", "lists", "open-data", "operations", "washes")],
        "objects": [],
        "keys": [True, True, True],
        "secrets": ["s" * 48, '{"api_key": "sk_test_1", "webhook_secrets": ["whsec_1"]}'],
        "queues": ["evidence", "mail", "notices", "payments", "webhooks"],
        "messages": "0",
        "senders": ["registry@example.test"],
        "machines": ["quietline-investigate", "quietline-screen"],
        "executions": [],
        "pools": [],
    }
    assert all(now != before for now, before in zip(everything(cloud).values(), found.values(), strict=True))


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns far more often than they would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_a_transaction_that_fails_takes_nobody_elses_writes_back(cloud: Cloud, restless: None) -> None:
    table = Table(cloud.registry_table)
    table.write(table.put_new(("TAKEN", "META"), {}))

    def write(number: int) -> None:
        first = (f"A{number}", "META")
        second = ("TAKEN" if number % 2 else f"B{number}", "META")
        with suppress(ConditionFailedError):
            table.write(table.put_new(first, {}), table.put_new(second, {}))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))

    kept = {item["pk"]["S"] for item in table.client.scan(TableName=table.name)["Items"]}
    assert kept == {"TAKEN", *(f"{name}{number}" for number in range(0, 80, 2) for name in "AB")}


def everything(cloud: Cloud) -> dict[str, object]:
    dynamodb, s3, kms = aws.client("dynamodb"), aws.client("s3"), aws.client("kms")
    sqs, machines, secrets = aws.client("sqs"), aws.client("stepfunctions"), aws.client("secretsmanager")
    names = sorted(
        queue.removeprefix(cloud.mail_queue_url.removesuffix("mail")) for queue in sqs.list_queues()["QueueUrls"]
    )
    waiting = sqs.get_queue_attributes(QueueUrl=cloud.mail_queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    return {
        "tables": sorted(dynamodb.list_tables()["TableNames"]),
        "items": dynamodb.scan(TableName=cloud.registry_table)["Items"],
        "buckets": sorted(bucket["Name"] for bucket in s3.list_buckets()["Buckets"]),
        "objects": s3.list_objects_v2(Bucket=cloud.lists_bucket).get("Contents", []),
        "keys": [
            kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Enabled"]
            for key in kms.list_keys()["Keys"]
            if key["KeyId"] in {cloud.pii_key_id, cloud.webhook_key_id, cloud.signing_key_id}
        ],
        "secrets": [
            secrets.get_secret_value(SecretId=name)["SecretString"]
            for name in (cloud.app_secret_id, cloud.stripe_secret_id)
        ],
        "queues": names,
        "messages": waiting["Attributes"]["ApproximateNumberOfMessages"],
        "senders": [
            sender["IdentityName"] for sender in aws.client("sesv2").list_email_identities()["EmailIdentities"]
        ],
        "machines": sorted(machine["name"] for machine in machines.list_state_machines()["stateMachines"]),
        "executions": machines.list_executions(stateMachineArn=cloud.screen_machine_arn)["executions"],
        "pools": aws.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"],
    }


def change_everything(cloud: Cloud) -> None:
    keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    dynamodb, s3, sqs = aws.client("dynamodb"), aws.client("s3"), aws.client("sqs")
    dynamodb.create_table(TableName="more", AttributeDefinitions=attributes, **keys)
    dynamodb.put_item(TableName=cloud.registry_table, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    s3.create_bucket(Bucket="more")
    s3.put_object(Bucket=cloud.lists_bucket, Key="more", Body=b"more")
    aws.client("kms").disable_key(KeyId=cloud.pii_key_id)
    aws.client("secretsmanager").put_secret_value(SecretId=cloud.app_secret_id, SecretString="more")
    sqs.create_queue(QueueName="quietline-more")
    sqs.send_message(QueueUrl=cloud.mail_queue_url, MessageBody="more")
    aws.client("sesv2").create_email_identity(EmailIdentity="more@example.test")
    machines = aws.client("stepfunctions")
    machines.create_state_machine(
        name="more",
        definition='{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}',
        roleArn=f"{ACCOUNT}:role/a",
    )
    machines.start_execution(stateMachineArn=cloud.screen_machine_arn, input="{}")
    aws.client("cognito-idp").create_user_pool(PoolName="more")
