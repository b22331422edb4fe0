"""Settings of the functions of sellers: API, portal, payments, notices."""

from dataclasses import dataclass

from quietline.kernel.settings.base import Settings


@dataclass(frozen=True, kw_only=True)
class TeamSettings(Settings):
    """What functions need in which organizations and their people act."""

    sellers_table: str
    pii_key_id: str
    app_secret_id: str
    user_pool_id: str
    representative_mfa: str = "required"
    """`required`: authorized representatives act only with a second factor; or `optional`."""


@dataclass(frozen=True, kw_only=True)
class SellerApiSettings(TeamSettings):
    """`seller_api`: organizations, certifications, quotes, orders, downloads, lookups."""

    registry_table: str
    cases_table: str
    day_seconds: int = 86_400
    """How long a day of the right of reply is; see `InvestigateCaseSettings`."""
    lists_bucket: str
    signing_key_ids: str
    token_url: str
    """OAuth2 token endpoint that machine clients use."""
    render_function: str
    """Name of `render_list`."""
    washes_bucket: str
    evidence_bucket: str
    """Bucket of what accused organizations upload with an answer."""
    upload_url_seconds: int = 3600
    download_url_seconds: int = 300
    """How long a link to a file works."""
    webhook_key_id: str
    """KMS key of the secrets that sign outbound webhooks."""
    webhook_loopback: int = 0
    """1 where webhooks may be sent to this machine (the local cloud)."""


@dataclass(frozen=True, kw_only=True)
class PortalSettings(SellerApiSettings):
    """`portal`: the sellers' pages, rendered on the server; they call the use cases of `seller_api`."""

    site_url: str
    """Where the site is reached, without a trailing slash; forms come from there and nowhere else."""
    portal_client_id: str
    """Client of the user pool by which the portal signs people in."""
    session_idle_minutes: int = 30
    session_hours: int = 12
    """After how long without use, and after how long at all, somebody has to sign in again."""
    test_payments: int = 0
    """1 where the payment server moves no money: its test cards are offered in place of its hosted page."""


@dataclass(frozen=True, kw_only=True)
class StripeWebhookSettings(Settings):
    """`stripe_webhook`: verifies, stores once, acknowledges."""

    sellers_table: str
    stripe_secret_id: str


@dataclass(frozen=True, kw_only=True)
class PaymentWorkerSettings(Settings):
    """`payment_worker`: carries orders, payments and refunds to the payment server and its answers back."""

    sellers_table: str
    pii_key_id: str
    stripe_secret_id: str
    payments_queue_url: str
    stripe_api_base: str = "https://api.stripe.com"
    """The payment server."""
    stripe_played: int = 0
    """1 where localstripe plays Stripe: it has no `finalize` step, no invoice payments and no disputes."""
    circuit_seconds: int = 60
    """How long the payment server is left alone after it failed several times, before a call probes."""
    retry_seconds: str = "30,60,120,240,480,900"
    """Pauses of a message while the payment server does not answer, separated by commas; the last is repeated."""


@dataclass(frozen=True, kw_only=True)
class NotifySettings(Settings):
    """`notify`: tells organizations of lists, published and growing old, and clears away what closed ones had open."""

    registry_table: str
    sellers_table: str
    user_pool_id: str


@dataclass(frozen=True, kw_only=True)
class WebhookSenderSettings(Settings):
    """`webhook_sender`: sends outbound webhooks."""

    sellers_table: str
    webhook_key_id: str
    webhooks_queue_url: str
    webhook_loopback: int = 0
    webhook_retry_seconds: str = ""
    """Pauses between attempts, separated by commas, instead of the profile's; a local cloud has less patience."""


@dataclass(frozen=True, kw_only=True)
class CalendarFeedSettings(Settings):
    """`calendar_feed`: the feeds of organizations' deadlines."""

    sellers_table: str
