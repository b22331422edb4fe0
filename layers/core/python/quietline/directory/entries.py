"""What the public sees of a registered organization, and how it is found by words of its name."""

import unicodedata
from dataclasses import dataclass
from datetime import date

SHORTEST = 2
"""Letters of a word by which names are found."""
MOST_WORDS = 20
"""Words of a name by which it is found; the first ones."""


@dataclass(frozen=True)
class Entry:
    """An organization in the public directory.

    Attributes:
        organization_id: whose; not shown.
        name: as it registered.
        type: `seller`, `telemarketer` or `exempt`.
        city: of its address; the street is not public.
        region: its state.
        country: ISO 3166.
        certified_on: day of its newest certification; not shown.
    """

    organization_id: str
    name: str
    type: str
    city: str
    region: str
    country: str
    certified_on: date

    @property
    def words(self) -> tuple[str, ...]:
        """The different words of the name by which it is found, in order."""
        return tuple(dict.fromkeys(word for word in words_of(self.name) if len(word) >= SHORTEST))[:MOST_WORDS]


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: without case, accents and signs.

    >>> words_of("Peña's Roofs & Sons, L.L.C.")
    ['penas', 'roofs', 'sons', 'llc']
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    joined = plain.replace("'", "").replace("’", "").replace(".", "").casefold()
    return "".join(char if char.isalnum() else " " for char in joined).split()


def matches(name: str, asked: list[str]) -> bool:
    """Tell whether each word asked for begins a word of the name."""
    words = words_of(name)
    return all(any(word.startswith(one) for word in words) for one in asked)
