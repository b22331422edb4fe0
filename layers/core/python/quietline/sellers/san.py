"""Subscription account numbers: nine random digits and a Luhn check digit, written 123-456-7897.

The public sources do not give the FTC's layout, so this is ours: readable aloud, and a mistyped digit is noticed.
"""

import secrets


def new_san() -> str:
    """Return a random SAN."""
    digits = f"{secrets.randbelow(10**9):09d}"
    return formatted(digits + check_digit(digits))


def check_digit(digits: str) -> str:
    """Return the Luhn check digit of digits.

    >>> check_digit("7992739871")
    '3'
    """
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def formatted(digits: str) -> str:
    """Return ten digits as people read them."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def read(text: str) -> str | None:
    """Return a SAN as we write it from what a person typed, or None when it cannot be one."""
    digits = text.replace("-", "").replace(" ", "")
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()) or check_digit(digits[:-1]) != digits[-1]:
        return None
    return formatted(digits)
