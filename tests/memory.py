"""What the AWS in memory of the fixture `cloud` has: tables, buckets, keys, secrets, queues, machines, a sender.

Making them takes 26 calls through botocore and moto, several times what most tests take. The first test of a process
makes them; each one after it begins with that state, read anew, so that none sees what another one left.
"""

import io
import json
import pickle
import threading
from collections.abc import Callable
from typing import Any

from quietline.adapters import aws

type Made = dict[str, Any]


class Beginning:
    """The state of moto's services after the first making."""

    def __init__(self) -> None:
        self.made: Made = {}
        self._pickled = b""
        self._keys: list[Any] = []
        self._services: list[Any] = []

    def begin(self, make: Callable[[], Made]) -> Made:
        """Make everything, or put moto's services back to what they were after that; return the names."""
        if self._pickled:
            self._restore()
        else:
            self.made = make()
            self._keep()
        return dict(self.made)

    def _keep(self) -> None:
        from moto.core.base_backend import BackendDict

        file = io.BytesIO()
        self._services = list(BackendDict._instances)
        state = [{account: dict(regions) for account, regions in service.items()} for service in self._services]
        _Pickler(file, self._keys).dump(state)
        self._pickled = file.getvalue()

    def _restore(self) -> None:
        state = _Unpickler(io.BytesIO(self._pickled), self._keys).load()
        for service, accounts in zip(self._services, state, strict=True):
            for account, regions in accounts.items():
                for region, backend in regions.items():
                    service[account][region] = backend


class _Pickler(pickle.Pickler):
    """Private keys never change, so all states share them; a lock is anew in each."""

    def __init__(self, file: io.BytesIO, keys: list[Any]) -> None:
        super().__init__(file)
        self._keys = keys

    def persistent_id(self, value: Any) -> int | None:
        if not type(value).__module__.startswith("cryptography."):
            return None
        self._keys.append(value)
        return len(self._keys) - 1

    def reducer_override(self, value: Any) -> Any:
        return (threading.RLock, ()) if type(value) is type(threading.RLock()) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, keys: list[Any]) -> None:
        super().__init__(file)
        self._keys = keys

    def persistent_load(self, number: Any) -> Any:
        return self._keys[number]


def make() -> Made:
    """Make everything through AWS's API; return the names."""
    dynamodb, s3, kms = aws.client("dynamodb"), aws.client("s3"), aws.client("kms")
    made: Made = {"stage": "test", "profile": "us"}
    for name in ("registry", "sellers", "cases"):
        made[f"{name}_table"] = f"quietline-{name}"
        dynamodb.create_table(
            TableName=f"quietline-{name}",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gsi1pk", "gsi1sk")
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "gsi1",
                    "KeySchema": [
                        {"AttributeName": "gsi1pk", "KeyType": "HASH"},
                        {"AttributeName": "gsi1sk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
    made["idempotency_table"] = "quietline-idempotency"
    dynamodb.create_table(
        TableName=made["idempotency_table"],
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    made["lists_bucket"] = "quietline-lists"
    made["render_function"] = "quietline-render-list"
    made["bundle_function"] = "quietline-bundle-case"
    s3.create_bucket(Bucket=made["lists_bucket"])
    made["operations_bucket"] = "quietline-operations"
    s3.create_bucket(Bucket=made["operations_bucket"])
    made["washes_bucket"] = "quietline-washes"
    s3.create_bucket(Bucket=made["washes_bucket"])
    made["evidence_bucket"] = "quietline-evidence"
    s3.create_bucket(Bucket=made["evidence_bucket"])
    made["open_data_bucket"] = "quietline-open-data"
    s3.create_bucket(Bucket=made["open_data_bucket"])
    made["max_receives"] = 3
    made["pii_key_id"] = kms.create_key()["KeyMetadata"]["KeyId"]
    made["webhook_key_id"] = kms.create_key()["KeyMetadata"]["KeyId"]
    made["signing_key_id"] = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    made["signing_key_ids"] = made["signing_key_id"]
    store = aws.client("secretsmanager")
    made["app_secret_id"] = store.create_secret(Name="quietline/app", SecretString="s" * 48)["ARN"]
    made["stripe_secret_id"] = store.create_secret(
        Name="quietline/stripe", SecretString=json.dumps({"api_key": "sk_test_1", "webhook_secrets": ["whsec_1"]})
    )["ARN"]
    sqs = aws.client("sqs")
    for name in ("mail", "payments", "notices", "webhooks", "evidence"):
        made[f"{name}_queue_url"] = sqs.create_queue(QueueName=f"quietline-{name}")["QueueUrl"]
    ses = aws.client("sesv2")
    made["sender"] = "registry@example.test"
    made["configuration_set"] = "quietline"
    ses.create_email_identity(EmailIdentity=made["sender"])
    ses.create_configuration_set(ConfigurationSetName=made["configuration_set"])
    made |= _machines()
    made["site_url"] = "https://registry.example.test"
    # tests of other things act as people whom no user pool knows
    made["representative_mfa"] = "optional"
    made |= {"user_pool_id": "us-east-1_test", "token_url": "https://sign-in.example.test/oauth2/token"}
    made |= {"issuer": "https://sign-in.example.test", "jwks_url": "https://sign-in.example.test/jwks.json"}
    return made


def _machines() -> dict[str, str]:
    machines = aws.client("stepfunctions")
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    return {
        f"{name}_machine_arn": machines.create_state_machine(
            name=f"quietline-{name}", definition=definition, roleArn="arn:aws:iam::123456789012:role/states"
        )["stateMachineArn"]
        for name in ("screen", "investigate")
    }
