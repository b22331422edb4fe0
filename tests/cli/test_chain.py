"""The chain of manifests from the newest back to the one held, however long ago that was."""

from datetime import date, timedelta
from typing import Any

import pytest

from cli.errors import NotVerifiedError
from cli.trust import KeySet, check_chain
from tests.fakes.lists import MemorySigner, sha256

FIRST = date(2024, 1, 1)
SIGNER = MemorySigner()
KEYS = KeySet({"keys": [SIGNER.jwk]})


def manifest(day: date, previous: tuple[date, bytes] | None, said: date | None = None) -> bytes:
    """Return a signed manifest; `said` is the date it gives to the one before, else the true one."""
    before = previous and {"date": (said or previous[0]).isoformat(), "sha256": sha256(previous[1])}
    return SIGNER.sign({"type": "manifest", "date": day.isoformat(), "previous": before}).encode("ascii")


def checked(held: bytes, newest: bytes, known: dict[str, bytes]) -> list[str]:
    noted: list[str] = []

    def note(day: str, signed: bytes) -> None:
        assert known[day] == signed
        noted.append(day)

    check_chain(KEYS, newest, held, lambda day, _sha256: known[day], note)
    return noted


def test_a_copy_of_two_years_ago_is_reached() -> None:
    held = newest = manifest(FIRST, None)
    known: dict[str, bytes] = {}
    for number in range(1, 731):
        newest = manifest(FIRST + timedelta(days=number), (FIRST + timedelta(days=number - 1), newest))
        known[(FIRST + timedelta(days=number)).isoformat()] = newest

    noted = checked(held, newest, known)

    assert len(noted) == 729
    assert (noted[0], noted[-1]) == ((FIRST + timedelta(days=729)).isoformat(), (FIRST + timedelta(days=1)).isoformat())


@pytest.mark.parametrize("step", [0, 1])
def test_a_chain_that_goes_on_for_ever_is_refused(step: int) -> None:
    held, day = manifest(FIRST, None), FIRST + timedelta(days=9)
    fetched: list[str] = []
    loop: dict[str, Any] = {"signed": manifest(day + timedelta(days=2 * step), (day, held), said=day)}
    newest = manifest(day + timedelta(days=step), (day, loop["signed"]))

    def fetch(wanted: str, _sha256: str) -> bytes:
        fetched.append(wanted)
        return bytes(loop["signed"])

    with pytest.raises(NotVerifiedError, match="not older"):
        check_chain(KEYS, newest, held, fetch, lambda _day, _signed: None)
    assert len(fetched) == 1
