"""The composition root: builds each feature's use cases from a function's settings, once per container.

A function's handler calls e.g. `bootstrap.registrations(settings)`; tests pass fakes to the services instead. Each
builder imports what it needs inside, so that a function loads only its own features.
"""

from quietline.bootstrap.carriers import carrier_administration, line_reports
from quietline.bootstrap.cases import assignment, case_reader, decisions, exhibits, redrive, redrive_screenings
from quietline.bootstrap.closing import clearing, closing
from quietline.bootstrap.common import app_secret, link_signer, mailbox_cipher, numbers, signer
from quietline.bootstrap.console import workload
from quietline.bootstrap.consumers import complaint_changes, complaints, mails, registrations, screening
from quietline.bootstrap.desk import bundles, case_moves, case_opening, case_views, desk, exports
from quietline.bootstrap.directory import declarations, directory
from quietline.bootstrap.evidence import evidence, evidence_scan
from quietline.bootstrap.investigations import investigation, replies, review, tracebacks
from quietline.bootstrap.lists import (
    area_build,
    changes,
    downloads,
    lookups,
    manifest_writer,
    manifests,
    publications,
    publish_plan,
    renderer,
    sandbox_publication,
)
from quietline.bootstrap.notices import (
    calendars,
    notifier,
    preferences,
    renewal_reminders,
    webhook_delivery,
    webhooks,
)
from quietline.bootstrap.opendata import data_book, open_data_limits, open_data_publication, reported_calls
from quietline.bootstrap.operations import (
    area_reconciliation,
    import_area,
    import_chunk_reader,
    import_finish,
    import_planner,
    imports,
    lost_records,
    reconcile_finish,
    reconcile_plan,
    segment_scan,
)
from quietline.bootstrap.payments import (
    audit,
    billing,
    event_inbox,
    event_replay,
    ledger,
    payment_check,
    payment_checks,
    payments_queue,
    refunds,
)
from quietline.bootstrap.people import accounts, people
from quietline.bootstrap.portal import console_sessions, sessions
from quietline.bootstrap.reporters import batches, reporter_administration
from quietline.bootstrap.self_service import (
    certificates,
    line_removals,
    moves,
    opt_outs,
    removals,
    verifications,
    waiting,
)
from quietline.bootstrap.sellers import (
    agents,
    caller_numbers,
    certifications,
    invitations,
    machine_clients,
    members,
    orders,
    organizations,
    records,
    suspension,
)
from quietline.bootstrap.stops import stop_feed, stop_store, stops
from quietline.bootstrap.usage import metering
from quietline.bootstrap.washes import wash_worker, washes

__all__ = [
    "accounts",
    "agents",
    "app_secret",
    "area_build",
    "area_reconciliation",
    "assignment",
    "audit",
    "batches",
    "billing",
    "bundles",
    "calendars",
    "caller_numbers",
    "carrier_administration",
    "case_moves",
    "case_opening",
    "case_reader",
    "case_views",
    "certificates",
    "certifications",
    "changes",
    "clearing",
    "closing",
    "complaint_changes",
    "complaints",
    "console_sessions",
    "data_book",
    "decisions",
    "declarations",
    "desk",
    "directory",
    "downloads",
    "event_inbox",
    "event_replay",
    "evidence",
    "evidence_scan",
    "exhibits",
    "exports",
    "import_area",
    "import_chunk_reader",
    "import_finish",
    "import_planner",
    "imports",
    "investigation",
    "invitations",
    "ledger",
    "line_removals",
    "line_reports",
    "link_signer",
    "lookups",
    "lost_records",
    "machine_clients",
    "mailbox_cipher",
    "mails",
    "manifest_writer",
    "manifests",
    "members",
    "metering",
    "moves",
    "notifier",
    "numbers",
    "open_data_limits",
    "open_data_publication",
    "opt_outs",
    "orders",
    "organizations",
    "payment_check",
    "payment_checks",
    "payments_queue",
    "people",
    "preferences",
    "publications",
    "publish_plan",
    "reconcile_finish",
    "reconcile_plan",
    "records",
    "redrive",
    "redrive_screenings",
    "refunds",
    "registrations",
    "removals",
    "renderer",
    "renewal_reminders",
    "replies",
    "reported_calls",
    "reporter_administration",
    "review",
    "sandbox_publication",
    "screening",
    "segment_scan",
    "sessions",
    "signer",
    "stop_feed",
    "stop_store",
    "stops",
    "suspension",
    "tracebacks",
    "verifications",
    "waiting",
    "wash_worker",
    "washes",
    "webhook_delivery",
    "webhooks",
    "workload",
]
