"""Bundles of cases: their evidence from its bucket, where they are written, and the function that makes them."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from quietline.adapters.aws import client
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.parted import PartedSink, RangedSource
from quietline.adapters.s3 import Bucket
from quietline.cases.exports import Link
from quietline.evidence.model import Evidence, Owner
from quietline.kernel.clock import to_text
from quietline.kernel.errors import UnavailableError
from quietline.washes.model import Uploaded

TYPE = "application/zip"
LOOKS = 0.5
"""Seconds between two looks whether a bundle is there."""


@dataclass(frozen=True)
class CaseEvidence:
    """See `cases.bundle.EvidenceOf`."""

    store: DynamoEvidence
    bucket: Bucket

    def of(self, owners: Sequence[Owner]) -> Iterator[Evidence]:
        """Yield the evidence of some owners, by owner as given, oldest first."""
        having = self.store.having(owners)
        for owner in owners:
            if owner in having:
                yield from self.store.of(owner)[0]

    def rely(self, evidence: Evidence, at: datetime) -> bool:
        """Keep that a bundle holds the file; False when its consumer has removed it meanwhile."""
        return self.store.rely(evidence.owner, evidence.id, at)

    def read(self, evidence: Evidence) -> Iterator[bytes] | None:
        """Return a clean file piece by piece; None when it was deleted because its time was over."""
        found = self.bucket.head(evidence.clean_key)
        if found is None:
            return None
        source = RangedSource(self.bucket.name, Uploaded(evidence.clean_key, found.etag, found.size))
        return iter(source.read, b"")


@dataclass(frozen=True)
class SignedReceipts:
    """See `cases.bundle.Receipts`; `table` is the sellers table."""

    table: Table

    def signed(self, organization_id: str, receipt_id: str) -> str:
        """Return a receipt as it was signed, or empty when there is none."""
        item = self.table.get(keys.receipt(organization_id, receipt_id))
        return str(item["jws"]) if item else ""


class BundleSink(PartedSink):
    """See `cases.bundle.Sink`."""

    def flush(self) -> None:
        """Do nothing; parts are sent when they are full."""

    def end(self) -> None:
        """End the file."""
        self.facts()


@dataclass(frozen=True)
class BundleBucket:
    """See `cases.bundle.BundleFiles`."""

    bucket: str

    @contextmanager
    def sink(self, key: str) -> Iterator[BundleSink]:
        """Open a bundle for writing; it does not exist unless it was ended before the end of the context."""
        made = BundleSink(self.bucket, key, TYPE)
        try:
            yield made
        finally:
            made.close()


@dataclass(frozen=True)
class BundleFunction:
    """See `cases.exports.BundleMaker`: bundles by the function `bundle_case`, handed out as links."""

    function_name: str
    bucket: Bucket
    link_seconds: int

    def start(self, case_id: str, bundle_id: str, at: datetime) -> None:
        """Begin to make one; the function is tried three times and its failure raises an alarm.

        Raises:
            UnavailableError: the function cannot be called now.
        """
        payload = json.dumps({"case_id": case_id, "bundle_id": bundle_id, "at": to_text(at)}).encode("ascii")
        try:
            client("lambda").invoke(FunctionName=self.function_name, InvocationType="Event", Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The bundle cannot be made now. Try again in a minute.") from error

    def link(self, key: str, name: str, patience: float) -> Link | None:
        """Return where a bundle is got, or None while it is made; wait for it so many seconds at most."""
        until = time.monotonic() + patience
        while (found := self.bucket.head(key)) is None:
            if time.monotonic() + LOOKS > until:
                return None
            time.sleep(LOOKS)
        url = self.bucket.link(key, name=name, content_type=TYPE, seconds=self.link_seconds)
        return Link(url, self.link_seconds, found.size)
