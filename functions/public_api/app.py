"""The resolver that the route modules declare their routes on, and the settings, read at the first call."""

from functools import cache

from quietline.http.app import make_app
from quietline.kernel.settings.consumers import PublicApiSettings

app = make_app()


@cache
def settings() -> PublicApiSettings:
    """Return the function's settings from its environment."""
    return PublicApiSettings.from_environment()
