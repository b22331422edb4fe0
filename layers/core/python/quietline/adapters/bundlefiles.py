"""Bundles of cases: their evidence from its bucket, and the function that makes them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from mimetypes import guess_extension

from botocore.exceptions import BotoCoreError, ClientError

from quietline.adapters.aws import client
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.s3 import Bucket
from quietline.cases.bundle import Piece
from quietline.evidence.model import Owner, State
from quietline.kernel.errors import UnavailableError


@dataclass(frozen=True)
class CaseEvidence:
    """See `cases.bundle.EvidenceOf`."""

    store: DynamoEvidence
    bucket: Bucket

    def pieces(self, complaint_id: str) -> Iterator[Piece]:
        """Yield the clean evidence of a complaint; what was deleted when its time was over is left out."""
        found, _version = self.store.of(Owner(f"COMPLAINT#{complaint_id}"))
        for evidence in found:
            data = self.bucket.get(evidence.clean_key) if evidence.state is State.CLEAN else None
            if data is not None:
                ending = guess_extension(evidence.content_type) or ""
                yield Piece(f"{evidence.kind.value}-{evidence.id}{ending}", data)


@dataclass(frozen=True)
class BundleFunction:
    """Bundles by the function `bundle_case`, handed out as links."""

    function_name: str
    bucket: Bucket
    link_seconds: int

    def link(self, case_id: str, by: str) -> str:
        """Return where the bundle of a case is got, for so many seconds.

        Raises:
            UnavailableError: the function failed or was throttled.
        """
        payload = json.dumps({"case_id": case_id, "by": by}).encode("ascii")
        try:
            answer = client("lambda").invoke(FunctionName=self.function_name, Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The bundle cannot be made now. Try again in a minute.") from error
        if answer.get("FunctionError"):
            raise UnavailableError("The bundle could not be made. Try again in a minute.")
        key = str(json.loads(answer["Payload"].read())["key"])
        name = f"case-{case_id}.zip"
        return self.bucket.link(key, name=name, content_type="application/zip", seconds=self.link_seconds)
