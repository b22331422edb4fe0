"""Registrations move to another mailbox when both agree."""

from datetime import timedelta

import pytest
from quietline.kernel.errors import InvalidInputError, LinkError
from quietline.mails.links import MOVE_FROM, MOVE_TO
from quietline.profiles.profile import Profile
from quietline.registrations.moving import MoveService
from quietline.registrations.requests import Letter

from tests.fakes.registrations import FakeRegistrations
from tests.unit.registrations.test_removal import EMAIL, NUMBER, OTHER, STRANGER, Desk, desk

__all__ = ["desk"]
NEW = "alex@example.net"


@pytest.fixture
def moves(desk: Desk) -> MoveService:
    store = desk.registrations.registrations
    assert isinstance(store, FakeRegistrations)
    desk.requests.registrations = store.registrations
    return MoveService(desk.removals.desk, store)


def test_both_mailboxes_agree_and_everything_moves(desk: Desk, moves: MoveService) -> None:
    desk.register(EMAIL, NUMBER)
    desk.register(EMAIL, OTHER)
    moves.ask(EMAIL, NEW, "en")
    link = desk.token(MOVE_FROM)
    moves.release(link)
    letter = desk.letter()
    assert letter.to_ciphertext == "sealed:" + NEW[::-1]
    with pytest.raises(LinkError) as used:
        moves.release(link)
    assert used.value.reason == "request_used"
    last = desk.token(MOVE_TO)
    assert moves.finish(last) == 2
    assert [one.template for one, _ in desk.requests.letters[-2:]] == ["mailbox-left", "mailbox-moved"]
    with pytest.raises(LinkError) as again:
        moves.finish(last)
    assert again.value.reason == "request_used"
    desk.removals.ask([NUMBER.e164], EMAIL, "en")
    assert desk.letter() == Letter("removal-not-possible")
    desk.removed(NEW)
    assert not desk.numbers.records[NUMBER].is_listed
    desk.register(NEW, OTHER)
    assert not desk.numbers.records[OTHER].contested


def test_the_new_mailbox_alone_can_do_nothing(desk: Desk, moves: MoveService, profile: Profile) -> None:
    desk.register(EMAIL, NUMBER)
    moves.ask(EMAIL, STRANGER, "en")
    request = desk.requests.letters[-1][1]
    early = desk.removals.desk.links.token(MOVE_TO, request.id, request.nonce)
    with pytest.raises(LinkError) as caught:
        moves.finish(early)
    assert caught.value.reason == "forged"
    moves.release(desk.token(MOVE_FROM))
    desk.clock.instant += timedelta(hours=profile.registration.link_hours)
    with pytest.raises(LinkError) as late:
        moves.finish(early)
    assert late.value.reason == "request_expired"


def test_a_mailbox_without_registrations_is_told_by_mail(desk: Desk, moves: MoveService) -> None:
    moves.ask(STRANGER, NEW, "es")
    assert desk.letter() == Letter("nothing-to-move")
    for old, new, pointers in ((EMAIL, EMAIL.upper(), ["/new_email"]), ("x", "y@", ["/email", "/new_email"])):
        with pytest.raises(InvalidInputError) as caught:
            moves.ask(old, new, "en")
        assert [error.pointer for error in caught.value.fields] == pointers
