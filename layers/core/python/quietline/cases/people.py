"""Who works at the desk: investigators and supervisors of two agencies, and what each may change."""

from dataclasses import dataclass

from quietline.cases.model import Case
from quietline.kernel.errors import ForbiddenError, MfaRequiredError

STAFF = frozenset({"investigator", "supervisor"})
"""Groups whose people work at the desk."""


@dataclass(frozen=True)
class Person:
    """Somebody of an agency, as the user pool says.

    Attributes:
        sub: Cognito's id of the person.
        agency: key of the agency.
        supervises: whether they also do what only supervisors may.
    """

    sub: str
    agency: str
    supervises: bool = False


@dataclass(frozen=True)
class Colleague:
    """Somebody who has been at the desk: what others see and assign cases to. `name` is empty until they gave one."""

    sub: str
    agency: str
    supervises: bool
    name: str = ""


def person_of(sub: str, groups: frozenset[str], agencies: tuple[str, ...], *, mfa: bool) -> Person:
    """Return who somebody is by the groups they are in now, in the console and at the API alike.

    `agency-<key>` says which agency; without one it is the first of the profile, so that a deployment with one agency
    needs no such groups.

    Raises:
        ForbiddenError: they do not work at the desk, or not with a second factor (MfaRequiredError).
    """
    if not groups & STAFF:
        raise ForbiddenError("Only investigators may do this.")
    if not mfa:
        raise MfaRequiredError("Investigators need a second factor: `quietline mfa enroll`, or sign in at the console.")
    of = next((key for key in agencies if f"agency-{key}" in groups), agencies[0])
    return Person(sub, of, "supervisor" in groups)


def may_change(case: Case, person: Person) -> bool:
    """Whether a person's agency works the case: it is its own, or both work it together."""
    return case.joint or case.agency == person.agency


def must_change(case: Case, person: Person) -> None:
    """Check that a person's agency works the case.

    Raises:
        ForbiddenError: it is the other agency's alone.
    """
    if not may_change(case, person):
        raise ForbiddenError("The case is the other agency's. Ask them to refer it to yours, or to work it together.")


def must_supervise(person: Person, what: str) -> None:
    """Check that a person is a supervisor.

    Raises:
        ForbiddenError: with the sentence that only supervisors do `what`.
    """
    if not person.supervises:
        raise ForbiddenError(f"Only a supervisor may {what}.")
