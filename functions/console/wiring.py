"""The use cases that the pages call, built from this function's settings at the first call."""

from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.kernel.settings.cases import ConsoleSettings
from quietline.profiles.profile import Profile, load_profile

if TYPE_CHECKING:
    from quietline.adapters.cognito_accounts import CognitoPeople
    from quietline.cases.desk import DeskService
    from quietline.cases.exhibits import ExhibitService
    from quietline.cases.exports import ExportService
    from quietline.cases.investigation.review import ReviewService
    from quietline.cases.moves import MoveService
    from quietline.cases.opening import OpeningService
    from quietline.cases.reading import CaseReader
    from quietline.cases.service import DecisionService
    from quietline.cases.views import ViewService
    from quietline.cases.workload import WorkloadService
    from quietline.sellers.accounts import Accounts
    from quietline.sessions.service import SessionService


@cache
def settings() -> ConsoleSettings:
    """Return the settings, read at the first call."""
    return ConsoleSettings.from_environment()


def profile() -> Profile:
    """Return the jurisdiction."""
    return load_profile(settings().profile)


def sessions() -> "SessionService":
    """Return the use cases of sessions."""
    return bootstrap.console_sessions(settings())


def accounts() -> "Accounts":
    """Return what people do with their own account."""
    return bootstrap.accounts(settings().portal_client_id)


def people() -> "CognitoPeople":
    """Return what is asked about people, and about their groups."""
    return bootstrap.people(settings().user_pool_id)


def reader() -> "CaseReader":
    """Return what investigators read with."""
    return bootstrap.case_reader(settings())


def exports() -> "ExportService":
    """Return what hands out cases as one file."""
    return bootstrap.exports(settings())


def opening() -> "OpeningService":
    """Return what opens cases by hand."""
    return bootstrap.case_opening(settings())


def exhibits() -> "ExhibitService":
    """Return what investigators see of evidence."""
    return bootstrap.exhibits(settings())


def desk() -> "DeskService":
    """Return how investigators take, note, link, hold and refer cases."""
    return bootstrap.desk(settings())


def moves() -> "MoveService":
    """Return what merges and splits cases."""
    return bootstrap.case_moves(settings())


def views() -> "ViewService":
    """Return the saved views of the queue."""
    return bootstrap.case_views(settings())


def workload() -> "WorkloadService":
    """Return what counts the open cases of investigators."""
    return bootstrap.workload(settings())


def review() -> "ReviewService":
    """Return what people do with an investigation."""
    return bootstrap.review(settings())


def decisions() -> "DecisionService":
    """Return how investigators decide."""
    return bootstrap.decisions(settings())
