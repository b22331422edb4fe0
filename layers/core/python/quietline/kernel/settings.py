"""The environment contract: one frozen model per function.

A function reads its environment through its model (`PublicApiSettings.from_environment()`), and the infrastructure
renders the environment from the same model (`PublicApiSettings(...).to_env()`), so a missing or misspelt variable is a
type error at synth and not a failure at run time. Values may be CDK tokens, which are strings.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from quietline.kernel.errors import ConfigurationError

PREFIX = "QUIETLINE_"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every function needs.

    Attributes:
        stage: deployment stage, e.g. `local`, `staging`, `production`.
        profile: name of the jurisdiction's profile, e.g. `us`.
        idempotency_table: table of Powertools' idempotency records; empty where the function creates nothing.

    """

    stage: str
    profile: str
    idempotency_table: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings from the environment.

        Raises:
            ConfigurationError: a variable without a default is missing, or a whole number is not one.

        """
        source = os.environ if environ is None else environ
        values: dict[str, str | int] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            if name not in source:
                continue
            if field.type is int:
                try:
                    values[field.name] = int(source[name])
                except ValueError as error:
                    raise ConfigurationError(f"{name} must be a whole number.") from error
            else:
                values[field.name] = source[name]
        try:
            return cls(**values)  # type: ignore[arg-type]
        except TypeError as error:
            missing = [PREFIX + f.name.upper() for f in fields(cls) if f.name not in values]
            raise ConfigurationError(f"The environment lacks one of {', '.join(missing)}.") from error

    def to_env(self) -> dict[str, str]:
        """Render the environment of the function: one `QUIETLINE_…` variable per field."""
        return {PREFIX + field.name.upper(): str(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, kw_only=True)
class PublicApiSettings(Settings):
    """`public_api`: registrations, complaints, manifests, keys."""

    registry_table: str
    cases_table: str
    lists_bucket: str
    pii_key_id: str
    signing_key_ids: str
    """KMS key ids or ARNs separated by commas: the first signs, all are published, so old manifests still verify."""
    app_secret_id: str


@dataclass(frozen=True, kw_only=True)
class SiteFormsSettings(Settings):
    """`site_forms`: the hosted pages' forms, rendered on the server."""

    registry_table: str
    cases_table: str
    pii_key_id: str
    app_secret_id: str


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
    lists_bucket: str
    signing_key_ids: str
    token_url: str
    """OAuth2 token endpoint that machine clients use."""
    render_function: str
    """Name of `render_list`."""
    washes_bucket: str
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
class CaseApiSettings(Settings):
    """`case_api`: the investigators' cases."""

    cases_table: str


@dataclass(frozen=True, kw_only=True)
class CarrierApiSettings(Settings):
    """`carrier_api`: carriers' reports of disconnected and reassigned lines."""

    registry_table: str


@dataclass(frozen=True, kw_only=True)
class AuthorizerSettings(Settings):
    """`authorizer`: verifies Cognito access tokens."""

    issuer: str
    """The `iss` of our tokens."""
    jwks_url: str


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
class RelaySettings(Settings):
    """`relay`: forwards outbox items from the tables' streams."""

    mail_queue_url: str
    payments_queue_url: str
    notices_queue_url: str
    webhooks_queue_url: str
    screen_machine_arn: str
    investigate_machine_arn: str


@dataclass(frozen=True, kw_only=True)
class MailerSettings(Settings):
    """`mailer`: renders and sends the outbox's mails."""

    registry_table: str
    sellers_table: str
    cases_table: str
    pii_key_id: str
    app_secret_id: str
    sender: str
    """The `From` address; its domain is a verified SES identity."""
    configuration_set: str
    """SES configuration set of every mail."""
    site_url: str
    """Where links in mails point; no trailing slash."""


@dataclass(frozen=True, kw_only=True)
class NotifySettings(Settings):
    """`notify`: tells organizations of lists, published and growing old."""

    registry_table: str
    sellers_table: str


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


@dataclass(frozen=True, kw_only=True)
class PublishSettings(Settings):
    """`publish_plan`, `publish_area` and `publish_manifest`."""

    registry_table: str
    lists_bucket: str
    signing_key_ids: str = ""
    settle_seconds: int = 120
    """How long before now the cut-off lies at the earliest, so that no transaction is still in flight."""
    days_ahead: int = 0
    """How many days a list may be dated ahead; more than 0 only where a demonstration publishes several a day."""


@dataclass(frozen=True, kw_only=True)
class PublishSandboxSettings(Settings):
    """`publish_sandbox`: the list of magic numbers."""

    registry_table: str
    lists_bucket: str
    signing_key_ids: str = ""


@dataclass(frozen=True, kw_only=True)
class RenderListSettings(Settings):
    """`render_list`: files of the list that publication does not keep."""

    lists_bucket: str


@dataclass(frozen=True, kw_only=True)
class WashSettings(Settings):
    """`wash`: answers uploaded call lists."""

    registry_table: str
    sellers_table: str
    lists_bucket: str
    washes_bucket: str
    signing_key_ids: str
    max_receives: int
    """How often the queue hands out an upload before it gives up."""


@dataclass(frozen=True, kw_only=True)
class ScreenComplaintSettings(Settings):
    """`screen_complaint`: the rules on one complaint."""

    registry_table: str
    cases_table: str
    sellers_table: str


@dataclass(frozen=True, kw_only=True)
class InvestigateCaseSettings(Settings):
    """`investigate_case`: the steps of one case."""

    cases_table: str
    sellers_table: str
    registry_table: str


@dataclass(frozen=True, kw_only=True)
class ImportChunkSettings(Settings):
    """`import_chunk`: reads lines; it reaches neither the registry nor the lists."""

    operations_bucket: str


@dataclass(frozen=True, kw_only=True)
class ImportSettings(Settings):
    """`import_plan`, `import_area` and `import_finish`."""

    registry_table: str
    lists_bucket: str
    operations_bucket: str
    """Private files of the operators: what they import, what was refused, what a reconciliation found. They expire."""


@dataclass(frozen=True, kw_only=True)
class ReconcileSettings(Settings):
    """`reconcile_plan`, `reconcile_segment`, `reconcile_area` and `reconcile_finish`."""

    registry_table: str
    lists_bucket: str
    operations_bucket: str
    segments: int = 32
    """How many workers read the registry side by side."""
    source: str = "export"
    """What they read: an `export` of the table to the operations bucket, or a `scan` of the table itself."""


FUNCTION_SETTINGS: Mapping[str, type[Settings]] = {
    "public_api": PublicApiSettings,
    "site_forms": SiteFormsSettings,
    "seller_api": SellerApiSettings,
    "portal": PortalSettings,
    "case_api": CaseApiSettings,
    "carrier_api": CarrierApiSettings,
    "authorizer": AuthorizerSettings,
    "stripe_webhook": StripeWebhookSettings,
    "payment_worker": PaymentWorkerSettings,
    "relay": RelaySettings,
    "mailer": MailerSettings,
    "notify": NotifySettings,
    "webhook_sender": WebhookSenderSettings,
    "calendar_feed": CalendarFeedSettings,
    "publish_plan": PublishSettings,
    "publish_area": PublishSettings,
    "publish_manifest": PublishSettings,
    "publish_sandbox": PublishSandboxSettings,
    "render_list": RenderListSettings,
    "wash": WashSettings,
    "screen_complaint": ScreenComplaintSettings,
    "investigate_case": InvestigateCaseSettings,
    "import_plan": ImportSettings,
    "import_chunk": ImportChunkSettings,
    "import_area": ImportSettings,
    "import_finish": ImportSettings,
    "reconcile_plan": ReconcileSettings,
    "reconcile_segment": ReconcileSettings,
    "reconcile_area": ReconcileSettings,
    "reconcile_finish": ReconcileSettings,
}
"""Every function folder and its settings model; a test compares this with `functions/` and with the templates."""
