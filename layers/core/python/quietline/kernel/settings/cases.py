"""Settings of the functions of complaints, cases and carriers."""

from dataclasses import dataclass

from quietline.kernel.settings.base import Settings


@dataclass(frozen=True, kw_only=True)
class CaseApiSettings(Settings):
    """`case_api`: the investigators' cases."""

    cases_table: str


@dataclass(frozen=True, kw_only=True)
class CarrierApiSettings(Settings):
    """`carrier_api`: carriers' reports of disconnected and reassigned lines."""

    registry_table: str


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
