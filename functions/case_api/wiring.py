"""The resolver, and the use cases built from this function's settings at the first call."""

from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.cases.people import Person, person_of
from quietline.http.app import make_app
from quietline.http.auth import Principal
from quietline.kernel.errors import UnauthenticatedError
from quietline.kernel.settings.cases import CaseApiSettings
from quietline.profiles.profile import load_profile

if TYPE_CHECKING:
    from quietline.adapters.cognito_accounts import CognitoPeople
    from quietline.cases.desk import DeskService
    from quietline.cases.exports import ExportService
    from quietline.cases.investigation.review import ReviewService
    from quietline.cases.moves import MoveService
    from quietline.cases.opening import OpeningService
    from quietline.cases.reading import CaseReader
    from quietline.cases.service import DecisionService
    from quietline.cases.views import ViewService

app = make_app()


@cache
def settings() -> CaseApiSettings:
    """Return the settings, read at the first call."""
    return CaseApiSettings.from_environment()


def reader() -> "CaseReader":
    """Return what investigators read with."""
    return bootstrap.case_reader(settings())


def desk() -> "DeskService":
    """Return how investigators take, note, link, hold and refer cases."""
    return bootstrap.desk(settings())


def moves() -> "MoveService":
    """Return what merges and splits cases."""
    return bootstrap.case_moves(settings())


def opening() -> "OpeningService":
    """Return what opens cases by hand."""
    return bootstrap.case_opening(settings())


def views() -> "ViewService":
    """Return the saved views of the queue."""
    return bootstrap.case_views(settings())


def exports() -> "ExportService":
    """Return what hands out cases as one file."""
    return bootstrap.exports(settings())


def decisions() -> "DecisionService":
    """Return how investigators decide."""
    return bootstrap.decisions(settings())


def review() -> "ReviewService":
    """Return what people do with an investigation."""
    return bootstrap.review(settings())


def people() -> "CognitoPeople":
    """Return what is asked about people, and about their groups."""
    return bootstrap.people(settings().user_pool_id)


def person() -> Person:
    """Return the investigator who calls; the route's rule was checked before, by the token.

    Raises:
        UnauthenticatedError: the account is gone.
        ForbiddenError: they work at the desk no more, or have no second factor (MfaRequiredError).
    """
    principal: Principal = app.context["principal"]
    found = people().person(principal.sub)
    if found is None:
        raise UnauthenticatedError("This account does not exist any more.")
    agencies = load_profile(settings().profile).cases.agency_keys
    return person_of(principal.sub, people().groups(principal.sub), agencies, mfa=found.mfa)
