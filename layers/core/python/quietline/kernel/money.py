"""Money in integer minor units; no float ever holds an amount."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Money:
    """An amount: `minor` units (cents for USD) of `currency` (ISO 4217).

    Raises:
        ValueError: when amounts of two currencies are added.

    """

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def times(self, count: int) -> "Money":
        """Return this amount `count` times."""
        return Money(self.minor * count, self.currency)

    def text(self) -> str:
        """Return the amount for people, e.g. `410.00 USD`.

        Currencies with two decimals only; the profiles' currencies all have them.
        """
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02d} {self.currency}"
