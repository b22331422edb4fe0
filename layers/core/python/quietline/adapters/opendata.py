"""The bucket of open data: `data/…` is what CloudFront serves to anybody, `private/…` is not."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from quietline.adapters.aws import client

PUBLIC, PRIVATE = "data/", "private/"
FRESH = "public, max-age=300"
"""A file may be restated: five minutes later everybody has the next version."""


@dataclass(frozen=True)
class OpenDataBucket:
    """See `opendata.ports.Files`."""

    name: str

    def publish(self, name: str, body: bytes, content_type: str) -> None:
        """Write a public file, whether or not there is one."""
        client("s3").put_object(
            Bucket=self.name, Key=PUBLIC + name, Body=body, ContentType=content_type, CacheControl=FRESH
        )

    def published(self, name: str) -> bytes | None:
        """Return a public file, or None."""
        return self._get(PUBLIC + name)

    def keep(self, name: str, body: bytes) -> None:
        """Write a private file."""
        client("s3").put_object(Bucket=self.name, Key=PRIVATE + name, Body=body)

    def kept(self, name: str) -> bytes | None:
        """Return a private file, or None."""
        return self._get(PRIVATE + name)

    def _get(self, key: str) -> bytes | None:
        try:
            body: bytes = client("s3").get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                return None
            raise
        return body
