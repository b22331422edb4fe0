"""Sessions of the portal."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings import PortalSettings
    from quietline.sessions.service import SessionService


@cache
def sessions(settings: "PortalSettings") -> "SessionService":
    """Return the use cases of sessions."""
    from datetime import timedelta

    from quietline.adapters.dynamodb.sessions import DynamoSessions
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.sessions.model import Limits
    from quietline.sessions.service import SessionService

    limits = Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))
    return SessionService(DynamoSessions(Table(settings.sellers_table)), SystemClock(), limits)
