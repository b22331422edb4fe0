"""Calls to Stripe's API: the one place that imports its SDK. Patience, retries, keys, the breaker, errors.

The SDK's errors are translated here; nothing above sees them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import stripe

from quietline.adapters.breaker import Guard, unguarded
from quietline.kernel.errors import UnavailableError
from quietline.orders.ports import PaymentDeclinedError

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 8
RETRIES = 2
"""Times the SDK tries a call again, after 0.5 s and 1 s with jitter: a call takes 26 s at most."""
PAGE = 100

type Call = Callable[[stripe.StripeClient, Any], Any]


class MissingError(Exception):
    """The payment server knows nothing of that id."""


class RefusedError(Exception):
    """The payment server will not do what it was asked in the state that it has; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__("the payment server refused")
        self.code = code


@dataclass(frozen=True)
class StripeCalls:
    """Calls with our key.

    Attributes:
        api_key: read at each call, so that a rotated key arrives by itself.
        api_base: `https://api.stripe.com`, or where localstripe listens.
        guard: what each call is made through (`adapters.breaker`).
    """

    api_key: Callable[[], str] = field(repr=False)
    api_base: str
    guard: Guard = field(default=unguarded, repr=False)

    def __call__(self, call: Call, key: str = "") -> Any:
        """Make one call; `key` makes a repetition of a change harmless.

        Raises:
            MissingError: it names an id that does not exist.
            RefusedError: the request does not suit the server's state.
            PaymentDeclinedError: a payment method was refused.
            UnavailableError: the server does not answer, fails, limits us, refuses our key, or had `key` with other
                parameters within this hour.
        """
        # Stripe repeats its first answer to a key for a day, its own failures too: with another key after an hour a
        # call that failed there once does not fail all day. Whoever calls looks for what exists already first.
        options: Any = {"idempotency_key": f"{key}-{datetime.now(UTC):%Y%m%d%H}"} if key else {}
        return self.guard(lambda: _translated(lambda: call(_client(self.api_key(), self.api_base), options)))

    def listed(self, call: Callable[[stripe.StripeClient, Any, Any], Any], **params: Any) -> Iterator[Any]:
        """Yield every object of a list, page after page.

        Args:
            call: makes one page's call of (client, parameters, options).
            params: the list's own parameters.
        """
        page = self._page(call, params)
        yield from page.data
        while page.has_more and page.data:
            page = self._page(call, params | {"starting_after": page.data[-1].id})
            yield from page.data

    def _page(self, call: Callable[[stripe.StripeClient, Any, Any], Any], params: dict[str, Any]) -> Any:
        return self(lambda api, options: call(api, params | {"limit": PAGE}, options))


def _translated(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except stripe.InvalidRequestError as error:
        if error.http_status == 404:
            raise MissingError from error
        raise RefusedError(error.code or "refused") from error
    except stripe.CardError as error:
        raise PaymentDeclinedError(error.code or "declined") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        # a key that was rolled wrongly: everything waits until somebody puts the right one
        raise UnavailableError("The payment server refuses our key; nothing was lost.") from error
    except stripe.IdempotencyError as error:
        # the key came with other parameters before; the next hour has another key
        raise UnavailableError(
            "The payment server holds an earlier call against this one; nothing was lost."
        ) from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise UnavailableError("The payment server does not answer; nothing was lost.") from error


@lru_cache(maxsize=2)
def _client(api_key: str, base: str) -> stripe.StripeClient:
    """Return the client of a key, which keeps its connections from call to call."""
    return stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        base_addresses={"api": base},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
