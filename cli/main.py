"""`quietline`: the command for sellers and operators."""

from cli import (
    caller_numbers,
    cases,
    complaints,
    desk,
    directory,
    imports,
    investigation,
    ledger,
    login,
    lookup,
    opendata,
    ops,
    organizations,
    parties,
    payments,
    people,
    pull,
    quote,
    reconcile,
    second_factor,
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
    "cases",
    "complaints",
    "desk",
    "directory",
    "imports",
    "investigation",
    "ledger",
    "login",
    "lookup",
    "opendata",
    "ops",
    "organizations",
    "parties",
    "payments",
    "people",
    "pull",
    "quote",
    "reconcile",
    "second_factor",
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
