"""The bucket of evidence: forms and links for people, files for the scan."""

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from quietline.adapters.aws import client
from quietline.adapters.s3 import Bucket
from quietline.evidence.model import Uploaded

_GONE = ("NoSuchKey", "404", "PreconditionFailed", "412")


@dataclass(frozen=True)
class EvidenceForms:
    """Implements `evidence.ports.EvidenceForms`; the bucket encrypts with the key of personal data by itself."""

    bucket: str

    def form(
        self, key: str, content_type: str, max_bytes: int, seconds: int, back: str = ""
    ) -> tuple[str, Mapping[str, str]]:
        """Return URL and fields of an upload of one type to one key, of 1 to `max_bytes` bytes.

        With `back` a browser that has uploaded is sent to that address.
        """
        fields = {"Content-Type": content_type} | ({"success_action_redirect": back} if back else {})
        made = client("s3").generate_presigned_post(
            self.bucket,
            key,
            Fields=dict(fields),
            Conditions=[*({name: value} for name, value in fields.items()), ["content-length-range", 1, max_bytes]],
            ExpiresIn=seconds,
        )
        return str(made["url"]), made["fields"]

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        """Return a URL that serves the object under a file name for so many seconds."""
        return Bucket(self.bucket).link(key, name=name, content_type=content_type, seconds=seconds)


@dataclass(frozen=True)
class EvidenceBucket:
    """Implements `evidence.ports.EvidenceFiles`."""

    bucket: str

    def read(self, uploaded: Uploaded) -> bytes | None:
        """Return an upload's bytes; None when it is gone or was replaced after the event."""
        try:
            body: bytes = (
                client("s3").get_object(Bucket=self.bucket, Key=uploaded.key, IfMatch=_etag(uploaded))["Body"].read()
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        return body

    def keep(self, uploaded: Uploaded, key: str, content_type: str) -> bool:
        """Copy exactly what was read to where people may read it; False when it was replaced meanwhile."""
        try:
            client("s3").copy_object(
                Bucket=self.bucket,
                Key=key,
                CopySource={"Bucket": self.bucket, "Key": uploaded.key},
                CopySourceIfMatch=_etag(uploaded),
                ContentType=content_type,
                MetadataDirective="REPLACE",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return False
            raise
        return True

    def delete(self, key: str) -> None:
        """Delete a file, whether or not there is one."""
        client("s3").delete_object(Bucket=self.bucket, Key=key)

    def delete_all(self, prefix: str) -> None:
        """Delete every file whose key begins so."""
        pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            for found in page.get("Contents", ()):
                self.delete(found["Key"])


def _etag(uploaded: Uploaded) -> str:
    return f'"{uploaded.etag.strip('"')}"'
