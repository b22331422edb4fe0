"""What lookups of the sandbox answer from: the magic numbers' history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quietline.kernel import phone
from quietline.kernel.clock import Clock
from quietline.kernel.phone import PhoneNumber
from quietline.lookups.model import Change
from quietline.profiles.profile import Profile
from quietline.profiles.sandbox import changes


@dataclass(frozen=True)
class MagicHistories:
    """Implements `lookups.ports.NumberHistories`."""

    profile: Profile
    clock: Clock

    def of(self, numbers: Sequence[PhoneNumber]) -> Mapping[PhoneNumber, Sequence[Change]]:
        """Return the changes, oldest first, of those of the numbers that are magic."""
        rules, now = self.profile.rules, self.clock.now()
        found = {}
        for number in numbers:
            if phone.area_of(number, rules) in self.profile.sandbox.areas:
                dated = changes(self.profile, phone.subscriber_of(number, rules), now)
                if dated:
                    found[number] = [Change(at, added) for at, added in dated]
        return found
