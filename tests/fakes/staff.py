"""The user pool as the case API asks it."""

from collections.abc import Callable
from dataclasses import dataclass

from quietline.sellers.accounts import Person


@dataclass
class Staff:
    """People who work at the desk.

    Attributes:
        groups_of_token: groups of whoever calls.
        mfa: whether they have a second factor.
        gone: whether their account is gone.
        left: groups that they were taken out of since.
    """

    groups_of_token: Callable[[], frozenset[str]]
    mfa: bool = True
    gone: bool = False
    left: frozenset[str] = frozenset()

    def person(self, sub: str) -> Person | None:
        return None if self.gone else Person(sub, f"{sub}@example.com", True, self.mfa)

    def groups(self, _sub: str) -> frozenset[str]:
        return self.groups_of_token() - self.left
