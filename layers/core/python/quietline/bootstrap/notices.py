"""Notices, outbound webhooks and calendars."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings.sellers import (
        CalendarFeedSettings,
        NotifySettings,
        SellerApiSettings,
        WebhookSenderSettings,
    )
    from quietline.notices.calendar import CalendarService
    from quietline.notices.renewals import RenewalReminders
    from quietline.notices.service import Notifier, PreferenceService
    from quietline.webhooks.delivery import DeliveryService
    from quietline.webhooks.service import WebhookService


@cache
def webhooks(settings: "SellerApiSettings") -> "WebhookService":
    """Return what organizations do with their webhooks."""
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.dynamodb.webhooks import DeliveryStore, EndpointStore
    from quietline.adapters.kms import KmsSecretCipher
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.webhooks.service import WebhookService

    table = Table(settings.sellers_table)
    return WebhookService(
        endpoints=EndpointStore(table),
        deliveries=DeliveryStore(table),
        cipher=KmsSecretCipher(settings.webhook_key_id),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
        allow_loopback=bool(settings.webhook_loopback),
    )


@cache
def webhook_delivery(settings: "WebhookSenderSettings") -> "DeliveryService":
    """Return what sends webhooks."""
    from quietline.adapters import outbound, queues
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.dynamodb.webhooks import DeliveryStore, EndpointStore
    from quietline.adapters.kms import KmsSecretCipher
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.webhooks.delivery import DeliveryService

    def requeue(delivery_id: str, attempt: int, seconds: int) -> None:
        message: dict[str, str | int] = {"pk": f"WEBHOOK_DELIVERY#{delivery_id}", "attempt": attempt}
        queues.send(settings.webhooks_queue_url, message, seconds)

    table = Table(settings.sellers_table)
    return DeliveryService(
        endpoints=EndpointStore(table),
        deliveries=DeliveryStore(table),
        cipher=KmsSecretCipher(settings.webhook_key_id),
        resolve=outbound.resolve,
        send=outbound.post,
        requeue=requeue,
        clock=SystemClock(),
        profile=load_profile(settings.profile),
        retry_seconds=tuple(int(text) for text in settings.webhook_retry_seconds.split(",") if text),
        allow_loopback=bool(settings.webhook_loopback),
    )


@cache
def preferences(settings: "SellerApiSettings") -> "PreferenceService":
    """Return which mails organizations want."""
    from quietline.adapters.dynamodb.notices import DynamoNotices
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.notices.service import PreferenceService

    return PreferenceService(DynamoNotices(Table(settings.sellers_table), SystemClock()))


@cache
def notifier(settings: "NotifySettings") -> "Notifier":
    """Return what tells organizations of lists."""
    from quietline.adapters.dynamodb.notices import DynamoNotices, DynamoPublishedLists
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.notices.service import Notifier
    from quietline.profiles.profile import load_profile

    return Notifier(
        store=DynamoNotices(Table(settings.sellers_table), SystemClock()),
        lists=DynamoPublishedLists(Table(settings.registry_table)),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def renewal_reminders(settings: "NotifySettings") -> "RenewalReminders":
    """Return what reminds of terms that end and certifications that are due."""
    from quietline.adapters.dynamodb.notices import DynamoNotices
    from quietline.adapters.dynamodb.standings import DynamoStandings
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.notices.renewals import RenewalReminders
    from quietline.profiles.profile import load_profile

    table, profile = Table(settings.sellers_table), load_profile(settings.profile)
    store = DynamoNotices(table, SystemClock())
    return RenewalReminders(store, DynamoStandings(table, profile), SystemClock(), profile)


@cache
def calendars(settings: "SellerApiSettings | CalendarFeedSettings") -> "CalendarService":
    """Return the feeds of deadlines."""
    from quietline.adapters.dynamodb.notices import DynamoCalendars
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.notices.calendar import CalendarService
    from quietline.profiles.profile import load_profile

    return CalendarService(
        DynamoCalendars(Table(settings.sellers_table)), SystemClock(), load_profile(settings.profile)
    )
