"""The resolver, and the use cases built from this function's settings at the first call."""

from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.http.app import make_app
from quietline.http.auth import Principal
from quietline.kernel.settings import CaseApiSettings

if TYPE_CHECKING:
    from quietline.cases.service import CaseService

app = make_app()


@cache
def settings() -> CaseApiSettings:
    """Return the settings, read at the first call."""
    return CaseApiSettings.from_environment()


def cases() -> "CaseService":
    """Return the investigators' use cases."""
    return bootstrap.cases(settings())


def investigator() -> str:
    """Return the `sub` of the person who calls; the route's rule was checked before."""
    principal: Principal = app.context["principal"]
    return principal.sub
