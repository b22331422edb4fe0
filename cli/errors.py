"""Everything the command can fail with; each ends it with its own exit code and one sentence on standard error."""

from typing import Any

EXIT_CODES = {
    0: "done",
    1: "something unexpected went wrong",
    2: "the command was used wrongly",
    3: "not signed in, or the sign-in has expired",
    4: "the registry refused: not entitled, wrong input, nothing published yet",
    5: "a file, signature or chain does not verify; nothing was changed",
    6: "the registry cannot be reached or has trouble, or a pull overtook the command; try again",
    7: "the list is older than the one held, or too old to rely on",
}
"""What scripts may rely on."""


class CliError(Exception):
    """A failure that is told in one sentence; `details` are lines below it."""

    exit_code = 1

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.details = details

    def to_json(self) -> dict[str, Any]:
        """Return the failure for `--json`."""
        return {"error": str(self), "details": list(self.details), "exit_code": self.exit_code}


class UsageError(CliError):
    """The command was used wrongly."""

    exit_code = 2


class SignInError(CliError):
    """Nobody is signed in."""

    exit_code = 3


class RefusedError(CliError):
    """The registry understood and refused; `problem` is what it said (RFC 9457)."""

    exit_code = 4

    def __init__(self, message: str, details: tuple[str, ...] = (), problem: dict[str, Any] | None = None) -> None:
        super().__init__(message, details)
        self.problem = problem or {}

    def to_json(self) -> dict[str, Any]:
        """Return the failure with the problem as it came."""
        return super().to_json() | {"problem": self.problem}


class NotVerifiedError(CliError):
    """Something is not what it claims to be."""

    exit_code = 5


class UnreachableError(CliError):
    """The registry cannot be reached, or answers that it has trouble."""

    exit_code = 6


class StaleError(CliError):
    """The list is older than it may be."""

    exit_code = 7
