"""A circuit breaker that all containers share: Powertools' own, its state one item of a table of ours.

Open, nothing is called for a while, so that a server that hangs costs a queue's worker no time; then one call probes.
While all is well nothing is written, and the item is read once in five seconds. A table that cannot be read lets calls
through. Why this library: docs/adr/0022.
"""

from collections.abc import Callable
from typing import Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    CircuitBreakerOpenError,
    CircuitState,
    CircuitTransition,
    circuit_breaker,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence

from quietline.adapters.aws import client
from quietline.adapters.dynamodb import keys
from quietline.adapters.metrics import ANY_FUNCTION, NAMESPACE
from quietline.kernel.errors import UnavailableError

logger = Logger(child=True)
FAILURES = 3
"""Calls of one container, one after the other, that open the circuit."""
CACHE_SECONDS = 5


class Guard(Protocol):
    """What a call to another server is made through."""

    def __call__[T](self, call: Callable[[], T]) -> T:
        """Make the call, or refuse it.

        Raises:
            UnavailableError: the server does not answer, or has not for a while.
        """
        ...


def unguarded[T](call: Callable[[], T]) -> T:
    """Make the call: a guard that lets everything through."""
    return call()


def breaker(name: str, table: str, pause_seconds: int) -> Guard:
    """Return the guard of one server.

    Args:
        name: the server; also the item's sort key and the metric's dimension.
        table: a table with `pk`, `sk` and `ttl`.
        pause_seconds: how long an open circuit refuses before a call probes.
    """
    partition, circuit = keys.circuit(name)
    store = CircuitBreakerDynamoDBPersistence(
        table_name=table,
        key_attr="pk",
        sort_key_attr="sk",
        static_pk_value=partition,
        expiry_attr="ttl",
        boto3_client=client("dynamodb"),
    )
    config = CircuitBreakerConfig(
        failure_threshold=FAILURES,
        recovery_timeout=pause_seconds,
        success_threshold=1,
        handled_exceptions=UnavailableError,
        local_cache_max_age=min(CACHE_SECONDS, pause_seconds),
    )

    @circuit_breaker(name=circuit, persistence_store=store, config=config, on_transition=_changed)
    def through(call: Callable[[], object]) -> object:
        return call()

    def guard[T](call: Callable[[], T]) -> T:
        try:
            made: T = through(call)
        except CircuitBreakerOpenError as error:
            raise UnavailableError(f"The {name} has not answered for a while; nothing was lost.") from error
        return made

    return guard


def _changed(transition: CircuitTransition) -> None:
    """Say that the circuit changed; each opening, also after a probe that failed, is metric `CircuitOpened`."""
    to = transition.to_state
    log = logger.error if to is CircuitState.OPEN else logger.info
    log("circuit", circuit=transition.circuit_name, was=str(transition.from_state), now=str(to))
    if to is CircuitState.OPEN:
        with single_metric("CircuitOpened", MetricUnit.Count, 1, namespace=NAMESPACE) as metric:
            metric.add_dimension("service", ANY_FUNCTION)
            metric.add_dimension("circuit", transition.circuit_name)
