"""Objects too large for memory: read and written in parts of a few megabytes."""

import hashlib
from typing import Any

from botocore.exceptions import (
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from quietline.adapters.aws import client
from quietline.washes.model import FileFacts, Uploaded

PIECE = 8 * 1024 * 1024
"""Bytes of a ranged read and of a written part: what is in memory of either."""
TRIES = 4
_BROKEN = (ConnectionClosedError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


class RangedSource:
    """Reads an object piece by piece, so that a slow reader loses no connection and a lost one costs one piece."""

    def __init__(self, bucket: str, uploaded: Uploaded) -> None:
        self.bucket, self.uploaded = bucket, uploaded
        self._asked = 0
        self._piece = b""
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        if not self._piece:
            self._piece = self._next()
        taken = self._piece if size < 0 else self._piece[:size]
        self._piece = self._piece[len(taken) :]
        return taken

    def facts(self) -> FileFacts:
        """Read what is left and return what the whole file is."""
        while self.read():
            pass
        return FileFacts(self.uploaded.key, self._asked, self._hash.hexdigest())

    def _next(self) -> bytes:
        end = min(self._asked + PIECE, self.uploaded.size)
        if self._asked >= end:
            return b""
        for attempt in range(1, TRIES + 1):
            try:
                answer = client("s3").get_object(
                    Bucket=self.bucket,
                    Key=self.uploaded.key,
                    Range=f"bytes={self._asked}-{end - 1}",
                    IfMatch=f'"{self.uploaded.etag.strip('"')}"',
                )
                piece: bytes = answer["Body"].read()
                break
            except _BROKEN:
                if attempt == TRIES:
                    raise
        self._asked += len(piece)
        self._hash.update(piece)
        return piece


class PartedSink:
    """Writes an object in parts; one that fits into a part is put at once."""

    def __init__(self, bucket: str, key: str, content_type: str) -> None:
        self.bucket, self.key, self.content_type = bucket, key, content_type
        self._buffer = bytearray()
        self._upload = ""
        self._parts: list[dict[str, Any]] = []
        self._hash = hashlib.sha256()
        self._size = 0
        self._done = False

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        self._hash.update(data)
        self._size += len(data)
        self._buffer += data
        while len(self._buffer) >= PIECE:
            self._send(PIECE)
        return len(data)

    def facts(self) -> FileFacts:
        """End the file and return what it is."""
        place = {"Bucket": self.bucket, "Key": self.key}
        if not self._upload:
            client("s3").put_object(**place, Body=bytes(self._buffer), ContentType=self.content_type)
        else:
            if self._buffer:
                self._send(len(self._buffer))
            client("s3").complete_multipart_upload(
                **place, UploadId=self._upload, MultipartUpload={"Parts": self._parts}
            )
        self._done = True
        return FileFacts(self.key, self._size, self._hash.hexdigest())

    def close(self) -> None:
        """Give up what was not ended."""
        if self._upload and not self._done:
            client("s3").abort_multipart_upload(Bucket=self.bucket, Key=self.key, UploadId=self._upload)

    def _send(self, size: int) -> None:
        place = {"Bucket": self.bucket, "Key": self.key}
        if not self._upload:
            self._upload = client("s3").create_multipart_upload(**place, ContentType=self.content_type)["UploadId"]
        number = len(self._parts) + 1
        body = bytes(self._buffer[:size])
        answer = client("s3").upload_part(**place, UploadId=self._upload, PartNumber=number, Body=body)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        del self._buffer[:size]
