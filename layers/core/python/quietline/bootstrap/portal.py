"""Sessions of the portal and of the console."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings.cases import ConsoleSettings
    from quietline.kernel.settings.sellers import PortalSettings
    from quietline.sessions.service import SessionService


def sessions(settings: "PortalSettings") -> "SessionService":
    """Return the use cases of the portal's sessions."""
    return _sessions(settings.sellers_table, settings.session_idle_minutes, settings.session_hours)


def console_sessions(settings: "ConsoleSettings") -> "SessionService":
    """Return the use cases of the console's sessions; they lie apart, so that a portal's opens no case."""
    return _sessions(settings.cases_table, settings.session_idle_minutes, settings.session_hours)


@cache
def _sessions(table: str, idle_minutes: int, hours: int) -> "SessionService":
    from datetime import timedelta

    from quietline.adapters.dynamodb.sessions import DynamoSessions
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.sessions.model import Limits
    from quietline.sessions.service import SessionService

    limits = Limits(timedelta(minutes=idle_minutes), timedelta(hours=hours))
    return SessionService(DynamoSessions(Table(table)), SystemClock(), limits)
