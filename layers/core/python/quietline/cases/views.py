"""Saved views: filters of the queue that a person has given a name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from quietline.cases.people import Person
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.kernel.ids import new_ulid

VIEWS_AT_MOST = 30
NAME_LENGTH = 60


@dataclass(frozen=True)
class View:
    """A filter with a name. `wanted` holds only what it asks for, by the names of `queue.Filter`."""

    id: str
    name: str
    wanted: dict[str, Any]
    saved_at: datetime


class ViewStore(Protocol):
    """The views of each person."""

    def of(self, sub: str) -> tuple[View, ...]:
        """Return a person's views, oldest first."""
        ...

    def keep(self, sub: str, view: View) -> None:
        """Keep a view, in place of the one with its id."""
        ...

    def forget(self, sub: str, view_id: str) -> bool:
        """Delete a view; False when there was none."""
        ...


@dataclass(frozen=True)
class ViewService:
    """What a person does with their views; nobody else sees them."""

    store: ViewStore
    clock: Clock

    def mine(self, person: Person) -> tuple[View, ...]:
        """Return a person's views, oldest first."""
        return self.store.of(person.sub)

    def save(self, name: str, wanted: dict[str, Any], person: Person) -> View:
        """Keep a filter under a name; a view of that name is replaced.

        Raises:
            InvalidInputError: the name is empty or too long.
            ConflictError: the person has as many views as one may have.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= NAME_LENGTH:
            detail = f"Give a name of 1 to {NAME_LENGTH} characters."
            raise InvalidInputError(detail, (FieldError("/name", detail, "name_length"),))
        known = self.store.of(person.sub)
        same = next((view for view in known if view.name.casefold() == name.casefold()), None)
        if same is None and len(known) >= VIEWS_AT_MOST:
            raise ConflictError(f"You have {VIEWS_AT_MOST} views. Delete one first.")
        now = self.clock.now()
        view = View(same.id if same else new_ulid(now), name, wanted, now)
        self.store.keep(person.sub, view)
        return view

    def delete(self, view_id: str, person: Person) -> None:
        """Delete a view.

        Raises:
            NotFoundError: the person has none with this id.
        """
        if not self.store.forget(person.sub, view_id):
            raise NotFoundError("You have no such view.")
