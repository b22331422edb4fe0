"""Screening again what failed."""

from collections.abc import Callable

import pytest
from quietline.complaints.redrive import RedriveScreenings, next_name


class Queue:
    def __init__(self, *messages: tuple[str, str, str]) -> None:
        self.messages = list(messages)

    def each(self, machine: str, work: Callable[[str, str], None]) -> int:
        mine = [message for message in self.messages if message[0] == machine]
        for message in mine:
            work(message[1], message[2])
            self.messages.remove(message)
        return len(mine)


class Machine:
    def __init__(self, fails_at: str = "") -> None:
        self.started: list[tuple[str, str]] = []
        self.fails_at = fails_at

    def start(self, name: str, pk: str) -> None:
        if pk == self.fails_at:
            raise ConnectionError(pk)
        self.started.append((name, pk))


A, B = "COMPLAINT#01A", "SCREENING#01B-corrected"


def test_each_failed_screening_is_started_again_and_cases_stay() -> None:
    queue, machine = Queue(("screen-complaint", A, "01A"), ("investigate-case", "CASE#1", "1")), Machine()

    assert RedriveScreenings(queue, machine).redrive() == 1
    assert machine.started == [("01A-again1", A)]
    assert queue.messages == [("investigate-case", "CASE#1", "1")]


def test_one_that_cannot_be_started_stays_in_the_queue() -> None:
    queue = Queue(("screen-complaint", A, "01A"), ("screen-complaint", B, "01B-corrected"))

    with pytest.raises(ConnectionError):
        RedriveScreenings(queue, Machine(fails_at=B)).redrive()
    assert queue.messages == [("screen-complaint", B, "01B-corrected")]


def test_names_count_on() -> None:
    assert next_name("01B-corrected") == "01B-corrected-again1"
    assert next_name("01B-corrected-again1") == "01B-corrected-again2"
    assert next_name("01B-again9") == "01B-again10"
