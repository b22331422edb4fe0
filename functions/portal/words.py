"""Counts, sizes, amounts and spans as the trading pages show them."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from quietline.kernel.money import Money

from functions.portal.render import pages

if TYPE_CHECKING:
    from datetime import datetime

    from quietline.fees.model import Term

    from functions.portal.frame import Request

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
KILO = 1000
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


def money(amount: Money) -> str:
    """Return an amount, with the currency's sign where everybody knows it.

    >>> money(Money(-212500, "USD")), money(Money(0, "SGD"))
    ('-$2,125.00', '0.00 SGD')
    """
    text = amount.text()
    sign = SIGNS.get(amount.currency)
    if sign is None:
        return text
    number = text.removesuffix(f" {amount.currency}")
    return f"-{sign}{number[1:]}" if number.startswith("-") else f"{sign}{number}"


def count(number: int) -> str:
    """Return a count, e.g. `1,200`."""
    return f"{number:,}"


def size(number: int) -> str:
    """Return a size in bytes, in the unit that leaves at most three digits.

    >>> size(999), size(214_000), size(1_073_741_824)
    ('999 B', '214 kB', '1.1 GB')
    """
    value, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < KILO or unit == "GB":
            break
        value /= KILO
    shown = f"{value:.0f}" if unit == "B" or value >= 10 else f"{value:.1f}".removesuffix(".0")
    return f"{shown} {unit}"


def day(request: "Request", value: date) -> str:
    """Return a date in words."""
    return pages(request.profile).day(value, request.language)


def instant(request: "Request", at: "datetime") -> str:
    """Return an instant in words, in the registry's time zone."""
    return pages(request.profile).instant(at, request.language)


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
