"""Every function: its settings, layers, memory and time limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quietline.kernel.settings import functions as s

if TYPE_CHECKING:
    from infra.stacks.service import ServiceStack

WASH_SECONDS = 900
"""As long as a function may run at all."""
WASH_TRIES = 3
PAYMENT_SECONDS = 180
"""A payment is at most six calls; each may take as long as the adapter's patience with a server that hangs."""


def add_all(stack: ServiceStack) -> None:  # noqa: PLR0915 - a table, read from top to bottom
    """Add every function to the stack."""
    d, data = stack.deployment, stack.data
    common: dict[str, Any] = {"stage": d.stage, "profile": d.profile}
    creating = common | {"idempotency_table": data.idempotency.table_name}
    operations = data.operations.bucket_name
    washes, evidence = data.washes.bucket_name, data.evidence.bucket_name
    registry, sellers, cases = data.registry.table_name, data.sellers.table_name, data.cases.table_name
    lists, pii, app = data.lists.bucket_name, data.pii_key.key_arn, data.app_secret.secret_arn
    signing, stripe = data.signing_key_ids, data.stripe_secret.secret_arn
    pool = data.user_pool.user_pool_id
    issuer = f"https://cognito-idp.{stack.region}.amazonaws.com/{pool}"
    local = d.emulator_url
    paying: dict[str, Any] = {"stripe_api_base": d.payments_url, "stripe_played": int(d.gaps.played_payments)}
    if d.gaps.payment_retry_seconds:
        paying |= {"retry_seconds": d.gaps.payment_retry_seconds, "circuit_seconds": d.gaps.payment_circuit_seconds}
    reaches_lines = int(bool(d.line_origination) or d.gaps.mailed_lines)
    stack.add(
        "public_api",
        s.PublicApiSettings(
            **creating,
            registry_table=registry,
            cases_table=cases,
            sellers_table=sellers,
            lists_bucket=lists,
            evidence_bucket=evidence,
            pii_key_id=pii,
            signing_key_ids=signing,
            app_secret_id=app,
            line_codes=reaches_lines,
        ),
    )
    stack.add(
        "site_forms",
        s.SiteFormsSettings(
            **common,
            registry_table=registry,
            cases_table=cases,
            evidence_bucket=evidence,
            sellers_table=sellers,
            pii_key_id=pii,
            app_secret_id=app,
            site_url=stack.site_url,
            signing_key_ids=signing,
            line_codes=reaches_lines,
        ),
    )
    stack.add("render_list", s.RenderListSettings(**common, lists_bucket=lists), "lists", memory=1769, timeout=60)
    selling: dict[str, Any] = {
        "registry_table": registry,
        "sellers_table": sellers,
        "cases_table": cases,
        "lists_bucket": lists,
        "pii_key_id": pii,
        "signing_key_ids": signing,
        "app_secret_id": app,
        "user_pool_id": pool,
        "representative_mfa": d.representative_mfa,
        "render_function": stack.functions["render_list"].function.function_name,
        "webhook_key_id": data.webhook_key.key_arn,
        "webhook_loopback": int(d.gaps.loopback_webhooks),
        "token_url": f"{local}/oauth2/token" if local else f"{data.user_pool_domain.base_url()}/oauth2/token",
        "washes_bucket": washes,
        "evidence_bucket": evidence,
        "day_seconds": d.gaps.day_seconds,
    }
    # lookups of thousands of numbers: half a second of parsing on a whole core
    stack.add("seller_api", s.SellerApiSettings(**creating, **selling), memory=1024)
    portal = s.PortalSettings(
        **common,
        **selling,
        site_url=stack.site_url,
        portal_client_id=data.portal_client.user_pool_client_id,
        test_payments=int(d.gaps.played_payments),
    )
    stack.add("portal", portal, memory=1024, timeout=29)
    bundling = s.BundleCaseSettings(
        **common,
        cases_table=cases,
        sellers_table=sellers,
        evidence_bucket=evidence,
        operations_bucket=operations,
        signing_key_ids=signing,
    )
    # pieces of 8 MB go through it, so memory buys nothing but speed; nobody waits for it (docs/adr/0042)
    stack.add("bundle_case", bundling, memory=1024, timeout=900)
    desk: dict[str, Any] = {
        "cases_table": cases,
        "sellers_table": sellers,
        "registry_table": registry,
        "operations_bucket": operations,
        "bundle_function": stack.functions["bundle_case"].function.function_name,
        "day_seconds": d.gaps.day_seconds,
        "user_pool_id": pool,
    }
    stack.add("case_api", s.CaseApiSettings(**creating, **desk), timeout=29)
    console = s.ConsoleSettings(
        **common,
        **desk,
        evidence_bucket=evidence,
        portal_client_id=data.portal_client.user_pool_client_id,
        site_url=stack.site_url,
    )
    stack.add("console", console, memory=1024, timeout=29)
    carrying = s.CarrierApiSettings(
        **creating,
        registry_table=registry,
        cases_table=cases,
        sellers_table=sellers,
        open_data_bucket=data.open_data.bucket_name,
    )
    stack.add("carrier_api", carrying, timeout=29)
    stack.add(
        "authorizer",
        s.AuthorizerSettings(
            **common,
            issuer=issuer,
            jwks_url=f"{local}/{pool}/.well-known/jwks.json" if local else f"{issuer}/.well-known/jwks.json",
        ),
        "tokens",
        deps=False,
    )
    stack.add("stripe_webhook", s.StripeWebhookSettings(**common, sellers_table=sellers, stripe_secret_id=stripe))
    stack.add(
        "payment_worker",
        s.PaymentWorkerSettings(
            **common,
            sellers_table=sellers,
            pii_key_id=pii,
            stripe_secret_id=stripe,
            payments_queue_url=stack.payments_queue.queue_url,
            **paying,
        ),
        "payments",
        timeout=PAYMENT_SECONDS,
    )
    stack.add(
        "relay",
        s.RelaySettings(
            **common,
            mail_queue_url=stack.mail_queue.queue_url,
            payments_queue_url=stack.payments_queue.queue_url,
            notices_queue_url=stack.notices_queue.queue_url,
            webhooks_queue_url=stack.webhooks_queue.queue_url,
            evidence_queue_url=stack.evidence_queue.queue_url,
            screen_machine_arn=stack.machine_arn("screen-complaint"),
            investigate_machine_arn=stack.machine_arn("investigate-case"),
        ),
        timeout=30,
    )
    stack.add(
        "mailer",
        s.MailerSettings(
            **common,
            registry_table=registry,
            sellers_table=sellers,
            cases_table=cases,
            pii_key_id=pii,
            app_secret_id=app,
            sender=d.sender,
            configuration_set=stack.configuration_set.configuration_set_name,
            site_url=stack.site_url,
            line_origination=d.line_origination,
            mailed_lines=int(d.gaps.mailed_lines),
        ),
    )
    stack.add(
        "notify",
        s.NotifySettings(**common, registry_table=registry, sellers_table=sellers, user_pool_id=pool),
        memory=1769,  # a whole core: telling many costs its time, not waiting (docs/adr/0018)
        timeout=300,
    )
    stack.add(
        "webhook_sender",
        s.WebhookSenderSettings(
            **common,
            sellers_table=sellers,
            webhook_key_id=data.webhook_key.key_arn,
            webhooks_queue_url=stack.webhooks_queue.queue_url,
            webhook_loopback=int(d.gaps.loopback_webhooks),
            webhook_retry_seconds=d.gaps.webhook_retry_seconds,
        ),
        timeout=30,
    )
    stack.add("calendar_feed", s.CalendarFeedSettings(**common, sellers_table=sellers))
    publishing = s.PublishSettings(
        **common,
        registry_table=registry,
        lists_bucket=lists,
        signing_key_ids=signing,
        settle_seconds=d.settle_seconds,
        days_ahead=d.days_ahead,
    )
    stack.add("publish_plan", publishing, timeout=60)
    stack.add("publish_area", publishing, "lists", memory=1024, timeout=300)
    stack.add("publish_manifest", publishing, memory=1024, timeout=120)
    stack.add(
        "publish_sandbox",
        s.PublishSandboxSettings(**common, registry_table=registry, lists_bucket=lists, signing_key_ids=signing),
        "lists",
        memory=512,
        timeout=120,
    )
    stack.add(
        "wash",
        s.WashSettings(
            **common,
            registry_table=registry,
            sellers_table=sellers,
            lists_bucket=lists,
            washes_bucket=washes,
            signing_key_ids=signing,
            max_receives=WASH_TRIES,
        ),
        "lists",
        memory=2048,  # more than one core, and a bit for every number of the country
        timeout=WASH_SECONDS,
        temporary=2048,  # a zip is unpacked from a temporary file
    )
    stack.add(
        "screen_complaint",
        s.ScreenComplaintSettings(**common, registry_table=registry, cases_table=cases, sellers_table=sellers),
        timeout=30,
    )
    stack.add(
        "investigate_case",
        s.InvestigateCaseSettings(
            **common,
            cases_table=cases,
            sellers_table=sellers,
            registry_table=registry,
            day_seconds=d.gaps.day_seconds,
        ),
        timeout=30,
    )
    importing = s.ImportSettings(**common, registry_table=registry, lists_bucket=lists, operations_bucket=operations)
    stack.add("import_plan", importing, timeout=60)
    stack.add(
        "import_chunk", s.ImportChunkSettings(**common, operations_bucket=operations), "lists", memory=2048, timeout=300
    )
    stack.add("import_area", importing, "lists", memory=1024, timeout=600)
    stack.add("import_finish", importing, timeout=60)
    reconciling = s.ReconcileSettings(
        **common,
        registry_table=registry,
        lists_bucket=lists,
        operations_bucket=operations,
        segments=4 if local else 32,
        source="scan" if d.gaps.no_table_exports else "export",
    )
    stack.add("reconcile_plan", reconciling, timeout=60)
    stack.add("reconcile_segment", reconciling, "lists", memory=1024, timeout=900)
    stack.add("reconcile_area", reconciling, "lists", memory=2048, timeout=300)
    stack.add("reconcile_finish", reconciling, timeout=60)
