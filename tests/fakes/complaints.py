"""Complaints for tests: a filled form, a listed number, complaints and cases in a table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from quietline.adapters.dynamodb.cases import DynamoCaseStore
from quietline.adapters.dynamodb.complaints import DynamoComplaintStore, DynamoNumberHistory
from quietline.adapters.dynamodb.directory import DirectoryStore
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.adapters.dynamodb.stops import DynamoStops
from quietline.adapters.dynamodb.table import Table
from quietline.cases.assignment import AssignmentService
from quietline.complaints.model import ComplaintInput, SubmittedComplaint
from quietline.complaints.screening import ScreeningService
from quietline.complaints.service import ComplaintService
from quietline.kernel.clock import Clock
from quietline.kernel.phone import PhoneNumber
from quietline.profiles.profile import Profile
from quietline.registrations.model import HistoryEntry, NumberRecord

CALLED = "+12025550143"
CALLER = "+13055550187"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SECRET = b"s" * 48
FORM = ComplaintInput(
    called_number="(202) 555-0143",
    call_date="2026-11-20",
    call_time="18:30",
    robocall=False,
    subject=12,
    caller_number="(305) 555-0187",
    email="alex@example.com",
)


class PlainCipher:
    """A cipher for tests of what is around it."""

    def encrypt(self, address: str) -> str:
        return address[::-1]

    def decrypt(self, ciphertext: str) -> str:
        return ciphertext[::-1]


def list_number(registry: Table, e164: str = CALLED, at: datetime = NOW - timedelta(days=400)) -> None:
    """Put a number on the list at an instant."""
    record = NumberRecord(PhoneNumber(e164), e164[2:5], (HistoryEntry(at, "A", "registration:1"),), 1)
    registry.write(*number_writes(registry, None, record))


class Desk:
    """The use cases on the tables of a `cloud`."""

    def __init__(self, cloud: Any, clock: Clock, profile: Profile) -> None:
        self.accused = 0
        self.table, self.registry = Table(cloud.cases_table), Table(cloud.registry_table)
        self.directory = DirectoryStore(Table(cloud.sellers_table))
        self.stops = DynamoStops(Table(cloud.sellers_table), self.registry)
        self.complaints = DynamoComplaintStore(self.table)
        self.cases = DynamoCaseStore(self.table)
        self.intake = ComplaintService(self.complaints, PlainCipher(), SECRET, clock, profile)
        self.screening = ScreeningService(
            self.complaints, DynamoNumberHistory(self.registry), self.directory, self.stops, clock, profile
        )
        self.assignment = AssignmentService(self.cases, clock, profile)

    def complain(self, **changes: Any) -> SubmittedComplaint:
        """Hand a complaint in."""
        return self.intake.submit(replace(FORM, **changes))

    def accuse(self, **changes: Any) -> str:
        """Hand in a robocall complaint about a call of its own, screen and assign it; return its case."""
        self.accused += 1
        made = self.complain(
            **({"robocall": True, "call_time": f"{self.accused // 60:02}:{self.accused % 60:02}"} | changes)
        )
        self.screening.screen(made.id)
        case = self.assignment.assign(made.id).case_id
        self.screening.close(made.id)
        return case

    def mails(self) -> list[dict[str, Any]]:
        """Return the outbox."""
        found = self.table.client.scan(TableName=self.table.name)["Items"]
        return [self.table.get((i["pk"]["S"], "META")) or {} for i in found if i["pk"]["S"].startswith("MAIL#")]
