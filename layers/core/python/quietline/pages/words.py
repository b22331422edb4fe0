"""Counts, sizes and amounts as pages show them."""

from quietline.kernel.money import Money

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
KILO = 1000


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
