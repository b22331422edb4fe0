"""Screening again what failed: `screen-complaint` leaves a message for each execution that ended in failure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MACHINE = "screen-complaint"
_AGAIN = re.compile(r"(?P<first>.+)-again(?P<times>\d+)")


class Failures(Protocol):
    """The queue of executions that failed, of all machines."""

    def each(self, machine: str, work: Callable[[str, str], None]) -> int:
        """Do `work(pk, execution)` for every failure of a machine and return how many; one is forgotten after its work.

        What `work` raises ends it: that failure and those after it stay.
        """
        ...


class Screenings(Protocol):
    """Executions of `screen-complaint`."""

    def start(self, name: str, pk: str) -> None:
        """Start one; a name that was used before changes nothing."""
        ...


@dataclass(frozen=True)
class RedriveScreenings:
    """Starts executions again, for an operator who has mended the cause."""

    failures: Failures
    screenings: Screenings

    def redrive(self) -> int:
        """Start an execution for each failed one and return how many; steps that were done are not repeated.

        Two operators, or a repeat after an interruption, start one execution: it is named by the failed one.
        """
        return self.failures.each(MACHINE, lambda pk, execution: self.screenings.start(next_name(execution), pk))


def next_name(execution: str) -> str:
    """Return the name of the execution after a failed one: `01J…-again1`, `01J…-again2`, and so on."""
    found = _AGAIN.fullmatch(execution)
    return f"{found['first']}-again{int(found['times']) + 1}" if found else f"{execution}-again1"
