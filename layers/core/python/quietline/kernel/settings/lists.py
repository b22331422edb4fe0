"""Settings of the functions that publish, render, wash, import and reconcile lists."""

from dataclasses import dataclass

from quietline.kernel.settings.base import Settings


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
