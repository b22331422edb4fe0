"""Evidence."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.evidence.ports import Scanner
    from quietline.evidence.service import EvidenceScan, EvidenceService
    from quietline.kernel.settings.cases import ScanEvidenceSettings


@cache
def evidence(cases_table: str, evidence_bucket: str, profile: str) -> "EvidenceService":
    """Return what owners of evidence do, for any function that has the table and the bucket."""
    from quietline.adapters.dynamodb.evidence import DynamoEvidence
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.evidencefiles import EvidenceForms
    from quietline.evidence.service import EvidenceService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return EvidenceService(
        DynamoEvidence(Table(cases_table)), EvidenceForms(evidence_bucket), SystemClock(), load_profile(profile)
    )


@cache
def evidence_scan(settings: "ScanEvidenceSettings") -> "EvidenceScan":
    """Return what scans uploads: by first bytes, and by clamd where a deployment has one."""
    from quietline.adapters.clamd import ClamdScanner
    from quietline.adapters.dynamodb.evidence import DynamoEvidence
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.evidencefiles import EvidenceBucket
    from quietline.evidence.scan import MagicScanner
    from quietline.evidence.service import EvidenceScan
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    scanner: Scanner = MagicScanner()
    if settings.clamd_address:
        scanner = ClamdScanner(scanner, settings.clamd_address)
    return EvidenceScan(
        store=DynamoEvidence(Table(settings.cases_table)),
        files=EvidenceBucket(settings.evidence_bucket),
        scanner=scanner,
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )
