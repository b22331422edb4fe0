"""`quietline`: the command for sellers and operators."""

from cli import cases, login, lookup, ops, pull, status, verify
from cli.app import app

__all__ = ["app", "cases", "login", "lookup", "ops", "pull", "status", "verify"]

if __name__ == "__main__":
    app()
