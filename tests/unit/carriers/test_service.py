"""Batches of reports: what a carrier is told, what happens to the list, and who gets a mail."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from quietline.carriers.model import Entry, State
from quietline.carriers.service import LineReports
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ForbiddenError, InvalidInputError, UnavailableError
from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import CONFIRM_REGISTRATION, LinkSigner
from quietline.parties.model import Party
from quietline.profiles.profile import Profile
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.service import RegistrationService

from tests.fakes.carriers import FakeCarriers, FakeHygieneMetrics, FakeLines
from tests.fakes.registrations import FakeCipher, FakeNumbers, FakeRegistrations, proving

NOW = datetime(2026, 11, 25, 16, tzinfo=UTC)
REGISTERED = datetime(2026, 3, 1, 15, tzinfo=UTC)
LISTED, IMPORTED, UNKNOWN = (PhoneNumber(f"+1202555014{digit}") for digit in (3, 4, 5))


class World:
    """A registry with a registered and an imported number, and one carrier."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.clock = FixedClock(NOW)
        self.numbers = FakeNumbers()
        self.registrations = FakeRegistrations(self.numbers)
        self.lines = FakeLines(self.numbers)
        self.carriers = FakeCarriers({"c1": Party("c1", "A1", "Acme Telephone", REGISTERED)})
        self.metrics = FakeHygieneMetrics()
        self.service = LineReports(
            self.carriers, self.numbers, self.registrations, self.lines, self.metrics, self.clock, profile
        )
        self.list(LISTED, "registration:r1", REGISTERED)
        self.list(IMPORTED, "import:i1", REGISTERED)
        self.registrations.registrations["r1"] = Registration(
            "r1", (LISTED,), "sealed", "hash", "es", "nonce", REGISTERED, REGISTERED, REGISTERED
        )

    def list(self, number: PhoneNumber, by: str, at: datetime) -> None:
        known = self.numbers.get(number) or NumberRecord(number, "202", (), 0)
        self.numbers.records[number] = known.changed("A", at, by)

    def confirm_again(self, number: PhoneNumber, at: datetime) -> None:
        """Somebody registers the listed number and uses the link, as the consumers' API lets them."""
        clock = FixedClock(at)
        links = LinkSigner(b"k" * 32)
        service = RegistrationService(
            self.registrations,
            self.numbers,
            FakeCipher(),
            links,
            b"s" * 32,
            self.profile,
            clock,
            proving(self.numbers, self.profile, clock),
        )
        receipt = service.register([number.e164], "new@example.com", "en")
        nonce = self.registrations.registrations[receipt.id].nonce
        service.confirm(links.token(CONFIRM_REGISTRATION, receipt.id, nonce))

    def tell(self, number: PhoneNumber, event: str, on: str, client_id: str = "c1") -> None:
        assert self.service.take(client_id, [Entry(number.e164, event, on)]) == ()

    def is_listed(self, number: PhoneNumber) -> bool:
        record = self.numbers.get(number)
        return record is not None and record.is_listed


@pytest.fixture
def world(profile: Profile) -> World:
    return World(profile)


def test_a_disconnected_number_stays_listed_and_its_owner_is_told(world: World) -> None:
    world.tell(LISTED, "disconnected", "2026-11-20")

    assert world.is_listed(LISTED)
    assert world.lines.lines[LISTED].state is State.QUARANTINE
    assert world.lines.mails == [("line-quarantined", "r1", LISTED)]


def test_reassigned_after_its_ageing_it_leaves_with_a_dated_change(world: World) -> None:
    world.tell(LISTED, "disconnected", "2026-09-01")
    world.tell(LISTED, "reassigned", "2026-11-02")

    record = world.numbers.records[LISTED]
    assert not record.is_listed
    assert (record.history[-1].at, record.history[-1].change, record.history[-1].by) == (NOW, "D", "carrier:A1")
    assert [mail[0] for mail in world.lines.mails] == ["line-quarantined", "line-reassigned"]
    assert world.metrics.numbers == 1


def test_both_at_once_or_the_wrong_way_round_end_the_same(profile: Profile) -> None:
    off, gone = Entry(LISTED.e164, "disconnected", "2026-09-01"), Entry(LISTED.e164, "reassigned", "2026-11-02")
    for batches in ([[off, gone]], [[gone, off]], [[gone], [off]], [[off], [off, gone]]):
        world = World(profile)
        for batch in batches:
            world.service.take("c1", batch)
        assert not world.is_listed(LISTED)


def test_the_same_report_again_writes_nothing_and_mails_nobody(world: World) -> None:
    world.tell(LISTED, "disconnected", "2026-11-20")
    world.clock.instant = NOW + timedelta(days=1)
    world.tell(LISTED, "disconnected", "2026-11-20")

    assert world.lines.writes == 1
    assert len(world.lines.mails) == 1


def test_a_reconnected_number_is_as_before_and_a_later_disconnection_counts_anew(world: World) -> None:
    world.tell(LISTED, "disconnected", "2026-08-01")
    world.tell(LISTED, "reconnected", "2026-08-03")
    world.tell(LISTED, "disconnected", "2026-11-01")
    world.tell(LISTED, "reassigned", "2026-11-20")

    assert world.is_listed(LISTED)
    assert world.lines.lines[LISTED].state is State.QUARANTINE


def test_an_imported_number_leaves_too_but_nobody_can_be_told(world: World) -> None:
    world.tell(IMPORTED, "disconnected", "2026-09-01")
    world.tell(IMPORTED, "reassigned", "2026-11-02")

    assert not world.is_listed(IMPORTED)
    assert world.lines.mails == []


def test_a_new_subscriber_who_registers_starts_anew(world: World) -> None:
    world.tell(LISTED, "disconnected", "2026-09-01")
    world.tell(LISTED, "reassigned", "2026-11-02")
    world.list(LISTED, "registration:r2", NOW)

    world.clock.instant = NOW + timedelta(days=10)
    world.tell(LISTED, "disconnected", "2026-09-02")  # of the subscriber before
    world.tell(LISTED, "reassigned", "2026-12-01")

    assert world.is_listed(LISTED)


def test_a_new_subscriber_who_registers_during_the_quarantine_is_not_taken_off_by_a_late_report(world: World) -> None:
    world.tell(LISTED, "disconnected", "2026-08-01")
    world.confirm_again(LISTED, datetime(2026, 11, 10, tzinfo=UTC))
    world.tell(LISTED, "reassigned", "2026-11-02")

    assert world.is_listed(LISTED)
    assert world.numbers.records[LISTED].registered_at == REGISTERED


@pytest.mark.parametrize("number", [LISTED, IMPORTED])
def test_who_registered_last_is_told_and_nobody_before(world: World, number: PhoneNumber) -> None:
    world.confirm_again(number, datetime(2026, 11, 10, tzinfo=UTC))
    (newest,) = set(world.registrations.registrations) - {"r1"}

    world.tell(number, "disconnected", "2026-11-20")

    assert world.lines.mails == [("line-quarantined", newest, number)]


def test_each_registration_has_its_own_mails(world: World) -> None:
    world.tell(LISTED, "disconnected", "2026-11-01")
    world.numbers.records[LISTED] = world.numbers.records[LISTED].changed("D", NOW, "registration:r1")
    world.list(LISTED, "registration:r1", NOW)
    world.clock.instant = NOW + timedelta(days=90)
    world.tell(LISTED, "disconnected", "2026-12-20")

    assert [mail[0] for mail in world.lines.mails] == ["line-quarantined", "line-quarantined"]


def test_a_number_that_is_not_listed_is_answered_the_same_and_leaves_no_trace(world: World) -> None:
    assert world.service.take("c1", [Entry(UNKNOWN.e164, "disconnected", "2026-11-20")]) == ()
    assert world.service.take("c1", [Entry(LISTED.e164, "disconnected", "2026-11-20")]) == ()

    assert set(world.lines.lines) == {LISTED}


@pytest.mark.parametrize(
    ("entry", "field", "code"),
    [
        (Entry("12", "disconnected", "2026-11-20"), "number", "not_a_number"),
        (Entry("8005550100", "disconnected", "2026-11-20"), "number", "toll_free"),
        (Entry(LISTED.e164, "gone", "2026-11-20"), "event", "event_not_known"),
        (Entry(LISTED.e164, "disconnected", "20.11.2026"), "on", "not_a_date"),
        (Entry(LISTED.e164, "disconnected", "2026-W48-1"), "on", "not_a_date"),
        (Entry(LISTED.e164, "disconnected", "2026-11-26"), "on", "date_in_future"),
        (Entry(LISTED.e164, "disconnected", "2025-01-01"), "on", "date_too_old"),
    ],
)
def test_a_wrong_entry_is_refused_alone(world: World, entry: Entry, field: str, code: str) -> None:
    (refusal,) = world.service.take("c1", [Entry(IMPORTED.e164, "disconnected", "2026-11-20"), entry])

    assert (refusal.index, refusal.field, refusal.code) == (1, field, code)
    assert entry.number not in refusal.detail
    assert set(world.lines.lines) == {IMPORTED}


@pytest.mark.parametrize("count", [0, 501])
def test_a_batch_has_a_size(world: World, count: int) -> None:
    with pytest.raises(InvalidInputError, match="between 1 and 500"):
        world.service.take("c1", [Entry(LISTED.e164, "disconnected", "2026-11-20")] * count)


def test_only_a_carriers_own_client_is_heard(world: World) -> None:
    for client_id in ("c2", ""):
        with pytest.raises(ForbiddenError):
            world.service.take(client_id, [Entry(LISTED.e164, "disconnected", "2026-11-20")])
    world.carriers.kept["c1"] = replace(world.carriers.kept["c1"], disabled_at=NOW)
    with pytest.raises(ForbiddenError):
        world.service.take("c1", [Entry(LISTED.e164, "disconnected", "2026-11-20")])
    assert not world.lines.lines


def test_somebody_who_removes_the_number_meanwhile_wins(world: World) -> None:
    def remove() -> None:
        world.numbers.records[LISTED] = world.numbers.records[LISTED].changed("D", NOW, "registration:r9")
        world.lines.before_write = lambda: None

    world.lines.before_write = remove
    world.tell(LISTED, "disconnected", "2026-11-20")

    assert not world.lines.lines


def test_two_batches_that_meet_are_both_kept(world: World) -> None:
    def other() -> None:
        world.lines.before_write = lambda: None
        world.tell(LISTED, "disconnected", "2026-11-20")

    world.lines.before_write = other
    world.tell(LISTED, "disconnected", "2026-11-19")

    assert [one.on for one in world.lines.lines[LISTED].reports] == [date(2026, 11, 20), date(2026, 11, 19)]
    assert len(world.lines.mails) == 1


def test_endless_meetings_end_in_trouble_that_can_be_repeated(world: World) -> None:
    def other() -> None:
        known = world.numbers.records[LISTED]
        world.numbers.records[LISTED] = replace(known, version=known.version + 1)

    world.lines.before_write = other
    with pytest.raises(UnavailableError):
        world.service.take("c1", [Entry(LISTED.e164, "disconnected", "2026-11-20")])
