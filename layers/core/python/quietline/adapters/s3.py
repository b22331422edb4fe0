"""Objects in S3."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from botocore.exceptions import ClientError

from quietline.adapters.aws import client

_ABSENT = ("NoSuchKey", "404")
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")


@dataclass(frozen=True)
class Head:
    """What is known of an object without reading it."""

    size: int
    etag: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Bucket:
    """One bucket by name. With a `realm` its users see `areas/202/…` where `areas/<realm>/202/…` lies."""

    name: str
    realm: str = ""

    def _at(self, key: str) -> str:
        first, _, rest = key.partition("/")
        return f"{first}/{self.realm}/{rest}" if self.realm else key

    def get(self, key: str) -> bytes | None:
        """Return an object's bytes, or None when there is none."""
        try:
            body: bytes = client("s3").get_object(Bucket=self.name, Key=self._at(key))["Body"].read()
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise
        return body

    def put(self, key: str, body: bytes, content_type: str, facts: Mapping[str, str] | None = None) -> None:
        """Write an object, whether or not there is one; `facts` become its metadata."""
        metadata = dict(facts or {})
        client("s3").put_object(
            Bucket=self.name, Key=self._at(key), Body=body, ContentType=content_type, Metadata=metadata
        )

    def head(self, key: str) -> Head | None:
        """Return what is known of an object, or None when there is none."""
        try:
            found = client("s3").head_object(Bucket=self.name, Key=self._at(key))
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise
        return Head(int(found["ContentLength"]), str(found["ETag"]), found["Metadata"])

    def facts(self, key: str) -> Mapping[str, str] | None:
        """Return an object's metadata, or None when there is no object."""
        found = self.head(key)
        return found.facts if found else None

    def put_new(self, key: str, body: bytes, content_type: str) -> bool:
        """Write an object unless there is one (`If-None-Match: *`); return whether it was written."""
        try:
            client("s3").put_object(
                Bucket=self.name, Key=self._at(key), Body=body, ContentType=content_type, IfNoneMatch="*"
            )
        except ClientError as error:
            if _code(error) in _TAKEN:
                return False
            raise
        return True

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        """Return a presigned URL (SigV4) that serves the object under a file name for so many seconds."""
        url: str = client("s3").generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.name,
                "Key": self._at(key),
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name)}",
                "ResponseContentType": content_type,
            },
            ExpiresIn=seconds,
        )
        return url


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
