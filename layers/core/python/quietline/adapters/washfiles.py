"""The bucket of washes: forms and links for callers, streams for the worker."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from quietline.adapters.aws import client
from quietline.adapters.parted import PartedSink, RangedSource
from quietline.adapters.s3 import Bucket
from quietline.washes.model import Uploaded

UPLOAD_TYPE = "application/octet-stream"
ANSWER_TYPE = "text/csv"


@dataclass(frozen=True)
class WashForms:
    """Implements `washes.ports.UploadForms`."""

    bucket: str

    def form(self, key: str, max_bytes: int, seconds: int, back: str = "") -> tuple[str, Mapping[str, str]]:
        """Return URL and fields of an upload to that key, of at most so many bytes.

        With `back` a browser that has uploaded is sent to that address.
        """
        fields = {"Content-Type": UPLOAD_TYPE, "x-amz-server-side-encryption": "AES256"}
        if back:
            fields["success_action_redirect"] = back
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
class WashBucket:
    """Implements `washes.ports.WashFiles`."""

    bucket: str

    def source(self, uploaded: Uploaded) -> RangedSource:
        """Open a call list; reading fails when its bytes have been replaced."""
        return RangedSource(self.bucket, uploaded)

    @contextmanager
    def sink(self, key: str) -> Iterator[PartedSink]:
        """Open an answer file; it does not exist unless `facts` was called before the end of the context."""
        made = PartedSink(self.bucket, key, ANSWER_TYPE)
        try:
            yield made
        finally:
            made.close()

    def delete(self, key: str) -> None:
        """Delete a file, whether or not there is one."""
        client("s3").delete_object(Bucket=self.bucket, Key=key)
