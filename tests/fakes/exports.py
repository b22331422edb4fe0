"""DynamoDB's exports to S3 as AWS lays them out; moto writes a file, but neither manifest."""

import base64
import gzip
import hashlib
import json
from typing import Any

import pytest
from moto.dynamodb.models.table_export import TableExport
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from quietline.adapters import aws

FILES = 4
"""Data files of an export; the last is that of an empty partition."""


def as_on_aws(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    """Let moto's exports have AWS's files and answers, and let nobody wait for them."""
    aws.client("dynamodb").update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    told = TableExport.response

    def response(self: TableExport) -> dict[str, Any]:
        done = self.status == "COMPLETED"
        return told(self) | ({"ExportManifest": f"{_folder(self)}/manifest-summary.json"} if done else {})

    monkeypatch.setattr(TableExport, "_backup_to_s3_file", _write)
    monkeypatch.setattr(TableExport, "response", response)
    monkeypatch.setattr(WaitFunction, "_wait_interval", lambda *_given, **_named: None)


def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let exports fail."""

    def fail(*_given: Any) -> None:
        raise OSError("no space")

    monkeypatch.setattr(TableExport, "_backup_to_s3_file", fail)


def write(put: Any, folder: str, items: list[dict[str, Any]]) -> str:
    """Write an export of items in DynamoDB's typed form by `put(key, body)`; return the key of its manifest."""
    files = []
    for number in range(FILES):
        held = items[number :: FILES - 1] if number < FILES - 1 else []
        lines = "".join(dynamo_json_dump({"Item": item}) + "\n" for item in held)
        body = gzip.compress(lines.encode()) if held else b""
        key = f"{folder}/data/{number}.json.gz"
        put(key, body)
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        files.append({"itemCount": len(held), "md5Checksum": md5, "etag": f"{number}", "dataFileS3Key": key})
    put(f"{folder}/manifest-files.json", "".join(json.dumps(file) + "\n" for file in files).encode())
    summary = {
        "version": "2020-06-30",
        "manifestFilesS3Key": f"{folder}/manifest-files.json",
        "itemCount": len(items),
        "outputFormat": "DYNAMODB_JSON",
    }
    put(f"{folder}/manifest-summary.json", json.dumps(summary).encode())
    return f"{folder}/manifest-summary.json"


def _folder(export: TableExport) -> str:
    return f"{export.s3_prefix}/AWSDynamoDB/{export.arn.rsplit('/', 1)[-1]}"


def _write(self: TableExport, s3_backend: Any) -> None:
    def put(key: str, body: bytes) -> None:
        s3_backend.put_object(bucket_name=self.s3_bucket, key_name=key, value=body)

    items = [item.to_json(root_attr_name="Item")["Item"] for item in self.table.all_items()]
    self.item_count = len(items)
    write(put, _folder(self), items)
    self.status = "COMPLETED"
