"""What is asked about callers."""

from datetime import date
from typing import Protocol

from quietline.directory.model import Declaration


class Declarations(Protocol):
    """Who has declared which number."""

    def declared_by(self, e164: str, on: date) -> tuple[Declaration, ...]:
        """Return the organizations that had declared a number on a day of the registry, by id.

        There may be several: a telemarketer and the seller that it calls for. Sandbox organizations are never among
        them; organizations that are suspended or closed by now are.

        Args:
            e164: any number in the world, as `kernel.phone.parse_any` returns it.
            on: the day, e.g. of the call.
        """
        ...
