"""The resolver, and the use cases built from this function's settings at the first call."""

from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.http.app import make_app
from quietline.http.auth import Principal
from quietline.kernel.settings.cases import CarrierApiSettings
from quietline.profiles.profile import Profile, load_profile

if TYPE_CHECKING:
    from quietline.carriers.service import LineReports
    from quietline.cases.tracebacks import TracebackService
    from quietline.opendata.callers import ReportedCallers

app = make_app()


@cache
def settings() -> CarrierApiSettings:
    """Return the settings, read at the first call."""
    return CarrierApiSettings.from_environment()


def profile() -> Profile:
    """Return the jurisdiction."""
    return load_profile(settings().profile)


def reported_callers() -> "ReportedCallers":
    """Return what reads the feed of reported callers."""
    return bootstrap.reported_callers(settings().open_data_bucket)


def line_reports() -> "LineReports":
    """Return what takes carriers' reports."""
    return bootstrap.line_reports(settings())


def tracebacks() -> "TracebackService":
    """Return what takes carriers' answers to tracebacks."""
    return bootstrap.tracebacks(settings())


def client_id() -> str:
    """Return the machine client that calls; the route's rule was checked before."""
    principal: Principal = app.context["principal"]
    return principal.client_id
