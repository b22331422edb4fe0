"""Open data for tests: complaints in memory, files and releases in memory, a signer that signs nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from quietline.complaints.model import Complaint
from quietline.kernel.clock import FixedClock
from quietline.kernel.jws import encode, signing_input
from quietline.opendata.model import Release
from quietline.opendata.ports import ColumnWriter
from quietline.opendata.publish import OpenDataPublication
from quietline.profiles.profile import Profile

SECRET = b"s" * 48
PLAIN = Complaint(
    id="01KB3Q6W5N8Y2C4D6E8F0G1H2J",
    reference="QL-7K3M-Q9TZ",
    status_hash="0" * 64,
    received_at=datetime(2026, 11, 23, 5, 3, 4, tzinfo=UTC),
    called="+12025550143",
    called_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
    robocall=True,
    kind="call",
    subject=5,
    subject_other="",
    caller_number="+13055550187",
    caller_name="Sunny Pills",
    caller_key="+13055550187",
    done_business=None,
    asked_to_stop=None,
    consumer={"first_name": "Alex", "city": "springfield", "state": "il", "zip": "62701"},
    comments="They know my name.",
    language="en",
    email_ciphertext="",
)


def complaint(number: int, **changes: Any) -> Complaint:
    """Return a complaint of another consumer."""
    return replace(PLAIN, **{"id": f"{number:026d}", "called": f"+1217555{number:04d}", **changes})


@dataclass
class MemoryComplaints:
    """Implements `ReportedComplaints`."""

    kept: list[Complaint] = field(default_factory=list)

    def received(self, start: datetime, end: datetime) -> Iterable[Complaint]:
        return [one for one in self.kept if start <= one.received_at < end]


@dataclass
class MemoryReleases:
    """Implements `Releases`."""

    kept: dict[date, Release] = field(default_factory=dict)

    def get(self, day: date) -> Release | None:
        return self.kept.get(day)

    def all(self, since: date | None = None) -> Sequence[Release]:
        return [self.kept[day] for day in sorted(self.kept) if since is None or day >= since]

    def put(self, release: Release) -> bool:
        before = self.kept.get(release.date)
        if release.current.version != (before.current.version if before else 0) + 1:
            return False
        self.kept[release.date] = release
        return True


@dataclass
class MemoryFiles:
    """Implements `Files`."""

    public: dict[str, bytes] = field(default_factory=dict)
    private: dict[str, bytes] = field(default_factory=dict)

    def publish(self, name: str, body: bytes, content_type: str) -> None:
        self.public[name] = body

    def published(self, name: str) -> bytes | None:
        return self.public.get(name)

    def keep(self, name: str, body: bytes) -> None:
        self.private[name] = body

    def kept(self, name: str) -> bytes | None:
        return self.private.get(name)


class PlainSigner:
    """Shows what was to be signed."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        return json.dumps(payload)


class ShapedSigner:
    """Makes a compact JWS whose signature is none: for whoever reads a payload without verifying it."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        return f"{signing_input(payload, 'k')}.{encode(b'0' * 64)}"


def publication(
    profile: Profile, clock: FixedClock, *complaints: Complaint, columns: ColumnWriter | None = None
) -> OpenDataPublication:
    """Return a publication over complaints."""
    return OpenDataPublication(
        profile=profile,
        clock=clock,
        complaints=MemoryComplaints(list(complaints)),
        releases=MemoryReleases(),
        files=MemoryFiles(),
        signer=PlainSigner(),
        secret=SECRET,
        columns=columns,
    )
