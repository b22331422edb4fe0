"""AWS clients: the one place that makes them.

botocore's own session is used rather than boto3's: the same clients with less to import (docs/adr/0008).
"""

import os
from functools import cache
from typing import Any

import botocore.config
import botocore.session
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.loaders import Loader

BUSY = {
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
"""How services say that they are asked too much, or are not done: what botocore tries again."""


def is_busy_or_away(error: BaseException) -> bool:
    """Tell whether a service is asked too much, fails or does not answer, also after botocore has tried again.

    Nothing is wrong with what was asked: it may do a moment later.
    """
    if isinstance(error, ClientError):
        response: dict[str, Any] = dict(error.response)
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or response.get("Error", {}).get("Code") in BUSY
    return isinstance(error, (HTTPClientError, NoConnectionError))


class _Loader(Loader):
    """botocore's loader, without its walk through the folders of all 400 services before a client is made."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the services that were asked for; one that does not exist fails when its model is loaded."""
        return sorted(self.asked)


@cache
def _loader() -> _Loader:
    return _Loader()


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    session.register_component("data_loader", _loader())
    return session


@cache
def client(name: str) -> Any:
    """Return the cached client of a service (`dynamodb`, `s3`, `kms`, `sesv2`, `stepfunctions` …).

    S3 signs with SigV4, so that presigned URLs are bound to content type and host and expire.
    """
    config = botocore.config.Config(
        connect_timeout=2,
        # a function that is called answers when it is done, and is not to be called twice meanwhile
        read_timeout=25 if name == "lambda" else 10,
        retries={"mode": "standard", "max_attempts": 1 if name == "lambda" else 3},
        signature_version="s3v4" if name == "s3" else None,
        s3=_bucket_in_host() if name == "s3" else None,
        user_agent_extra="quietline",
    )
    _loader().asked.add(name)
    return _session().create_client(name, region_name=os.environ.get("AWS_REGION", "us-east-1"), config=config)


def _bucket_in_host() -> Any:
    """Return the addressing that makes presigned links name the bucket's region.

    By default they name the global address, which redirects to other regions, and a posted form does not survive that.
    An emulator on this machine has no host per bucket.
    """
    named = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return None if named else {"addressing_style": "virtual"}


def forget_clients() -> None:
    """Drop cached clients and session (tests enter and leave moto)."""
    client.cache_clear()
    _session.cache_clear()
    _loader.cache_clear()
