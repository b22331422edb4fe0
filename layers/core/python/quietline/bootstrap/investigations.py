"""Investigations: the machine's steps, and what investigators, sellers and carriers do."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.cases.investigation.review import ReviewService
    from quietline.cases.investigation.service import InvestigationService
    from quietline.cases.replies import ReplyService
    from quietline.cases.tracebacks import TracebackService
    from quietline.kernel.settings.cases import CarrierApiSettings, CaseApiSettings, InvestigateCaseSettings
    from quietline.kernel.settings.sellers import SellerApiSettings


@cache
def investigation(settings: "InvestigateCaseSettings") -> "InvestigationService":
    """Return the steps of `investigate-case`."""
    from quietline.adapters.dynamodb.accused import (
        DynamoCallers,
        DynamoScrubs,
        DynamoTraceableCarriers,
        StopDays,
    )
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.investigation.course import Pace
    from quietline.cases.investigation.service import InvestigationService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    cases, sellers, registry = (
        Table(name) for name in (settings.cases_table, settings.sellers_table, settings.registry_table)
    )
    profile = load_profile(settings.profile)
    return InvestigationService(
        cases=DynamoCaseStore(cases),
        store=DynamoInvestigations(cases),
        callers=DynamoCallers(sellers),
        scrubs=DynamoScrubs(sellers, registry, profile),
        stops=StopDays(sellers),
        carriers=DynamoTraceableCarriers(registry),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=profile,
        pace=Pace(settings.day_seconds),
        max_rounds=settings.max_rounds,
    )


@cache
def review(settings: "CaseApiSettings") -> "ReviewService":
    """Return what people do with an investigation."""
    from quietline.adapters.dynamodb.accused import DynamoCallers, DynamoTraceableCarriers
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.investigation.course import Pace
    from quietline.cases.investigation.review import ReviewService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return ReviewService(
        cases=DynamoCaseStore(table),
        store=DynamoInvestigations(table),
        callers=DynamoCallers(Table(settings.sellers_table)),
        carriers=DynamoTraceableCarriers(Table(settings.registry_table)),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
        pace=Pace(settings.day_seconds),
    )


@cache
def replies(settings: "SellerApiSettings") -> "ReplyService":
    """Return the right of reply of accused organizations."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.bootstrap.evidence import evidence
    from quietline.cases.investigation.course import Pace
    from quietline.cases.replies import ReplyService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return ReplyService(
        cases=DynamoCaseStore(table),
        store=DynamoInvestigations(table),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
        pace=Pace(settings.day_seconds),
        evidence=evidence(settings.cases_table, settings.evidence_bucket, settings.profile),
    )


@cache
def tracebacks(settings: "CarrierApiSettings") -> "TracebackService":
    """Return what carriers answer tracebacks with."""
    from quietline.adapters.dynamodb.accused import DynamoCallers, DynamoTraceableCarriers
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.tracebacks import TracebackService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return TracebackService(
        cases=DynamoCaseStore(table),
        store=DynamoInvestigations(table),
        callers=DynamoCallers(Table(settings.sellers_table)),
        carriers=DynamoTraceableCarriers(Table(settings.registry_table)),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )
