"""Settings of the functions of complaints, cases and carriers."""

from dataclasses import dataclass

from quietline.kernel.settings.base import Settings


@dataclass(frozen=True, kw_only=True)
class CaseApiSettings(Settings):
    """`case_api`: the investigators' cases."""

    cases_table: str
    sellers_table: str
    registry_table: str
    day_seconds: int = 86_400
    """See `InvestigateCaseSettings`."""
    operations_bucket: str
    """Where bundles of cases lie."""
    bundle_function: str
    """Name of the function that makes them."""
    bundle_link_seconds: int = 600
    bundle_wait_seconds: int = 15
    """How long a request waits for a bundle before it says that it is being made."""
    user_pool_id: str
    """Where it is asked who works at the desk now, and whether with a second factor."""


@dataclass(frozen=True, kw_only=True)
class BundleCaseSettings(Settings):
    """`bundle_case`: makes the bundle of a case."""

    cases_table: str
    sellers_table: str
    """For the receipts of lists."""
    evidence_bucket: str
    operations_bucket: str
    signing_key_ids: str


@dataclass(frozen=True, kw_only=True)
class ConsoleSettings(CaseApiSettings):
    """`console`: the investigators' pages, rendered on the server; they call the use cases of `case_api`."""

    evidence_bucket: str
    portal_client_id: str
    """Client of the user pool by which pages sign people in."""
    site_url: str
    """Where the site is reached, without a trailing slash; forms come from there and nowhere else."""
    session_idle_minutes: int = 30
    session_hours: int = 12
    """After how long without use, and after how long at all, somebody has to sign in again."""


@dataclass(frozen=True, kw_only=True)
class CarrierApiSettings(Settings):
    """`carrier_api`: carriers' reports of lines, their answers to tracebacks, and the reported callers they read."""

    registry_table: str
    cases_table: str
    sellers_table: str
    open_data_bucket: str


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
    day_seconds: int = 86_400
    """How long a deadline's day is; less only where machines are tested."""
    max_rounds: int = 1_000
    """Looks of one execution before the next takes over (an execution has 25,000 events and a year at most)."""


@dataclass(frozen=True, kw_only=True)
class ScanEvidenceSettings(Settings):
    """`scan_evidence`: looks at uploaded evidence before anybody else does."""

    cases_table: str
    evidence_bucket: str
    max_receives: int
    """How often the queue hands out an upload before it gives up."""
    clamd_address: str = ""
    """`host:port` of a clamd that looks for viruses besides; empty for none."""
