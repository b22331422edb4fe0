"""Cases and their investigation."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.cases.assignment import AssignmentService
    from quietline.cases.exhibits import ExhibitService
    from quietline.cases.reading import CaseReader
    from quietline.cases.service import DecisionService, RedriveService
    from quietline.complaints.redrive import RedriveScreenings
    from quietline.kernel.settings.cases import CaseApiSettings, ConsoleSettings, ScreenComplaintSettings


@cache
def assignment(settings: "ScreenComplaintSettings") -> "AssignmentService":
    """Return what puts complaints into cases."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.cases.assignment import AssignmentService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return AssignmentService(
        DynamoCaseStore(Table(settings.cases_table)), SystemClock(), load_profile(settings.profile)
    )


@cache
def case_reader(settings: "CaseApiSettings") -> "CaseReader":
    """Return what investigators read with."""
    from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
    from quietline.adapters.dynamodb.case_people import DynamoAuditLog, DynamoPeople
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.cases.reading import CaseReader
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return CaseReader(
        store=DynamoCaseStore(table),
        desk=DynamoDeskStore(table),
        log=DynamoAuditLog(table),
        people=DynamoPeople(table),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def exhibits(settings: "ConsoleSettings") -> "ExhibitService":
    """Return what investigators see of evidence."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.adapters.dynamodb.table import Table
    from quietline.bootstrap.evidence import evidence
    from quietline.cases.exhibits import ExhibitService
    from quietline.kernel.clock import SystemClock

    table = Table(settings.cases_table)
    files = evidence(settings.cases_table, settings.evidence_bucket, settings.profile)
    return ExhibitService(DynamoCaseStore(table), DynamoInvestigations(table), files, SystemClock())


@cache
def decisions(settings: "CaseApiSettings") -> "DecisionService":
    """Return how investigators decide."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.investigation.review import Heard
    from quietline.cases.service import DecisionService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return DecisionService(
        store=DynamoCaseStore(table),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
        hearings=Heard(DynamoInvestigations(table)),
    )


def redrive(cases_table: str, machine_arn: str) -> "RedriveService":
    """Return what an operator starts cases again with."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsExecutions
    from quietline.cases.service import RedriveService
    from quietline.kernel.clock import SystemClock

    return RedriveService(DynamoCaseStore(Table(cases_table)), StepFunctionsExecutions(machine_arn), SystemClock())


def redrive_screenings(queue_url: str, machine_arn: str) -> "RedriveScreenings":
    """Return what an operator screens failed complaints again with."""
    from quietline.adapters.executions import ScreeningExecutions
    from quietline.adapters.queues import FailedExecutions
    from quietline.complaints.redrive import RedriveScreenings

    return RedriveScreenings(FailedExecutions(queue_url), ScreeningExecutions(machine_arn))
