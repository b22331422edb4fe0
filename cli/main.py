"""`quietline`: the command for sellers and operators."""

from cli import (
    caller_numbers,
    carriers,
    cases,
    complaints,
    desk,
    directory,
    imports,
    ledger,
    login,
    lookup,
    opendata,
    ops,
    organizations,
    payments,
    people,
    pull,
    quote,
    reconcile,
    reporters,
    sellers,
    statistics,
    status,
    stop_requests,
    team,
    verify,
    wash,
    webhooks,
)
from cli.api import Api
from cli.app import app
from cli.config import load

__all__ = [
    "app",
    "caller_numbers",
    "carriers",
    "cases",
    "complaints",
    "desk",
    "directory",
    "imports",
    "ledger",
    "login",
    "lookup",
    "opendata",
    "ops",
    "organizations",
    "payments",
    "people",
    "pull",
    "quote",
    "reconcile",
    "reporters",
    "statistics",
    "status",
    "stop_requests",
    "team",
    "verify",
    "wash",
    "webhooks",
]

sellers.register(app, lambda: Api(load()))

if __name__ == "__main__":
    app()
