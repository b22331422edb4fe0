"""Every function and its settings model, for infra and tests; a function imports its own from its subject instead."""

from collections.abc import Mapping

from quietline.kernel.settings.base import PREFIX, Settings
from quietline.kernel.settings.cases import (
    BundleCaseSettings,
    CarrierApiSettings,
    CaseApiSettings,
    ConsoleSettings,
    InvestigateCaseSettings,
    ScanEvidenceSettings,
    ScreenComplaintSettings,
)
from quietline.kernel.settings.consumers import (
    PublicApiSettings,
    SiteFormsSettings,
)
from quietline.kernel.settings.lists import (
    ImportChunkSettings,
    ImportSettings,
    PublishSandboxSettings,
    PublishSettings,
    ReconcileSettings,
    RenderListSettings,
    WashSettings,
)
from quietline.kernel.settings.opendata import (
    OpenDataApiSettings,
    PublishOpenDataSettings,
    PublishStatisticsSettings,
)
from quietline.kernel.settings.sellers import (
    CalendarFeedSettings,
    NotifySettings,
    PaymentWorkerSettings,
    PortalSettings,
    SellerApiSettings,
    StripeWebhookSettings,
    TeamSettings,
    WebhookSenderSettings,
)
from quietline.kernel.settings.shared import (
    AuthorizerSettings,
    MailerSettings,
    RelaySettings,
)

__all__ = [
    "FUNCTION_SETTINGS",
    "PREFIX",
    "AuthorizerSettings",
    "BundleCaseSettings",
    "CalendarFeedSettings",
    "CarrierApiSettings",
    "CaseApiSettings",
    "ConsoleSettings",
    "ImportChunkSettings",
    "ImportSettings",
    "InvestigateCaseSettings",
    "MailerSettings",
    "NotifySettings",
    "OpenDataApiSettings",
    "PaymentWorkerSettings",
    "PortalSettings",
    "PublicApiSettings",
    "PublishOpenDataSettings",
    "PublishSandboxSettings",
    "PublishSettings",
    "PublishStatisticsSettings",
    "ReconcileSettings",
    "RelaySettings",
    "RenderListSettings",
    "ScanEvidenceSettings",
    "ScreenComplaintSettings",
    "SellerApiSettings",
    "Settings",
    "SiteFormsSettings",
    "StripeWebhookSettings",
    "TeamSettings",
    "WashSettings",
    "WebhookSenderSettings",
]

FUNCTION_SETTINGS: Mapping[str, type[Settings]] = {
    "public_api": PublicApiSettings,
    "site_forms": SiteFormsSettings,
    "seller_api": SellerApiSettings,
    "portal": PortalSettings,
    "bundle_case": BundleCaseSettings,
    "case_api": CaseApiSettings,
    "console": ConsoleSettings,
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
    "scan_evidence": ScanEvidenceSettings,
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
    "publish_open_data": PublishOpenDataSettings,
    "publish_statistics": PublishStatisticsSettings,
    "open_data_api": OpenDataApiSettings,
}
"""Every function folder and its settings model; a test compares this with `functions/` and with the templates."""
