"""The resolver, and the use cases built from this function's settings at the first call."""

from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.http.app import make_app
from quietline.kernel.settings.opendata import OpenDataApiSettings
from quietline.profiles.profile import Profile, load_profile

if TYPE_CHECKING:
    from quietline.opendata.answer import ReportedCalls
    from quietline.opendata.limits import RateLimits
    from quietline.statistics.answer import Statistics

app = make_app()


@cache
def settings() -> OpenDataApiSettings:
    """Return the settings, read at the first call."""
    return OpenDataApiSettings.from_environment()


def profile() -> Profile:
    """Return the jurisdiction."""
    return load_profile(settings().profile)


def reported_calls() -> "ReportedCalls":
    """Return what answers questions to the daily files."""
    return bootstrap.reported_calls(settings())


def limits() -> "RateLimits":
    """Return what counts requests."""
    return bootstrap.open_data_limits(settings().cases_table, settings().idempotency_table, settings().profile)


def statistics() -> "Statistics":
    """Return what reads the data book."""
    return bootstrap.statistics(settings().open_data_bucket)
