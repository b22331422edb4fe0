"""Everything Quietline can refuse, as one tree.

    QuietlineError
    ├── InvalidInputError           400  a field is wrong; `fields` says which and why
    │   ├── InvalidPhoneNumberError 400
    │   └── NotPublishedOnError     422  no list has the date that was asked for
    ├── LinkError                   400  a link is forged, used or expired
    ├── SignatureError              400  a webhook's signature is wrong or stale
    ├── UnauthenticatedError        401
    ├── ForbiddenError              403
    ├── NotEntitledError            403  the subscription does not cover an area
    ├── NoOrganizationError         403  somebody who belongs to no organization yet
    ├── MfaRequiredError            403  a representative or investigator without a second factor
    ├── CertificationDueError       403  the organization has to certify (again) first
    ├── OrganizationSuspendedError  403  the registry has suspended the organization
    ├── OrganizationClosedError     403  the organization was closed; its records may be read
    ├── NotFoundError               404
    ├── ConflictError               409
    ├── NotPublishedError           409  no list exists yet for what was asked
    ├── EmailNotVerifiedError       409  an account whose e-mail address was never confirmed
    ├── TooManyRequestsError        429
    ├── UnavailableError            503  a dependency is down, or others write the same; nothing was lost, try again
    └── ConfigurationError          500  the deployment is wrong; never shown to a caller

Each has a stable `slug` (the problem type's last part) and a `title`; `http.problems` maps the tree to RFC 9457.
Messages are for people and never hold a full number, an e-mail address or a token.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One wrong field: `pointer` is a JSON pointer into the body (`/numbers/1`), `detail` a sentence, `code` stable.

    `code` is the key of the sentence's translation on the hosted pages.
    """

    pointer: str
    detail: str
    code: str = "invalid"


class QuietlineError(Exception):
    """Root of the tree. `str(error)` is the sentence shown to the caller."""

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 500


class InvalidInputError(QuietlineError):
    """The request is understood but a value is wrong."""

    slug = "invalid-input"
    title = "The request has a value that cannot be accepted"
    status = 400

    def __init__(self, detail: str, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.fields = fields


class InvalidPhoneNumberError(InvalidInputError):
    """The text is not a number that this registry takes; `reason` is one of `quietline.kernel.phone.Reason`."""

    slug = "invalid-phone-number"
    title = "The phone number cannot be accepted"

    def __init__(self, detail: str, reason: str, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail, fields)
        self.reason = reason


class NotPublishedOnError(InvalidInputError):
    """A date without a published list was asked for."""

    slug = "not-published-on-date"
    title = "No list was published on this date"
    status = 422

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail, (FieldError(pointer, detail, "not_published"),))


class LinkError(QuietlineError):
    """A mailed link cannot be used: `slug` stays the same whether it was forged, used or expired (`reason`)."""

    slug = "link-not-usable"
    title = "The link cannot be used"
    status = 400

    def __init__(self, detail: str, reason: str) -> None:
        super().__init__(detail)
        self.reason = reason


class SignatureError(QuietlineError):
    """A webhook is not signed by a secret of ours, or its time stamp is outside the tolerance."""

    slug = "signature-not-valid"
    title = "The signature is not valid"
    status = 400


class UnauthenticatedError(QuietlineError):
    """No valid credentials."""

    slug = "not-signed-in"
    title = "Sign in first"
    status = 401


class ForbiddenError(QuietlineError):
    """Signed in, but not allowed."""

    slug = "not-allowed"
    title = "You are not allowed to do this"
    status = 403


class NoOrganizationError(ForbiddenError):
    """The person belongs to no organization yet."""

    slug = "no-organization"
    title = "You belong to no organization yet"


class NotEntitledError(ForbiddenError):
    """No entitlement covers what was asked."""

    slug = "not-entitled"
    title = "Your subscription does not cover this"


class MfaRequiredError(ForbiddenError):
    """A representative or an investigator acts without a second factor."""

    slug = "mfa-required"
    title = "Set up a second factor first"


class CertificationDueError(ForbiddenError):
    """The organization has never certified, or not in this term, or an older text."""

    slug = "certification-due"
    title = "Your organization has to certify first"


class OrganizationSuspendedError(ForbiddenError):
    """The registry has suspended the organization: its members read and pay, and get no lists."""

    slug = "organization-suspended"
    title = "Your organization is suspended"


class OrganizationClosedError(ForbiddenError):
    """The organization was closed: its members read its records, and nothing more."""

    slug = "organization-closed"
    title = "Your organization is closed"


class NotFoundError(QuietlineError):
    """There is no such thing, or it belongs to somebody else."""

    slug = "not-found"
    title = "Not found"
    status = 404


class ConflictError(QuietlineError):
    """The state does not allow this now."""

    slug = "conflict"
    title = "The current state does not allow this"
    status = 409


class NotPublishedError(ConflictError):
    """No list has been published that could answer."""

    slug = "not-published"
    title = "No list has been published yet"


class EmailNotVerifiedError(ConflictError):
    """The account exists, but the code that was mailed to its address has never been entered."""

    slug = "email-not-verified"
    title = "Confirm your e-mail address first"


class TooManyRequestsError(QuietlineError):
    """A limit was reached; `retry_after` is in how many seconds it makes sense to try again."""

    slug = "too-many-requests"
    title = "Too many requests"
    status = 429

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class UnavailableError(QuietlineError):
    """Something we depend on does not answer, or others keep writing the same records; nothing was lost."""

    slug = "unavailable"
    title = "Please try again shortly"
    status = 503


class ConfigurationError(QuietlineError):
    """The deployment is wrong. Shown to a caller only as an internal error."""

    slug = "configuration"
    title = "The service is not set up correctly"
    status = 500


def log_fields(error: BaseException) -> dict[str, Any]:
    """Return what a log may say of an error: its type, our innermost line, and AWS's code and operation.

    Never its message: libraries put the value that they refuse into it, and that may be a number or an address.
    """
    fields: dict[str, Any] = {"error_type": type(error).__name__}
    trace = error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith(("quietline", "functions")) or name in {"handler", "app"}:
            fields["where"] = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    response = getattr(error, "response", None)
    if isinstance(response, dict) and isinstance(response.get("Error"), dict):
        fields["aws_code"] = str(response["Error"].get("Code", ""))
        fields["aws_operation"] = str(getattr(error, "operation_name", ""))
    return fields
