"""What is asked about callers and registered organizations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from quietline.directory.entries import Entry
from quietline.directory.model import Declaration, Span


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


@dataclass(frozen=True)
class Row:
    """An entry where a search finds it: `position` orders the rows, `word` is the name's word (empty without one)."""

    position: str
    word: str
    entry: Entry


class Entries(Protocol):
    """The public directory."""

    def rows(self, word: str, after: str, most: int) -> Iterator[Row]:
        """Yield, in order, the rows after a position whose word begins so; without a word each entry once, by name."""
        ...

    def of_san(self, san: str) -> Entry | None:
        """Return the entry of a SAN as we write it, or None when none that is listed has it."""
        ...

    def declaring(self, e164: str, on: date) -> list[tuple[Entry, Span]]:
        """Return the listed organizations that had declared a number on a day, with the days of it."""
        ...
