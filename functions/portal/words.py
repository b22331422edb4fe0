"""Counts, sizes, amounts and spans as the trading pages show them."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from quietline.pages.words import count, money, size

if TYPE_CHECKING:
    from datetime import datetime

    from quietline.fees.model import Term

    from functions.portal.frame import Request

__all__ = ["areas", "colour", "count", "day", "instant", "money", "size", "span"]

COLOURS = {
    "active": "green",
    "paid": "green",
    "clear": "green",
    "delivered": "green",
    "awaiting_payment": "yellow",
    "partly_refunded": "yellow",
    "unknown": "yellow",
    "payment_failed": "red",
    "disputed": "red",
    "listed": "red",
    "dead": "red",
    "awaiting_invoice": "blue",
    "open": "blue",
    "pending": "blue",
}
"""Colour of a state's tag, beside the word that says it."""


def day(request: "Request", value: date) -> str:
    """Return a date in words."""
    return request.day(value)


def instant(request: "Request", at: "datetime") -> str:
    """Return an instant in words, in the registry's time zone."""
    return request.instant(at)


def span(request: "Request", term: "Term") -> str:
    """Return a term by its first and its last day."""
    words = str(request.text["areas"]["term_span"])
    last = term.end - timedelta(days=1)
    return words.replace("{first}", day(request, term.start)).replace("{last}", day(request, last))


def areas(request: "Request", number: int) -> str:
    """Return how many areas there are."""
    words = request.text["orders"]
    return str(words["areas_one"]) if number == 1 else str(words["areas_count"]).replace("{count}", count(number))


def colour(state: str) -> str:
    """Return the colour of a state's tag."""
    return COLOURS.get(state, "grey")
