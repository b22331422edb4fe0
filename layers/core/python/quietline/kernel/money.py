"""Money in integer minor units; no float ever holds an amount."""

from dataclasses import dataclass

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
"""Decimals of the currencies that have not two (ISO 4217)."""


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
        """Return the amount for people.

        >>> Money(2262600, "USD").text(), Money(-1600, "KRW").text(), Money(5, "KWD").text()
        ('22,626.00 USD', '-1,600 KRW', '0.005 KWD')
        """
        sign, decimals = "-" if self.minor < 0 else "", DECIMALS.get(self.currency, 2)
        whole, part = divmod(abs(self.minor), 10**decimals)
        return f"{sign}{whole:,}{f'.{part:0{decimals}d}' if decimals else ''} {self.currency}"
