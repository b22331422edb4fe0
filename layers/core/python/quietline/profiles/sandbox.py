"""What happens to the sandbox's magic numbers: a pure function of the profile, so that every list can be foretold."""

from datetime import datetime, timedelta

from quietline.profiles.profile import Profile


def changes(profile: Profile, subscriber: int, until: datetime) -> list[tuple[datetime, bool]]:
    """Return when a number came onto the sandbox's list (true) and left it, before an instant, oldest first.

    Args:
        profile: the jurisdiction.
        subscriber: the number without its area, as a whole number.
        until: changes before this.
    """
    magic = profile.sandbox
    day = magic.since
    if subscriber in magic.listed:
        begins = profile.end_of(day - timedelta(days=1))
        return [(begins, True)] if begins < until else []
    if subscriber not in magic.alternating + magic.opposite:
        return []
    made: list[tuple[datetime, bool]] = []
    added = subscriber in magic.alternating
    while (begins := profile.end_of(day - timedelta(days=1))) < until:
        if made or added:
            made.append((begins, added))
        day, added = day + timedelta(days=1), not added
    return made


def magic_numbers(profile: Profile) -> tuple[int, ...]:
    """Return the subscriber parts that the sandbox's lists may carry."""
    magic = profile.sandbox
    return (*magic.listed, *magic.alternating, *magic.opposite)
